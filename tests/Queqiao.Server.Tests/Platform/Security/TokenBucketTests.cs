using System.Net;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Platform.Security;

public sealed class TokenBucketTests
{
    private static readonly Rate TenASecond = Rate.PerSecond(10, burst: 30);

    [Fact]
    public void A_burst_then_the_rate()
    {
        var clock = new TestClock();
        var bucket = default(TokenBucket);
        Assert.Equal(30, Take(ref bucket, clock, 100));
        clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(bucket.TryTake(TenASecond, TokenBucket.Ticks(clock), out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(1), wait);
        clock.Advance(wait);
        Assert.Equal(1, Take(ref bucket, clock, 5));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, Take(ref bucket, clock, 100));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(30, Take(ref bucket, clock, 100));
    }

    [Fact]
    public void A_bucket_costs_no_memory_per_call()
    {
        var clock = new TestClock();
        var bucket = default(TokenBucket);
        Take(ref bucket, clock, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Take(ref bucket, clock, 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Each_key_has_its_own()
    {
        var clock = new TestClock();
        var limiter = new KeyedLimiter<string>(clock, Rate.PerMinute(1, burst: 2));
        Assert.True(limiter.TryTake("a", out _));
        Assert.True(limiter.TryTake("a", out _));
        Assert.False(limiter.TryTake("a", out var wait));
        Assert.Equal(TimeSpan.FromMinutes(1), wait);
        Assert.True(limiter.TryTake("b", out _));
        limiter.GiveBack("a");
        Assert.True(limiter.TryTake("a", out _));
        limiter.GiveBack("nobody");
    }

    [Fact]
    public void A_flood_of_keys_takes_bounded_memory_and_frees_nobody()
    {
        var clock = new TestClock();
        var limiter = new KeyedLimiter<int>(clock, Rate.PerMinute(1, burst: 5), capacity: 1600);
        for (var i = 0; i < 5; i++)
            Assert.True(limiter.TryTake(-1, out _));
        for (var key = 0; key < 100_000; key++)
            limiter.TryTake(key, out _);
        Assert.InRange(limiter.Count, 1, 1600);
        Assert.False(limiter.TryTake(-1, out _));

        clock.Advance(TimeSpan.FromHours(1));
        for (var key = 0; key < 1000; key++)
            limiter.TryTake(key, out _);
        Assert.InRange(limiter.Count, 1, 1600);
    }

    [Theory]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    public void An_ipv6_customer_is_one_network(string one, string other, bool same) =>
        Assert.Equal(same, AddressKey.Of(IPAddress.Parse(one)) == AddressKey.Of(IPAddress.Parse(other)));

    [Fact]
    public void Benchmarks_may_switch_the_limits_off_by_name()
    {
        var limits = new RateLimits(new LimitsOptions { On = false }, new TestClock());
        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.Null(limits.OfVisitor("v")));
        limits = new RateLimits(new LimitsOptions(), new TestClock());
        Assert.Equal(30, Enumerable.Range(0, 100).Count(_ => limits.OfVisitor("v") is null));
        Assert.Equal("rate_limited", limits.OfVisitor("v")!.Code);
    }

    private static int Take(ref TokenBucket bucket, TestClock clock, int tries)
    {
        var taken = 0;
        for (var i = 0; i < tries; i++)
            taken += bucket.TryTake(TenASecond, clock) ? 1 : 0;
        return taken;
    }
}
