using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Presence;

/// <summary>
/// Who is online: those who have a console open, on any node, and said so. Consoles renew a lease of 20 seconds, so a reload is no
/// absence and a dead node's agents are offline soon. Changes are stored by the node that had the console, and told to everybody.
/// </summary>
internal sealed class AgentStatuses : BackgroundService
{
    public static readonly TimeSpan LeaseFor = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(int Ws, Guid Agent), AgentStatus> _known = new();
    private readonly SemaphoreSlim _signal = new(0); // no maximum: two who signal at once must not throw into a console or a commit, one look too many is harmless
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly IStorageEngine _storage;
    private readonly IAgentPresence _consoles;
    private readonly Ids _ids;
    private readonly ILogger _log;
    private readonly string _node;
    private readonly IBus? _bus;
    private readonly NodeRegistry? _nodes;
    private readonly PresenceBooks _books;
    private volatile bool _tellOthers;
    private readonly ConcurrentQueue<Guid> _lost = new();

    public AgentStatuses(IStorageEngine storage, IAgentPresence consoles, Ids ids, ILogger<AgentStatuses> log, IBus? bus = null, NodeRegistry? nodes = null)
    {
        (_storage, _consoles, _ids, _log, _bus, _nodes) = (storage, consoles, ids, log, bus, nodes);
        _node = (nodes is null || bus is null ? ids.New() : bus.Node).ToString("N");
        _books = new(storage, _node);
        _consoles.Changed += OnConsole;
        bus?.On(BusTopics.Presence, (_, _) => Signal());
        if (nodes is not null)
            nodes.Lost += OnLost;
    }

    /// <summary>Somebody came, went or chose, in this workspace.</summary>
    public event Action<int>? Changed;

    public IReadOnlyList<AgentStatus> Of(int ws) => [.. _known.Values.Where(one => one.Ws == ws)];

    public IEnumerable<int> Workspaces => _known.Keys.Select(key => key.Ws).Distinct();

    public string StatusOf(int ws, Guid agent) => _known.TryGetValue((ws, agent), out var one) ? one.At(_ids.Now()) : PresenceStatus.Offline;

    /// <summary>What an agent chose is on disk.</summary>
    public void Chose(int ws, Guid agent, string status, string? reason, long at)
    {
        Update(ws, agent, one => one with { Chosen = status, Reason = reason, Since = at }, at);
        Signal();
        _tellOthers = true;
    }

    public void Given(int ws, Guid agent, long at) => Update(ws, agent, one => one with { GivenAt = at }, at);

    public void TookBack(int ws, Guid agent) => Update(ws, agent, one => one with { TakenBack = true }, 0);

    private void Update(int ws, Guid agent, Func<AgentStatus, AgentStatus> change, long at) =>
        _known.AddOrUpdate((ws, agent), key => change(new(key.Item1, key.Item2, PresenceStatus.Online, null, at, 0)), (_, one) => change(one));

    private void OnConsole(int ws, Guid agent, bool online)
    {
        _tellOthers = true;
        Signal();
    }

    private void OnLost(Guid node)
    {
        _lost.Enqueue(node);
        Signal();
    }

    private void Signal()
    {
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Turn(stoppingToken);
                await _signal.WaitAsync(Tick, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Warning, trouble, "Presence waits for the database");
                await Task.Delay(Tick, stoppingToken);
            }
        }
    }

    /// <summary>Renews leases, hears of other nodes', and tells what changed.</summary>
    public async Task Turn(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            var now = _ids.Now();
            var here = _consoles.Connected;
            await _books.Keep(here, now, ct);
            await Meet([.. here.Where(key => !_known.TryGetValue(key, out var one) || one.Since == 0)], ct);
            foreach (var key in here)
                Update(key.Ws, key.AgentId, one => one with { Until = now + (long)LeaseFor.TotalMilliseconds, IsHere = true }, now);
            if (_storage.IsPostgres)
            {
                var tell = _tellOthers;
                _tellOthers = false;
                await Share(here, now, ct);
                if (tell)
                    _bus?.Tell(BusTopics.Presence, default); // the leases are on disk: they may look
            }
            await Announce(now, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Those seen for the first time since the start: what they chose before. Whoever never chose is online.</summary>
    private async Task Meet(List<(int Ws, Guid AgentId)> strangers, CancellationToken ct)
    {
        foreach (var workspace in strangers.GroupBy(key => key.Ws, key => key.AgentId))
        {
            var rows = await Rows(workspace.Key, [.. workspace], ct);
            foreach (var row in rows)
                Update(row.Ws, row.AgentId, one => one with { Chosen = row.Status, Reason = row.Reason, Since = row.Since, GivenAt = row.GivenAt }, row.Since);
        }
    }

    /// <summary>What these agents chose; those who never did are entered as online.</summary>
    internal async Task<List<AgentPresenceRow>> Rows(int ws, List<Guid> ids, CancellationToken ct)
    {
        try
        {
            return await _storage.Run(ws, async (unit, stop) =>
            {
                var known = await unit.Db.Table<AgentPresenceRow>().Where(row => row.Ws == ws && ids.Contains(row.AgentId)).ToListAsync(stop);
                foreach (var id in ids.Except(known.Select(row => row.AgentId)).ToList())
                {
                    var added = new AgentPresenceRow { Ws = ws, AgentId = id, Status = PresenceStatus.Online, Since = unit.Ids.Now() };
                    unit.Db.Table<AgentPresenceRow>().Add(added);
                    known.Add(added);
                }
                await unit.Db.SaveChangesAsync(stop);
                return known;
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return await Rows(ws, ids, ct); // another node met them at the same moment: they are there now
        }
    }

    /// <summary>Several nodes: our leases are written in one batch, theirs are read, and what people chose elsewhere.</summary>
    private async Task Share(IReadOnlyCollection<(int Ws, Guid AgentId)> here, long now, CancellationToken ct)
    {
        var until = now + (long)LeaseFor.TotalMilliseconds;
        List<string> lost = [];
        while (_lost.TryDequeue(out var node))
            lost.Add(node.ToString("N"));
        var orphans = lost.Count > 0 ? await Orphans(lost, now, ct) : [];
        await _storage.RunSystem(async (unit, stop) =>
        {
            if (lost.Count > 0)
                await unit.Db.Table<AgentLease>().Where(lease => lost.Contains(lease.Node)).ExecuteDeleteAsync(stop);
            var mine = await unit.Db.Table<AgentLease>().Where(lease => lease.Node == _node).ToListAsync(stop);
            foreach (var lease in mine.Where(lease => here.Contains((lease.Ws, lease.AgentId))))
                lease.Until = until;
            unit.Db.Table<AgentLease>().AddRange(here.Where(key => mine.All(lease => (lease.Ws, lease.AgentId) != key))
                .Select(key => new AgentLease { Ws = key.Ws, AgentId = key.AgentId, Node = _node, Until = until }));
            return await unit.Db.SaveChangesAsync(stop);
        }, ct);
        await using var db = _storage.ReadSystem();
        var theirs = await (
            from lease in db.Table<AgentLease>().AsNoTracking()
            join row in db.Table<AgentPresenceRow>().AsNoTracking() on new { lease.Ws, lease.AgentId } equals new { row.Ws, row.AgentId }
            where lease.Until > now
            select new { row.Ws, row.AgentId, row.Status, row.Reason, row.Since, row.GivenAt, lease.Until }).ToListAsync(ct);
        foreach (var one in theirs)
            Update(one.Ws, one.AgentId, known => known with
            {
                Chosen = one.Status, Reason = one.Reason, Since = one.Since, GivenAt = Math.Max(known.GivenAt, one.GivenAt), Until = Math.Max(known.Until, one.Until),
                IsOrphan = false,
            }, one.Since);
        foreach (var (ws, agent) in orphans.Where(key => !theirs.Exists(one => (one.Ws, one.AgentId) == key)))
            Update(ws, agent, known => known with { Until = Math.Min(known.Until, now), IsOrphan = true, IsHere = _nodes?.IsFirst == true }, now);
    }

    /// <summary>Whose consoles were on nodes that are lost: without one elsewhere they are offline now, not when the lease ends.</summary>
    private async Task<List<(int Ws, Guid AgentId)>> Orphans(List<string> nodes, long now, CancellationToken ct)
    {
        await using var db = _storage.ReadSystem();
        var rows = await db.Table<AgentLease>().AsNoTracking().Where(lease => nodes.Contains(lease.Node) && lease.Until > now).Select(lease => new { lease.Ws, lease.AgentId }).ToListAsync(ct);
        return [.. rows.Select(row => (row.Ws, row.AgentId)).Union(_known.Values.Where(one => one.Until > now && !one.IsHere).Select(one => (one.Ws, one.AgentId)))];
    }

    private async Task Announce(long now, CancellationToken ct)
    {
        foreach (var (key, one) in _known)
        {
            var status = one.At(now);
            var reason = status == PresenceStatus.Offline ? null : one.Reason;
            if (status == one.Shown && reason == one.ShownReason)
                continue;
            if (one.IsHere)
                await Note(one, status, ct);
            Update(key.Ws, key.Agent, known => known with
            {
                Shown = status, ShownReason = reason, IsHere = known.IsHere && status != PresenceStatus.Offline, TakenBack = false,
                Since = status == PresenceStatus.Offline ? known.Since : Math.Max(known.Since, now), // whoever comes back has not been here all the time
            }, now);
            _consoles.Tell(key.Ws, Frame(one, status));
            Changed?.Invoke(key.Ws);
        }
    }

    private async Task Note(AgentStatus one, string status, CancellationToken ct)
    {
        try
        {
            await _storage.Run(one.Ws, async (unit, stop) =>
            {
                var at = unit.Ids.Now();
                if (status != PresenceStatus.Offline)
                    await unit.Db.Table<AgentPresenceRow>().Where(row => row.Ws == one.Ws && row.AgentId == one.AgentId && row.Since < at)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.Since, at), stop);
                unit.Db.Table<PresenceChange>().Add(new PresenceChange
                {
                    Ws = one.Ws, AgentId = one.AgentId, At = at, Status = status, Reason = status == PresenceStatus.Offline ? null : one.Reason,
                });
                return await unit.Db.SaveChangesAsync(stop);
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            // consoles on two nodes: the other one has noted it
        }
    }

    private static byte[] Frame(AgentStatus one, string status) => Frames.Write((one, status), static (json, it) =>
    {
        json.WriteString("event", "presence.updated");
        json.WriteStartObject("data");
        json.WriteString("agentId", it.one.AgentId);
        json.WriteBoolean("online", it.status != PresenceStatus.Offline);
        json.WriteString("status", it.status);
        json.WriteEndObject();
    });

    public override void Dispose()
    {
        _consoles.Changed -= OnConsole;
        if (_nodes is not null)
            _nodes.Lost -= OnLost;
        _signal.Dispose();
        _turn.Dispose();
        base.Dispose();
    }
}
