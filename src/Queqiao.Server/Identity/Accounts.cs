using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>Makes accounts without a browser, for whoever has the server's console: the command line and the demo.</summary>
internal static class Accounts
{
    /// <summary>What is wrong with the wish, by field; null when nothing is.</summary>
    public static Refusal? Check(string name, string email, string role, string locale, string password) => Refusal.Of([
        .. AgentRules.CheckName("name", name),
        .. AgentRules.CheckEmail(email),
        .. AgentRules.When(BuiltInRoles.Find(role) is null, "role", new FieldFault("not_one_of", string.Join(", ", BuiltInRoles.Ids))),
        .. AgentRules.CheckLocale(locale),
        .. AgentRules.CheckPassword(password, email)]);

    /// <summary>The account with this address in a workspace; null when there is none.</summary>
    public static async Task<AgentView?> Find(IStorageEngine storage, int ws, string email, CancellationToken ct)
    {
        var key = AgentRules.EmailKey(email);
        await using var db = storage.Read(ws);
        return await db.Table<Agent>().AsNoTracking()
            .Where(agent => agent.Ws == ws && agent.EmailKey == key)
            .Select(agent => new AgentView(agent.Ws, agent.Id, agent.Name, agent.Role, agent.DisabledAt != null, agent.Capacity, true))
            .SingleOrDefaultAsync(ct);
    }

    /// <summary>Gives an account another password, and ends its sessions.</summary>
    public static Task<bool> SetPassword(IStorageEngine storage, AgentView account, string passwordHash, CancellationToken ct) =>
        storage.Run(account.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            await unit.Db.Table<Agent>().Where(agent => agent.Ws == account.Ws && agent.Id == account.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(agent => agent.PasswordHash, passwordHash), stop);
            await unit.Db.Table<Session>().Where(session => session.Ws == account.Ws && session.AgentId == account.Id && session.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), stop);
            await Audit.Record(unit, AuditBy.System(account.Ws), "agent.password_set", "agent", account.Id.ToString(), null, stop);
            return true;
        }, ct);

    /// <summary>Adds a checked account; on an empty store its workspace too.</summary>
    /// <param name="workspace">Name of the workspace, when it has to be made.</param>
    /// <returns>The new agent's id, or a refusal: <c>email_taken</c>.</returns>
    public static async Task<(Guid? Id, Refusal? Refusal)> Add(IStorageEngine storage, NewAgent account, string workspace, CancellationToken ct)
    {
        var by = AuditBy.System(FirstWorkspace.Ws);
        var begun = await FirstWorkspace.Create(storage, workspace, account, by, static (_, _) => true, ct);
        if (begun is not null)
            return (begun.Owner.Id, null);
        var (agent, refusal) = await account.Create(storage, by, ct);
        return (agent?.Id, refusal);
    }
}
