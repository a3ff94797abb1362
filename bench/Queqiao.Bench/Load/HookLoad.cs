using System.Net;
using Queqiao.Bench.Sockets;

namespace Queqiao.Bench.Load;

/// <summary>
/// A provider that delivers over several connections: at a fixed rate (open loop: a slow answer delays no other delivery's moment, and
/// counts from it) or as fast as answers come.
/// </summary>
internal sealed class HookLoad : IDisposable
{
    private const long LongestDrain = 20 * Clock.Second;
    private const long LongestWait = 50 * Clock.Millisecond;

    private readonly Epoll _epoll = new(1024);
    private readonly HookWords _words;
    private readonly HookSender[] _senders;
    private readonly Queue<HookSender> _free = new();
    private readonly IReadOnlyList<Stretch> _stretches;
    private long _said;

    public HookLoad(IPEndPoint server, HookWords words, int connections, IReadOnlyList<Stretch> stretches)
    {
        (_words, _stretches) = (words, stretches);
        _senders = [.. Enumerable.Range(0, connections).Select(tag => new HookSender(server, _epoll, tag))];
        foreach (var sender in _senders)
            _free.Enqueue(sender);
    }

    public long Acked { get; private set; }

    public long Refused { get; private set; }

    public int? FirstRefusal { get; private set; }

    public int OnTheWay => _senders.Length - _free.Count;

    public void Run(CancellationToken ct)
    {
        foreach (var stretch in _stretches)
        {
            stretch.Place(Clock.Now);
            stretch.Begins?.Invoke();
            for (_said = 0; Clock.Now < stretch.Until;)
            {
                ct.ThrowIfCancellationRequested();
                Hear(Math.Min(Say(stretch, Clock.Now), stretch.Until) - Clock.Now);
            }
            stretch.Ends?.Invoke();
        }
        for (var until = Clock.Now + LongestDrain; OnTheWay > 0 && Clock.Now < until;)
            Hear(LongestWait);
    }

    /// <summary>Sends what is due; when the next one is.</summary>
    private long Say(Stretch stretch, long now)
    {
        while (_free.Count > 0)
        {
            var due = stretch.Rate is > 0 and var rate ? stretch.From + (_said * Clock.Second / rate) : now;
            if (due > now)
                return due;
            if (stretch.Rate > 0)
                stretch.Lateness.Record(now - due);
            _said++;
            _free.Dequeue().Send(_words.Next(), due, stretch);
        }
        return long.MaxValue;
    }

    private void Hear(long nanoseconds)
    {
        var ready = _epoll.Wait(Math.Clamp(nanoseconds, 0, LongestWait));
        for (var i = 0; i < ready; i++)
        {
            var sender = _senders[_epoll.Ready(i).Tag];
            if (sender.Receive() is { } status)
                Answered(sender, status, Clock.Now);
        }
    }

    private void Answered(HookSender sender, int status, long now)
    {
        _free.Enqueue(sender);
        var (moment, stretch) = sender.Intended;
        if (status is < 200 or > 299)
        {
            Refused++;
            FirstRefusal ??= status;
            stretch.OneIsRefused(moment);
            return;
        }
        Acked++;
        stretch.OneIsAcked(moment, now);
        if (stretch.Covers(now))
            stretch.Accepted++;
    }

    public void Dispose()
    {
        foreach (var sender in _senders)
            sender.Dispose();
        _epoll.Dispose();
    }
}
