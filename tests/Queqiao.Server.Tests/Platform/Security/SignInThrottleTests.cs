using System.Net;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Platform.Security;

public sealed class SignInThrottleTests
{
    private static readonly IPAddress Here = IPAddress.Parse("198.51.100.7");
    private static readonly IPAddress There = IPAddress.Parse("198.51.100.8");
    private readonly TestClock _clock = new();
    private readonly SignInThrottle _throttle;

    public SignInThrottleTests() => _throttle = new SignInThrottle(_clock, new LimitsOptions());

    private int Guesses(int tries, Func<int, string> email, Func<int, IPAddress> from) =>
        Enumerable.Range(0, tries).Count(i => _throttle.Begin(email(i), from(i)) is null);

    [Fact]
    public void Five_guesses_then_locks_that_double()
    {
        Assert.Equal(5, Guesses(20, _ => "lin@example.com", _ => Here));
        foreach (var seconds in new[] { 30, 60, 120, 240, 480, 900, 900 })
        {
            var refusal = _throttle.Begin("lin@example.com", Here);
            Assert.Equal((429, TimeSpan.FromSeconds(seconds)), (refusal!.Status, refusal.RetryAfter!.Value));
            _clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.NotNull(_throttle.Begin("LIN@example.com ", Here));
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Null(_throttle.Begin("lin@example.com", Here));
        }
    }

    [Fact]
    public void The_owner_at_another_address_is_not_locked_out()
    {
        Assert.Equal(5, Guesses(30, _ => "lin@example.com", _ => Here));
        Assert.Null(_throttle.Begin("lin@example.com", There));
    }

    [Fact]
    public void Guessing_from_many_addresses_is_held_back_by_account() =>
        Assert.Equal(30, Guesses(500, _ => "lin@example.com", i => new IPAddress([10, 0, (byte)(i / 250), (byte)(i % 250)])));

    [Fact]
    public void One_password_on_many_accounts_is_held_back_by_address() =>
        Assert.Equal(60, Guesses(500, i => $"user{i}@example.com", _ => Here));

    [Fact]
    public void Success_clears_the_slate()
    {
        for (var day = 0; day < 200; day++)
        {
            Assert.Null(_throttle.Begin("lin@example.com", Here));
            _throttle.Succeeded("lin@example.com", Here);
        }
        Assert.Equal(0, _throttle.Remembered);
    }

    [Fact]
    public void An_hour_later_all_is_forgotten()
    {
        Guesses(10, _ => "lin@example.com", _ => Here);
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(5, Guesses(10, _ => "lin@example.com", _ => Here));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        for (var i = 0; i < 70_000; i++)
            _throttle.Begin($"{i}@example.com", new IPAddress(BitConverter.GetBytes(i)));
        Assert.InRange(_throttle.Remembered, 1, 50_000);
    }

    [Fact]
    public void Attempts_at_the_same_moment_gain_nothing()
    {
        var through = 0;
        Parallel.For(0, 200, _ =>
        {
            if (_throttle.Begin("lin@example.com", Here) is null)
                Interlocked.Increment(ref through);
        });
        Assert.Equal(5, through);
    }
}
