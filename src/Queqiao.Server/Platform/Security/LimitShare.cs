using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Platform.Security;

/// <summary>
/// What callers use of their limits at one node counts at the others too, half a second later and roughly. So somebody who spreads over all
/// nodes gets one burst from each at first, and then what is set and at most a quarter of it more from each node: what is too little to
/// be told.
/// </summary>
internal sealed class LimitShare : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>A word that the database takes too.</summary>
    private const int MostBytes = 4096;

    private readonly ConcurrentDictionary<(string Limit, string Key), int> _used = new();
    private readonly ConcurrentDictionary<string, (Action<string, int> Charge, int Least)> _limits = new();
    private readonly IBus _bus;

    public LimitShare(IBus bus)
    {
        _bus = bus;
        bus.On(BusTopics.Limits, (_, word) => Hear(word.Span));
    }

    /// <param name="limit">Its name, the same on every node.</param>
    /// <param name="least">Less than this in half a second is not worth a word.</param>
    /// <param name="charge">Takes what was used elsewhere.</param>
    public void Add(string limit, int least, Action<string, int> charge) => _limits[limit] = (charge, least);

    public bool IsOn => _bus.HasPeers;

    /// <param name="cost">Negative: given back.</param>
    public void Used(string limit, string key, int cost) => _used.AddOrUpdate((limit, key), cost, (_, before) => before + cost);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Tell();
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    /// <summary>Tells what was used since the last time.</summary>
    public void Tell()
    {
        var word = new StringBuilder();
        foreach (var (limit, key) in _used.Keys)
        {
            if (!_used.TryRemove((limit, key), out var cost) || cost == 0 || Math.Abs(cost) < _limits[limit].Least)
                continue;
            word.Append(CultureInfo.InvariantCulture, $"{limit}\t{cost}\t{key}\n");
            if (word.Length >= MostBytes)
                Send(word);
        }
        if (word.Length > 0)
            Send(word);
    }

    private void Send(StringBuilder word)
    {
        _bus.Tell(BusTopics.Limits, Encoding.UTF8.GetBytes(word.ToString()));
        word.Clear();
    }

    private void Hear(ReadOnlySpan<byte> word)
    {
        foreach (var line in Encoding.UTF8.GetString(word).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t', 3) is [var limit, var cost, var key] && int.TryParse(cost, CultureInfo.InvariantCulture, out var used) && _limits.TryGetValue(limit, out var known))
                known.Charge(key, used);
        }
    }
}
