using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>An account about to be made, already checked and with its password hashed.</summary>
internal sealed record NewAgent(string Email, string Name, string Role, string Locale, string PasswordHash)
{
    /// <summary>All its roles; null: only <see cref="Role"/>.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>Adds it to the transaction; <see cref="Audit.Record"/> saves it.</summary>
    public Agent AddTo(WriteUnit unit, int ws)
    {
        var agent = new Agent
        {
            Ws = ws,
            Id = unit.Ids.New(),
            Email = Email.Trim(),
            EmailKey = AgentRules.EmailKey(Email),
            Name = Name.Trim(),
            Role = HeldRoles.First(Roles ?? [Role]),
            PasswordHash = PasswordHash,
            Locale = Locale,
            CreatedAt = unit.Ids.Now(),
        };
        unit.Db.Table<Agent>().Add(agent);
        unit.Db.Table<AgentRole>().AddRange((Roles ?? [Role]).Distinct().Select(role => new AgentRole { Ws = ws, AgentId = agent.Id, RoleId = role }));
        return agent;
    }

    /// <summary>Adds the account and its audit row to an existing workspace in one transaction.</summary>
    /// <returns>The account, or the refusal <c>email_taken</c>.</returns>
    public async Task<(Agent? Agent, Refusal? Refusal)> Create(IStorageEngine storage, AuditBy by, CancellationToken ct)
    {
        try
        {
            var agent = await storage.Run(by.Ws, async (unit, stop) =>
            {
                var added = AddTo(unit, by.Ws);
                await Audit.Record(unit, by, "agent.created", "agent", added.Id.ToString(), new { role = added.Role, Roles }, stop);
                return added;
            }, ct);
            return (agent, null);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return (null, Refusal.Conflict("email_taken"));
        }
    }
}
