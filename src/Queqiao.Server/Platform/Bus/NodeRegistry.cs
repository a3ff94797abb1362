using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Bus.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// Which servers work on this store: each says every two seconds that it lives. Ages are taken from the database's clock, so nodes'
/// own clocks do not matter. Who has not been heard of on two looks in a row is lost.
/// </summary>
internal sealed class NodeRegistry : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(5);
    private const long ForgottenAfter = 86_400_000;

    private readonly SemaphoreSlim _now = new(0);
    private readonly HashSet<Guid> _silent = [];
    private readonly ConcurrentDictionary<Guid, byte> _lost = new();
    private readonly long _startedAt;
    private readonly IStorageEngine _storage;
    private readonly Bus _bus;
    private readonly NodeOptions _options;
    private readonly IEnumerable<INodeGauge> _gauges;
    private readonly ILogger<NodeRegistry> _log;
    private volatile IReadOnlyList<KnownNode> _known = [];
    private volatile string _state = NodeState.Serving;
    private (TimeSpan Cpu, long At) _usage;

    public NodeRegistry(IStorageEngine storage, Bus bus, NodeOptions options, IEnumerable<INodeGauge> gauges, Ids ids, ILogger<NodeRegistry> log)
    {
        (_storage, _bus, _options, _gauges, _log) = (storage, bus, options, gauges, log);
        _startedAt = ids.Now();
        _usage = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.GetTimestamp());
        bus.On(BusTopics.Nodes, (_, _) => _now.Release());
    }

    /// <summary>Everybody who was heard of lately, this node too.</summary>
    public IReadOnlyList<KnownNode> Known => _known;

    /// <summary>A node stopped without saying goodbye; told once, on every other node.</summary>
    public event Action<Guid>? Lost;

    /// <summary>Whether this node is the first of those that live: for what one of them should do.</summary>
    public bool IsFirst => _known.Where(node => node.IsServing).Select(node => node.Id).DefaultIfEmpty(_bus.Node).Min() == _bus.Node;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Turn(cancellationToken);
        _bus.Tell(BusTopics.Nodes, default);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _now.WaitAsync(Beat, stoppingToken);
                await Turn(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                _silent.Clear(); // we were away ourselves: nobody is lost for that
                _log.Fault(LogLevel.Debug, trouble, "The registry of nodes waits for the database");
                await Task.WhenAny(Task.Delay(Beat, stoppingToken));
            }
        }
    }

    /// <summary>Says that this node lives and looks who else does.</summary>
    public async Task Turn(CancellationToken ct)
    {
        await Say(ct);
        Take(await Read(ct));
    }

    /// <summary>Who is there now; nobody is told of it.</summary>
    public async Task Look(CancellationToken ct)
    {
        var all = await Read(ct);
        _known = all.ConvertAll(node => _lost.ContainsKey(node.Id) ? node with { State = NodeState.Lost } : node);
    }

    private async Task<List<KnownNode>> Read(CancellationToken ct)
    {
        await using var db = _storage.ReadSystem();
        var now = await Now(db, ct);
        var rows = await db.Table<NodeRow>().AsNoTracking().Where(node => node.SeenAt > now - ForgottenAfter).ToListAsync(ct);
        return [.. rows.Select(row => Read(row, now)).OrderBy(node => node.StartedAt).ThenBy(node => node.Id)];
    }

    private void Take(List<KnownNode> all)
    {
        foreach (var node in all.Where(node => node.Id != _bus.Node))
        {
            var isSilent = node.State != NodeState.Stopped && node.Age > LostAfter;
            if (!isSilent)
                _lost.TryRemove(node.Id, out _);
            else if (!_silent.Contains(node.Id))
                continue; // once more, before anybody is told
            else if (_lost.TryAdd(node.Id, 0) && node.Age < TimeSpan.FromMinutes(2))
                Lost?.Invoke(node.Id);
        }
        _silent.Clear();
        _silent.UnionWith(all.Where(node => node.State != NodeState.Stopped && node.Age > LostAfter).Select(node => node.Id));
        _known = all.ConvertAll(node => _lost.ContainsKey(node.Id) ? node with { State = NodeState.Lost } : node);
        _bus.HasPeers = all.Exists(node => node.Id != _bus.Node && node.State != NodeState.Stopped && !_lost.ContainsKey(node.Id));
    }

    private async Task Say(CancellationToken ct)
    {
        var facts = JsonSerializer.Serialize(Facts(), TolerantJson.Options);
        await _storage.RunSystem(async (unit, stop) =>
        {
            await unit.Db.Database.ExecuteSqlAsync($"""
                INSERT INTO node (id, name, version, state, started_at, seen_at, facts)
                VALUES ({_bus.Node}, {_options.Name}, {Version}, {_state}, {_startedAt}, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, {facts})
                ON CONFLICT (id) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at, facts = excluded.facts
                """, stop);
            return await unit.Db.Database.ExecuteSqlAsync($"DELETE FROM node WHERE seen_at < (extract(epoch FROM clock_timestamp()) * 1000)::bigint - {ForgottenAfter}", stop);
        }, ct);
    }

    private NodeFacts Facts()
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, at) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        var elapsed = Stopwatch.GetElapsedTime(_usage.At, at);
        var milli = elapsed > TimeSpan.FromMilliseconds(200) ? (long)((cpu - _usage.Cpu) / elapsed * 1000) : 0;
        _usage = (cpu, at);
        var facts = new NodeFacts
        {
            CpuMilli = milli, Cpus = Environment.ProcessorCount, MemoryBytes = process.WorkingSet64, Bus = _bus.Ways.FirstOrDefault(way => way.IsUp)?.Name ?? "looking",
        };
        return _gauges.Aggregate(facts, static (known, gauge) => gauge.Add(known));
    }

    private static async Task<long> Now(QueqiaoDb db, CancellationToken ct) =>
        await db.Database.SqlQuery<long>($"SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS \"Value\"").SingleAsync(ct);

    private static KnownNode Read(NodeRow row, long now) => new(
        row.Id, row.Name, row.Version, row.State, row.StartedAt, TimeSpan.FromMilliseconds(Math.Max(0, now - row.SeenAt)),
        JsonSerializer.Deserialize<NodeFacts>(row.Facts, TolerantJson.Options) ?? new NodeFacts());

    internal static string Version { get; } = typeof(NodeRegistry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Before anything else stops: the others see that this node takes nothing new.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => Leave(NodeState.Draining, cancellationToken);

    /// <summary>After everything else.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Leave(NodeState.Stopped, cancellationToken);

    private async Task Leave(string state, CancellationToken ct)
    {
        _state = state;
        try
        {
            await Say(ct).WaitAsync(TimeSpan.FromSeconds(2), ct);
            _bus.Tell(BusTopics.Nodes, default);
        }
        catch (Exception trouble)
        {
            _log.Fault(LogLevel.Debug, trouble, "The others will notice by themselves that this node left");
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
        _now.Dispose();
        base.Dispose();
    }
}

/// <param name="Name">Of this node, as people see it.</param>
internal sealed record NodeOptions(string Name);

/// <summary>A module's part of what a node says of itself.</summary>
internal interface INodeGauge
{
    NodeFacts Add(NodeFacts facts);
}
