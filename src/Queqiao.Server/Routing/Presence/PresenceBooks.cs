using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Presence;

/// <summary>
/// Keeps the history true when a server ends without saying so: leases are on disk, and whoever was there with a server that came to
/// an end is written down as gone when their lease ended, not as there until somebody notices.
/// </summary>
internal sealed class PresenceBooks(IStorageEngine storage, string node)
{
    /// <summary>How often a server that is alone writes its leases. Several write them every turn, for each other.</summary>
    private const long Every = 60_000;

    private long _kept = long.MinValue;

    public async Task Keep(IReadOnlyCollection<(int Ws, Guid AgentId)> here, long now, CancellationToken ct)
    {
        if (_kept != long.MinValue && now - _kept < Every)
            return;
        _kept = now;
        var late = storage.IsPostgres ? now - Every : long.MaxValue; // alone, any other server's lease is one of before
        await using (var db = storage.ReadSystem())
        {
            var ended = await db.Table<AgentLease>().AsNoTracking().Where(lease => lease.Node != node && lease.Until < late).ToListAsync(ct);
            foreach (var workspace in ended.GroupBy(lease => lease.Ws))
                await Close(workspace.Key, [.. workspace], now, ct);
        }
        if (!storage.IsPostgres)
            await Renew(here, now + Every, ct);
    }

    private async Task Close(int ws, List<AgentLease> ended, long now, CancellationToken ct)
    {
        try
        {
            await storage.Run(ws, async (unit, stop) =>
            {
                foreach (var agent in ended.GroupBy(lease => lease.AgentId))
                {
                    var leases = unit.Db.Table<AgentLease>().Where(lease => lease.Ws == ws && lease.AgentId == agent.Key);
                    var nodes = agent.Select(lease => lease.Node).ToList();
                    if (!await leases.AnyAsync(lease => !nodes.Contains(lease.Node) && lease.Until > now, stop))
                        await NoteGone(unit, agent.Key, Math.Min(now, agent.Max(lease => lease.Until)), stop);
                    await leases.Where(lease => nodes.Contains(lease.Node)).ExecuteDeleteAsync(stop);
                }
                return await unit.Db.SaveChangesAsync(stop);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            // another server wrote the same down; what is left of the leases goes next time
        }
    }

    private static async Task NoteGone(WriteUnit unit, Guid agent, long at, CancellationToken ct)
    {
        var last = await unit.Db.Table<PresenceChange>().Where(row => row.Ws == unit.Ws && row.AgentId == agent).OrderByDescending(row => row.At).FirstOrDefaultAsync(ct);
        if (last is not null && last.Status != PresenceStatus.Offline && last.At < at)
            unit.Db.Table<PresenceChange>().Add(new PresenceChange { Ws = unit.Ws, AgentId = agent, At = at, Status = PresenceStatus.Offline });
    }

    private async Task Renew(IReadOnlyCollection<(int Ws, Guid AgentId)> here, long until, CancellationToken ct)
    {
        foreach (var workspace in here.GroupBy(key => key.Ws, key => key.AgentId))
        {
            await storage.Run(workspace.Key, async (unit, stop) =>
            {
                var known = await unit.Db.Table<AgentLease>().Where(lease => lease.Ws == unit.Ws && lease.Node == node).ToListAsync(stop);
                foreach (var lease in known.Where(lease => workspace.Contains(lease.AgentId)))
                    lease.Until = until;
                unit.Db.Table<AgentLease>().AddRange(workspace.Except(known.Select(lease => lease.AgentId)).Select(agent => new AgentLease { Ws = unit.Ws, AgentId = agent, Node = node, Until = until }));
                return await unit.Db.SaveChangesAsync(stop);
            }, ct);
        }
    }
}
