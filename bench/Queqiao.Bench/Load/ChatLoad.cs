using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>
/// Visitors who write and agents who listen. First everybody connects, then each visitor says one thing (their conversation
/// begins and an agent follows it), then messages flow through the stretches: at a fixed rate (open loop: a slow answer
/// delays nobody's next message, and counts from the moment the message was meant to leave) or as fast as answers come.
/// </summary>
internal sealed class ChatLoad : IDisposable
{
    private const int MostHandshakes = 64;
    private const long GreetingEvery = Clock.Millisecond;
    private const long LongestSetUp = 120 * Clock.Second;
    private const long LongestDrain = 20 * Clock.Second;

    private readonly Reactor _reactor;
    private readonly Options _options;
    private readonly IReadOnlyList<Stretch> _stretches;
    private readonly Visitor[] _visitors;
    private readonly Agent[] _agents;
    private readonly Bystander[] _bystanders;
    private readonly Connection[] _everybody;
    private readonly long _began = Clock.Now;
    private Func<long, long> _phase;
    private int _opened;
    private int _ready;
    private int _greeted;
    private long _phaseFrom;
    private long _nextDue;
    private long _said;
    private long _saidInStretch;
    private int _stretch;

    public ChatLoad(Reactor reactor, Options options, Texts texts, IReadOnlyList<string> tokens, IReadOnlyList<string> cookies, IReadOnlyList<Stretch> stretches,
        Func<ChatLoad, IEnumerable<Bystander>>? bystanders = null, IReadOnlyList<string>? newcomers = null)
    {
        (_reactor, _options, Texts, _stretches) = (reactor, options, texts, stretches);
        var most = stretches.Sum(stretch => (stretch.Length / Clock.Second + 1) * (RateOf(stretch) is > 0 and var rate ? rate : 30_000));
        Ledger = new Ledger(checked((int)(tokens.Count * 2 + most)), tokens.Count);
        _visitors = [.. tokens.Select((token, i) => new Visitor(reactor, this, i, token))];
        _agents = [.. cookies.Select(cookie => new Agent(reactor, this, cookie))];
        _bystanders = [.. bystanders?.Invoke(this) ?? []];
        Newcomers = new Newcomers(reactor, this, newcomers ?? []);
        _everybody = [.. _agents, .. _bystanders, .. _visitors, .. Newcomers.All];
        _phase = Connecting;
    }

    public Reactor Reactor => _reactor;

    public Texts Texts { get; }

    public Ledger Ledger { get; }

    public Newcomers Newcomers { get; }

    public bool Lists => _options.Lists;

    /// <summary>Times an agent was told to page in what it missed; what it did not get then counts as lost.</summary>
    public int Resyncs { get; private set; }

    /// <summary>Sockets of visitors and agents that did not last.</summary>
    public int ClosedSockets { get; private set; }

    public IReadOnlyList<Visitor> Visitors => _visitors;

    public IReadOnlyList<Bystander> Bystanders => _bystanders;

    public void Run(CancellationToken ct) => _reactor.Run(now => _phase(now), ct);

    public void OneIsReady() => _ready++;

    public void Resynced() => Resyncs++;

    public void Refused(int n, ReadOnlySpan<byte> frame)
    {
        Ledger.Refuse(Ledger.Refused == 0 ? System.Text.Encoding.UTF8.GetString(frame) : "");
        if (Ledger.Has(n))
            StretchAt(Ledger.IntendedAt(n))?.OneIsRefused(Ledger.IntendedAt(n));
    }

    public void SocketClosed(string why)
    {
        ClosedSockets++;
        if (_phase == Connecting || _phase == Greeting)
            throw new InvalidOperationException($"A socket was closed before the load began: {why}.");
    }

    public void Acked(Visitor visitor, int n, long seq)
    {
        var now = Clock.Now;
        if (n < 0 || !Ledger.Ack(n, seq))
            return;
        var intended = Ledger.IntendedAt(n);
        StretchAt(intended)?.OneIsAcked(intended, now);
        if (StretchAt(now) is { } stretch)
        {
            stretch.Accepted++;
            if (RateOf(stretch) == 0)
                Say(visitor.Number, now, now);
        }
        if (n == visitor.Number) // the greeting: there is a conversation now
        {
            _agents[n % _agents.Length].Watch(visitor.Conversation!);
            foreach (var bystander in _bystanders)
            {
                if (bystander.FollowsEverything)
                    bystander.Send(Agent.WatchOf(visitor.Conversation!));
            }
        }
    }

    public void Delivered(int n, long seq)
    {
        var now = Clock.Now;
        if (n < 0 || n >= Ledger.Sent || !Ledger.Deliver(n, seq))
            return;
        var intended = Ledger.IntendedAt(n);
        StretchAt(intended)?.Delivery.Record(now - intended);
    }

    private long Connecting(long now)
    {
        while (_opened < _everybody.Length && _opened - _ready < MostHandshakes)
            _everybody[_opened++].Open();
        if (_ready == _everybody.Length)
            Enter(Greeting, now);
        return Watched(now);
    }

    /// <summary>Message n is visitor n's greeting.</summary>
    private long Greeting(long now)
    {
        for (; _greeted < _visitors.Length && now >= _phaseFrom + _greeted * GreetingEvery; _greeted++)
            Say(_greeted, now, now);
        if (_greeted == _visitors.Length && Ledger.Acked == _greeted && Ledger.Delivered == _greeted)
        {
            Enter(Flowing, now);
            foreach (var stretch in _stretches)
            {
                stretch.Place(_phaseFrom);
                _phaseFrom = stretch.Until;
            }
            Begin(_stretches[0]);
        }
        return Watched(now);
    }

    private long Flowing(long now)
    {
        if (now >= _stretches[_stretch].Until)
        {
            _stretches[_stretch].Ends?.Invoke();
            if (++_stretch == _stretches.Count)
            {
                Enter(Draining, now);
                return now;
            }
            Begin(_stretches[_stretch]);
        }
        var current = _stretches[_stretch];
        var next = Math.Min(current.Until, Newcomers.Tick(now, current));
        var rate = RateOf(current);
        if (rate == 0)
        {
            for (; _saidInStretch < (long)_visitors.Length * _options.Window; _saidInStretch++)
                Say((int)(_saidInStretch % _visitors.Length), now, now);
            return next;
        }
        for (; _nextDue <= now && _nextDue < current.Until; _nextDue = current.From + ++_saidInStretch * Clock.Second / rate)
            Say((int)(_said++ % _visitors.Length), _nextDue, now);
        return Math.Min(_nextDue, next);
    }

    private void Begin(Stretch stretch)
    {
        (_nextDue, _saidInStretch) = (stretch.From, 0);
        stretch.Begins?.Invoke();
    }

    private int RateOf(Stretch stretch) => stretch.Rate ?? _options.Rate;

    private long Draining(long now)
    {
        var missing = Ledger.Unanswered > 0 || Ledger.Delivered < Ledger.Acked;
        return missing && now < _phaseFrom + LongestDrain ? now + 10 * Clock.Millisecond : -1;
    }

    private void Say(int visitor, long intended, long now)
    {
        if (Ledger.IsFull)
            return;
        _visitors[visitor].Say(Ledger.Send(visitor, intended));
        StretchAt(intended)?.Lateness.Record(now - intended);
    }

    private void Enter(Func<long, long> phase, long now) => (_phase, _phaseFrom) = (phase, now);

    private Stretch? StretchAt(long moment)
    {
        foreach (var stretch in _stretches)
        {
            if (stretch.Covers(moment))
                return stretch;
        }
        return null;
    }

    private long Watched(long now) => now < _began + LongestSetUp
        ? now + Clock.Millisecond
        : throw new TimeoutException($"Not ready in time: {_ready} of {_everybody.Length} sockets, {Ledger.Acked} greetings acknowledged, {Ledger.Delivered} delivered; first refusal: {Ledger.FirstRefusal ?? "none"}.");

    public void Dispose() => _reactor.Dispose();
}
