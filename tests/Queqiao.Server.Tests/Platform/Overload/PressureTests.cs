using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Platform.Overload;

namespace Queqiao.Server.Tests.Platform.Overload;

/// <summary>When what is turned away, without a clock.</summary>
public sealed class PressureTests
{
    private long _now = Stopwatch.Frequency;

    [Fact]
    public void The_cheapest_goes_first_and_comes_back_last()
    {
        var pressure = New();
        Assert.Equal(0, pressure.Level);
        Looks(pressure, ms: 120, times: 4);
        Assert.True(pressure.Sheds(Worth.Bulk));
        Assert.False(pressure.Sheds(Worth.NewChat));
        Looks(pressure, ms: 300, times: 4);
        Assert.True(pressure.Sheds(Worth.NewChat));
        Assert.False(pressure.Sheds(Worth.Live));
        Looks(pressure, ms: 1, times: 40);
        Assert.True(pressure.Sheds(Worth.Bulk)); // well for two seconds: not yet
        Looks(pressure, ms: 1, times: 40);
        Assert.Equal(0, pressure.Level);
    }

    [Fact]
    public void One_slow_moment_turns_nobody_away()
    {
        var pressure = New();
        for (var i = 0; i < 50; i++)
        {
            Looks(pressure, ms: 700, times: 1);
            Looks(pressure, ms: 1, times: 1);
        }
        Assert.Equal(0, pressure.Level);
    }

    [Fact]
    public void Who_hovers_at_the_limit_does_not_flicker()
    {
        var pressure = New();
        Looks(pressure, ms: 110, times: 4);
        for (var i = 0; i < 200; i++)
        {
            Looks(pressure, ms: i % 2 == 0 ? 60 : 90, times: 1);
            Assert.True(pressure.Sheds(Worth.Bulk));
        }
    }

    [Fact]
    public void Customers_messages_are_refused_before_they_would_wait_too_long_and_agents_later()
    {
        var pressure = New();
        Looks(pressure, ms: 401, times: 1);
        Assert.True(pressure.Sheds(Worth.Live)); // at once: what is taken is served soon
        Assert.False(pressure.Sheds(Worth.Agent));
        Looks(pressure, ms: 801, times: 1);
        Assert.True(pressure.Sheds(Worth.Agent));
        Looks(pressure, ms: 1, times: 1);
        Assert.False(pressure.Sheds(Worth.Live));
        Assert.Null(pressure.Of(Worth.Live));
    }

    [Fact]
    public void Who_is_turned_away_hears_when_to_come_again_and_not_all_the_same()
    {
        var pressure = New();
        Looks(pressure, ms: 900, times: 10);
        var waits = Enumerable.Range(0, 50).Select(_ => pressure.Of(Worth.NewChat)!).ToList();
        Assert.All(waits, refusal => Assert.Equal((503, "busy"), (refusal.Status, refusal.Code)));
        Assert.All(waits, refusal => Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 4, 12));
        Assert.True(waits.Select(refusal => refusal.RetryAfter).Distinct().Count() > 10);
    }

    [Fact]
    public void It_can_be_switched_off()
    {
        var pressure = new Pressure(new Backlog(1), new OverloadOptions { On = false }, NullLogger<Pressure>.Instance);
        Looks(pressure, ms: 9000, times: 10);
        Assert.All(Enum.GetValues<Worth>(), worth => Assert.False(pressure.Sheds(worth)));
    }

    [Fact]
    public void A_server_that_has_just_started_is_slow_and_not_overloaded()
    {
        var pressure = new Pressure(new Backlog(1), new OverloadOptions(), NullLogger<Pressure>.Instance);
        Looks(pressure, ms: 700, times: 20);
        Assert.All(Enum.GetValues<Worth>().Except([Worth.Bulk]), worth => Assert.False(pressure.Sheds(worth)));
        Looks(pressure, ms: 1300, times: 4); // not everything is taken even then
        Assert.True(pressure.Sheds(Worth.NewChat));
        Assert.False(pressure.Sheds(Worth.Live));
        Looks(pressure, ms: 1, times: 20 * 15);
        Assert.Equal(0, pressure.Level);
        Looks(pressure, ms: 300, times: 4);
        Assert.True(pressure.Sheds(Worth.NewChat));
    }

    [Fact]
    public void A_backlog_says_how_long_it_would_take()
    {
        var backlog = new Backlog(lanes: 2);
        Come(backlog, 512);
        Assert.Equal(TimeSpan.Zero, backlog.Wait); // one batch takes them all
        Come(backlog, 4488);
        Assert.Equal(250, backlog.Wait.TotalMilliseconds, 1); // 5,000 of 0.1 ms, two at a time
        for (var i = 0; i < 30; i++)
        {
            backlog.Left(100, Stopwatch.Frequency / 10); // 1 ms each
            Come(backlog, 100);
        }
        Assert.Equal(2500, backlog.Wait.TotalMilliseconds, 10.0);
        backlog.Left(1, Stopwatch.Frequency); // a batch of one says nothing about the price of an item
        Assert.InRange(backlog.Wait.TotalMilliseconds, 2490, 2510);
        backlog.Left(4999, 1);
        Assert.Equal(0, backlog.Waiting);
    }

    private static Pressure New() => new(new Backlog(1), new OverloadOptions { Cold = TimeSpan.Zero }, NullLogger<Pressure>.Instance);

    private void Looks(Pressure pressure, int ms, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _now += Stopwatch.Frequency / 20;
            pressure.Look(TimeSpan.FromMilliseconds(ms), _now);
        }
    }

    private static void Come(Backlog backlog, int items)
    {
        for (var i = 0; i < items; i++)
            backlog.Came();
    }
}
