using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Setup;

/// <summary>The first workspace with its first agent: by the set-up page, the command line or the demo.</summary>
internal static class FirstWorkspace
{
    public const int Ws = 1;

    public static async Task<bool> HasAgents(IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await db.Table<Agent>().AnyAsync(ct);
    }

    /// <summary>Creates both, or gives null when somebody else was first: the workspace's number is a key, so exactly one wins.</summary>
    /// <param name="also">What else belongs into the same transaction.</param>
    public static async Task<Begun<T>?> Create<T>(
        IStorageEngine storage, string name, NewAgent owner, AuditBy by, Func<WriteUnit, Agent, T> also, CancellationToken ct)
    {
        try
        {
            return await storage.RunSystem(async (unit, stop) =>
            {
                if (await unit.Db.Table<Workspace>().AnyAsync(stop))
                    return null;
                var workspace = new Workspace { Ws = Ws, Id = unit.Ids.New(), Name = name.Trim(), CreatedAt = unit.Ids.Now() };
                unit.Db.Table<Workspace>().Add(workspace);
                HeldRoles.Begin(unit, Ws);
                var agent = owner.AddTo(unit, Ws);
                await unit.Db.SaveChangesAsync(stop);
                await storage.Vault.CreateKeys(unit, Ws, stop);
                var more = also(unit, agent);
                await Audit.Record(unit, by, "workspace.created", "workspace", workspace.Id.ToString(), new { owner = agent.Id }, stop);
                return new Begun<T>(workspace, agent, more);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return null;
        }
    }
}

internal sealed record Begun<T>(Workspace Workspace, Agent Owner, T Also);
