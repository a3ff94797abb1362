using System.Diagnostics;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Overload;

/// <summary>
/// Whether this server has too much to do, and what it turns away then: the cheapest first, and what it takes it serves soon
/// (docs/decisions/0071-admission-by-worth.md). Measured are the wait for the disk and the wait for a thread; nothing is configured.
/// </summary>
internal sealed class Pressure(Backlog backlog, OverloadOptions options, ILogger<Pressure> log)
{
    private const int Steps = (int)Worth.Live; // bulk, new chats, arrivals: with a memory, so that it does not flicker

    private readonly long[] _above = new long[Steps];
    private readonly long[] _below = new long[Steps];
    private readonly bool[] _sheds = new bool[Steps];
    private long _threadWait;
    private long _began;
    private volatile bool _isCold;

    /// <summary>How long something that is to be written would wait, and then be answered.</summary>
    public TimeSpan Wait => backlog.Wait + TimeSpan.FromTicks(Volatile.Read(ref _threadWait));

    /// <summary>How many kinds of work are turned away: 0 on a good day.</summary>
    public int Level => _sheds.Count(sheds => sheds);

    /// <summary>Null: it may come in.</summary>
    public Refusal? Of(Worth worth)
    {
        if (!Sheds(worth))
            return null;
        Measures.Shed.Add(1, new KeyValuePair<string, object?>("worth", worth.ToString()));
        return Refusal.Unavailable("busy", ComeBack(worth));
    }

    public bool Sheds(Worth worth) => options.On && worth switch
    {
        Worth.Live => Wait > Limit(worth),
        Worth.Agent => Wait > Limit(worth) * 2,
        _ => Volatile.Read(ref _sheds[(int)worth]),
    };

    /// <summary>Spread, so that those who were turned away together do not come back together.</summary>
    public static TimeSpan ComeBack(Worth worth)
    {
        var least = worth switch { Worth.Bulk => 15_000, Worth.NewChat => 4_000, _ => 1_000 };
        return TimeSpan.FromMilliseconds(least * (1 + 2 * Random.Shared.NextDouble()));
    }

    /// <summary>One look. Turned away is what waited too long twice in a row; taken again once the wait was half of that for a while.</summary>
    /// <param name="threadWait">How long work waits for a thread.</param>
    /// <param name="now">Of <see cref="Stopwatch"/>.</param>
    public void Look(TimeSpan threadWait, long now)
    {
        Volatile.Write(ref _threadWait, threadWait.Ticks);
        if (_began == 0)
            _began = now;
        _isCold = Stopwatch.GetElapsedTime(_began, now) < options.Cold;
        var wait = Wait;
        for (var step = 0; step < Steps; step++)
        {
            var limit = Limit((Worth)step);
            if (wait < limit)
                _above[step] = 0;
            else if (_above[step] == 0)
                _above[step] = now;
            if (wait >= limit / 2)
                _below[step] = 0;
            else if (_below[step] == 0)
                _below[step] = now;
            var sheds = _sheds[step]
                ? _below[step] == 0 || Stopwatch.GetElapsedTime(_below[step], now) < options.Calm
                : _above[step] != 0 && Stopwatch.GetElapsedTime(_above[step], now) >= options.Sustained;
            if (sheds != _sheds[step])
                Change((Worth)step, sheds);
        }
    }

    // A server that has just started compiles what it runs for the first time: it is slow for some seconds and not overloaded.
    private TimeSpan Limit(Worth worth) => _isCold ? options.Of(worth) * options.ColdFactor : options.Of(worth);

    private void Change(Worth worth, bool sheds)
    {
        Volatile.Write(ref _sheds[(int)worth], sheds);
        if (sheds)
            log.LogWarning("Too much to do: {Worth} is turned away for now", worth);
        else
            log.LogInformation("{Worth} is taken again", worth);
    }
}

/// <summary>When which work is turned away.</summary>
internal sealed class OverloadOptions
{
    /// <summary>False with <c>QUEQIAO_ADMISSION=off</c>: to see in a benchmark what admission is worth.</summary>
    public bool On { get; init; } = true;

    /// <summary>From this wait on reports and imports have to wait.</summary>
    public TimeSpan Bulk { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan NewChat { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan Arrival { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>A customer's message that would wait longer is refused at once: it stays in their browser and comes again.</summary>
    public TimeSpan Live { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long it must be too much.</summary>
    public TimeSpan Sustained { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long after the start waits say little about how much there is to do.</summary>
    public TimeSpan Cold { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How much longer work may wait then.</summary>
    public int ColdFactor { get; init; } = 5;

    /// <summary>How long it must have been well again.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan Of(Worth worth) => worth switch { Worth.Bulk => Bulk, Worth.NewChat => NewChat, Worth.Arrival => Arrival, _ => Live };
}
