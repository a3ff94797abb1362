using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Routing.Presence;
using Queqiao.Server.Routing.Storage;

namespace Queqiao.Server.Routing.Assigning;

/// <summary>
/// Gives what waits to who is free: whoever has waited longest to the least loaded agent online. It proposes from what it
/// remembers; the unit that gives locks the agent's row, counts what they hold and asks the conversation's own rule, so two nodes,
/// or an agent who takes one themselves, never give twice or too much.
/// </summary>
internal sealed class Assigner : BackgroundService
{
    private const int MostInOneTurn = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<int, byte> _awake = new();
    private readonly SemaphoreSlim _signal = new(0); // no maximum: two who signal at once must not throw into a console or a commit, one look too many is harmless
    private readonly IStorageEngine _storage;
    private readonly IConversationQueue _queue;
    private readonly AgentStatuses _statuses;
    private readonly RoutingSettings _settings;
    private readonly IAgents _agents;
    private readonly ITeams _teams;
    private readonly Ids _ids;
    private readonly ILogger _log;

    public Assigner(IStorageEngine storage, IConversationQueue queue, AgentStatuses statuses, RoutingSettings settings, IAgents agents, ITeams teams, Ids ids, ILogger<Assigner> log)
    {
        (_storage, _queue, _statuses, _settings, _agents, _teams, _ids, _log) = (storage, queue, statuses, settings, agents, teams, ids, log);
        _queue.Changed += Wake;
        _statuses.Changed += Wake;
    }

    public void Wake(int ws)
    {
        _awake.TryAdd(ws, 0);
        if (_signal.CurrentCount == 0)
            _signal.Release();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var woken = await _signal.WaitAsync(Poll, stoppingToken);
                foreach (var ws in woken ? _awake.Keys : await Workspaces(stoppingToken))
                {
                    _awake.TryRemove(ws, out _);
                    await Turn(ws, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                _log.Fault(LogLevel.Warning, trouble, "Routing waits for the database");
                await Task.Delay(Poll, stoppingToken);
            }
        }
    }

    /// <summary>One look at a workspace.</summary>
    /// <returns>How many conversations were given.</returns>
    public async Task<int> Turn(int ws, CancellationToken ct)
    {
        var routing = await _settings.Of(ws, ct);
        if (routing.RequeueAfter is { } after)
            await TakeBack(ws, (long)after.TotalMilliseconds, ct);
        if (routing.Mode != RoutingMode.Automatic)
            return 0;
        var online = await Online(ws, ct);
        if (online.Count == 0)
            return 0;
        var given = 0;
        var all = await _queue.Waiting(ws, MostInOneTurn, ct);
        var seen = new Dictionary<Guid, IReadOnlySet<Guid>?>();
        foreach (var agent in all.Count == 0 ? [] : online.Keys.ToList())
            seen[agent] = await _queue.SeenBy(ws, agent, [.. all.Select(waiting => waiting.Id)], ct);
        foreach (var waiting in all)
        {
            var team = waiting.TeamId is { } id ? await _teams.Members(ws, id, ct) : null;
            // Full by now, or gone: ask the next one.
            while (Choosing.Pick(online.Values.Where(agent => (team is null || team.Contains(agent.Id)) && seen[agent.Id]?.Contains(waiting.Id) != false)) is { } agent)
            {
                var outcome = await Give(ws, waiting.Id, agent, ct);
                if (outcome == Outcome.AgentCannot)
                {
                    online.Remove(agent.Id);
                    continue;
                }
                if (outcome == Outcome.Given)
                {
                    given++;
                    online[agent.Id] = agent with { Open = agent.Open + 1, GivenAt = _ids.Now() };
                }
                break;
            }
        }
        return given;
    }

    /// <summary>What has waited for longer than that although somebody who may have it is free now: nothing, when routing works.</summary>
    public async Task<(int Waiting, IReadOnlyList<Guid> Overlooked)> Overlooked(int ws, TimeSpan longerThan, CancellationToken ct)
    {
        if ((await _settings.Of(ws, ct)).Mode != RoutingMode.Automatic)
            return (0, []);
        var before = _ids.Now() - (long)longerThan.TotalMilliseconds;
        var waiting = await _queue.Waiting(ws, MostInOneTurn, ct);
        var patient = waiting.Where(one => one.Since < before).ToList();
        var online = patient.Count == 0 ? [] : await Online(ws, ct);
        var found = new List<Guid>();
        foreach (var agent in online.Values.Where(agent => agent.Open < agent.Capacity))
        {
            var seen = await _queue.SeenBy(ws, agent.Id, [.. patient.Select(one => one.Id)], ct);
            foreach (var one in patient.Where(one => seen?.Contains(one.Id) != false))
            {
                if (one.TeamId is not { } team || (await _teams.Members(ws, team, ct)).Contains(agent.Id))
                    found.Add(one.Id);
            }
        }
        return (waiting.Count, [.. found.Distinct()]);
    }

    private enum Outcome
    {
        Given,
        AgentCannot,
        Taken,
    }

    private async Task<Outcome> Give(int ws, Guid conversation, Candidate agent, CancellationToken ct)
    {
        var full = false;
        var given = await _storage.Run(ws, async (unit, stop) =>
        {
            // The lock is the update: who is no longer online gets nothing, and two nodes give to one agent one after the other.
            var locked = await unit.Db.Table<AgentPresenceRow>()
                .Where(row => row.Ws == ws && row.AgentId == agent.Id && row.Status == PresenceStatus.Online)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.GivenAt, unit.Ids.Now()), stop);
            full = locked == 0 || (await _queue.LoadOf(unit, agent.Id, stop)) >= agent.Capacity;
            if (!full)
                return await _queue.Give(unit, conversation, agent.Id, agent.Name, stop);
            unit.Abandon();
            return false;
        }, ct);
        if (given)
            _statuses.Given(ws, agent.Id, _ids.Now());
        return given ? Outcome.Given : full ? Outcome.AgentCannot : Outcome.Taken;
    }

    private async Task<Dictionary<Guid, Candidate>> Online(int ws, CancellationToken ct)
    {
        var now = _ids.Now();
        var loads = await _queue.Loads(ws, ct);
        var online = new Dictionary<Guid, Candidate>();
        foreach (var one in _statuses.Of(ws).Where(one => one.At(now) == PresenceStatus.Online))
        {
            if (await _agents.Find(ws, one.AgentId, ct) is { Disabled: false, Handles: true, Capacity: > 0 } agent)
                online[agent.Id] = new Candidate(agent.Id, agent.Name, loads.GetValueOrDefault(agent.Id), agent.Capacity, one.GivenAt);
        }
        return online;
    }

    /// <summary>Somebody has been gone too long: their customers must not wait for them.</summary>
    private async Task TakeBack(int ws, long after, CancellationToken ct)
    {
        var now = _ids.Now();
        foreach (var gone in _statuses.Of(ws).Where(one => one.At(now) == PresenceStatus.Offline && !one.TakenBack && (one.IsOrphan || now - Math.Max(one.Until, one.Since) >= after)))
        {
            await _queue.TakeBack(ws, gone.AgentId, ct);
            _statuses.TookBack(ws, gone.AgentId);
        }
    }

    private async Task<List<int>> Workspaces(CancellationToken ct)
    {
        await using var db = _storage.ReadSystem();
        var routed = await db.Table<RoutingSetting>().Where(row => row.Mode == RoutingMode.Automatic).Select(row => row.Ws).ToListAsync(ct);
        return [.. routed.Union(_statuses.Workspaces)];
    }

    public override void Dispose()
    {
        _queue.Changed -= Wake;
        _statuses.Changed -= Wake;
        _signal.Dispose();
        base.Dispose();
    }
}
