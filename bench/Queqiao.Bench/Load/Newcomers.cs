using System.Text;
using Queqiao.Bench.Measures;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>
/// Visitors who have the chat open and say their first word during the run: each begins a conversation. Who is told to come again
/// comes again when it was told to, as the widget does.
/// </summary>
internal sealed class Newcomers
{
    private readonly Newcomer[] _all;
    private readonly PriorityQueue<Newcomer, long> _again = new();
    private Stretch? _stretch;
    private long _nextDue;
    private long _inStretch;
    private int _next;

    public Newcomers(Reactor reactor, ChatLoad load, IReadOnlyList<string> tokens) =>
        _all = [.. tokens.Select((token, i) => new Newcomer(reactor, load, this, i, token))];

    public IReadOnlyList<Connection> All => _all;

    /// <summary>Who has said something.</summary>
    public int Begun => _next;

    /// <summary>Whose first message was acknowledged.</summary>
    public int Taken { get; private set; }

    /// <summary>Times that somebody was told to come again.</summary>
    public int TurnedAway { get; private set; }

    public long LastTakenAt { get; private set; }

    /// <summary>From the first try to the acknowledgement.</summary>
    public Histogram Wait { get; } = new();

    /// <summary>Lets those speak whose time it is, and says when the next one's is.</summary>
    public long Tick(long now, Stretch stretch)
    {
        if (_stretch != stretch)
            (_stretch, _nextDue, _inStretch) = (stretch, stretch.From, 0);
        while (_again.TryPeek(out var one, out var at) && at <= now)
        {
            _again.Dequeue();
            one.Say();
        }
        for (; stretch.NewPerSecond > 0 && _nextDue <= now && _next < _all.Length; _nextDue = stretch.From + ++_inStretch * Clock.Second / stretch.NewPerSecond)
            _all[_next++].Begin(_nextDue);
        var next = _again.TryPeek(out _, out var soonest) ? soonest : long.MaxValue;
        return stretch.NewPerSecond > 0 && _next < _all.Length ? Math.Min(next, _nextDue) : next;
    }

    private void OneIsTaken(long since)
    {
        Taken++;
        LastTakenAt = Clock.Now;
        Wait.Record(LastTakenAt - since);
    }

    private void Again(Newcomer one, long inMs)
    {
        TurnedAway++;
        _again.Enqueue(one, Clock.Now + inMs * Clock.Millisecond);
    }

    private sealed class Newcomer(Reactor reactor, ChatLoad load, Newcomers all, int number, string token) : Connection(reactor)
    {
        private static readonly byte[] Text = "请问这款还有现货吗？"u8.ToArray();

        private readonly byte[] _hello = Visitor.HelloOf(token);
        private long _since;

        protected override ReadOnlySpan<byte> Hello => _hello;

        public void Begin(long intended)
        {
            _since = intended;
            Say();
        }

        public void Say() => Send(Encoding.UTF8.GetBytes($$"""{"op":"send","clientId":"new-{{number}}","text":"{{Encoding.UTF8.GetString(Text)}}"}"""));

        protected override void OnReady(ReadOnlySpan<byte> frame) => load.OneIsReady();

        protected override void OnText(ReadOnlySpan<byte> frame)
        {
            if (Wire.IsAck(frame))
                all.OneIsTaken(_since);
            else if (Wire.IsError(frame))
                all.Again(this, Wire.Number(frame, "\"retryAfterMs\":"u8) is > 0 and var ms ? ms : 2_000);
        }

        protected override void OnClosed(string why) => load.SocketClosed(why);
    }
}
