using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Platform.Security;

/// <summary>Who spreads over several nodes gets hardly more than who stays at one.</summary>
public sealed class LimitShareTests
{
    private readonly TestClock _clock = new();
    private readonly Wire _wire = new();

    [Fact]
    public void What_is_used_at_one_node_counts_at_the_other()
    {
        var (here, there) = (Node(), Node());
        for (var n = 0; n < 10; n++)
            Assert.True(here.Limiter.TryTake("v", out _));
        Assert.False(here.Limiter.TryTake("v", out _));

        here.Share.Tell();

        Assert.False(there.Limiter.TryTake("v", out _));
        Assert.True(there.Limiter.TryTake("somebody else", out _));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(there.Limiter.TryTake("v", out _));
    }

    [Fact]
    public void Three_nodes_together_grant_a_burst_each_and_then_what_is_set()
    {
        var nodes = Enumerable.Range(0, 3).Select(_ => Node()).ToList();
        var granted = 0;
        for (var turn = 0; turn < 120; turn++) // a minute
        {
            foreach (var (limiter, _) in nodes)
            {
                for (var n = 0; n < 20; n++)
                    granted += limiter.TryTake("v", out _) ? 1 : 0;
            }
            foreach (var (_, share) in nodes)
                share.Tell();
            _clock.Advance(LimitShare.Every);
        }
        Assert.InRange(granted, 120, 30 + 120 + 30); // three bursts of ten, two a second, and what is too little to be told
    }

    [Fact]
    public void What_is_given_back_is_given_back_everywhere()
    {
        var (here, there) = (Node(), Node());
        for (var n = 0; n < 10; n++)
            Assert.True(here.Limiter.TryTake("v", out _));
        here.Share.Tell();
        here.Limiter.GiveBack("v", 10);
        here.Share.Tell();
        Assert.True(there.Limiter.TryTake("v", out _));
    }

    private (KeyedLimiter<string> Limiter, LimitShare Share) Node()
    {
        var share = new LimitShare(_wire.Add());
        return (new KeyedLimiter<string>(_clock, Rate.PerSecond(2, burst: 10)).Shared(share, "visitors", static text => text, static text => text), share);
    }

    private sealed class Wire
    {
        private readonly List<End> _ends = [];

        public End Add()
        {
            var end = new End(this);
            _ends.Add(end);
            return end;
        }

        public sealed class End(Wire wire) : IBus
        {
            private Action<Guid, ReadOnlyMemory<byte>>? _heard;

            public Guid Node { get; } = Guid.CreateVersion7();

            public bool HasPeers => true;

            public bool IsQuick => true;

            public void Tell(string topic, ReadOnlyMemory<byte> what)
            {
                foreach (var other in wire._ends.Where(other => other != this))
                    other._heard?.Invoke(Node, what);
            }

            public void On(string topic, Action<Guid, ReadOnlyMemory<byte>> heard) => _heard = heard;

            public event Action? Restored
            {
                add { }
                remove { }
            }
        }
    }
}
