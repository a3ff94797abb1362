using System.Threading.Channels;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// Sends each word by the first way that is up, listens on all of them. With RabbitMQ away, words go through the database; with both
/// away everybody looks by itself.
/// </summary>
internal sealed class Bus : BackgroundService, IBus
{
    private const int MostWaiting = 4096;

    private readonly Channel<(string Topic, ReadOnlyMemory<byte> What)> _waiting = Channel.CreateBounded<(string, ReadOnlyMemory<byte>)>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Dictionary<string, Action<Guid, ReadOnlyMemory<byte>>> _ears = [];
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<IBusTransport> _ways;
    private readonly BusSeal _seal;
    private readonly ILogger<Bus> _log;
    private volatile bool _hasPeers = true;

    public Bus(IEnumerable<IBusTransport> ways, BusSeal seal, Ids ids, ILogger<Bus> log)
    {
        (_ways, _seal, _log) = ([.. ways], seal, log);
        Node = ids.New();
    }

    public Guid Node { get; }

    /// <summary>The registry of nodes says; until it has looked there may be some.</summary>
    public bool HasPeers
    {
        get => _hasPeers;
        set
        {
            var before = _hasPeers;
            _hasPeers = value;
            if (value && !before)
                Restored?.Invoke(); // nobody listened to them so far
        }
    }

    public bool IsQuick => _ways.Any(way => way.IsUp);

    public IReadOnlyList<IBusTransport> Ways => _ways;

    public event Action? Restored;

    public void Tell(string topic, ReadOnlyMemory<byte> what)
    {
        if (HasPeers || topic == BusTopics.Nodes)
            _waiting.Writer.TryWrite((topic, what));
    }

    public void On(string topic, Action<Guid, ReadOnlyMemory<byte>> heard)
    {
        lock (_gate)
            _ears[topic] = _ears.TryGetValue(topic, out var others) ? others + heard : heard;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([Send(stoppingToken), .. _ways.Select(way => way.Listen(Hear, () => Restored?.Invoke(), stoppingToken))]);

    private async Task Send(CancellationToken ct)
    {
        try
        {
            await foreach (var (topic, what) in _waiting.Reader.ReadAllAsync(ct))
                await SendOne(topic, what, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // stopping
        }
    }

    private async Task SendOne(string topic, ReadOnlyMemory<byte> what, CancellationToken ct)
    {
        try
        {
            if (_seal.Seal(Node, topic, what.Span) is not { } word)
                return;
            foreach (var way in _ways)
            {
                if (way.IsUp && word.Length <= way.MostBytes && await way.TrySend(topic, word, ct))
                    return;
            }
        }
        catch (Exception trouble) when (!ct.IsCancellationRequested)
        {
            _log.Fault(LogLevel.Debug, trouble, "A word to the other nodes was lost");
        }
    }

    private void Hear(ReadOnlyMemory<byte> word)
    {
        try
        {
            if (!_seal.TryOpen(word.Span, out var node, out var topic, out var what) || node == Node)
                return;
            lock (_gate) // both ways may bring something at once
            {
                if (_ears.TryGetValue(topic, out var heard))
                    heard(node, what);
            }
        }
        catch (Exception trouble)
        {
            _log.Fault(LogLevel.Warning, trouble, "A word of another node could not be followed");
        }
    }
}
