using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Recurring;

namespace Queqiao.Server.Tests.Jobs;

public sealed class JobRulesTests
{
    private static readonly JobKind Kind = new("test") { MostTries = 20, FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromHours(6) };

    [Theory]
    [InlineData(1, 0, 5)]
    [InlineData(1, 1, 6.25)]
    [InlineData(2, 0, 15)]
    [InlineData(3, 0.5, 50.625)]
    [InlineData(8, 0, 10_935)]
    [InlineData(9, 0, 21_600)]
    [InlineData(19, 0, 21_600)]
    public void Waits_grow_by_three_with_jitter_up_to_the_longest(int tries, double chance, double seconds) =>
        Assert.Equal(1000 + (long)(seconds * 1000), JobRules.After(new JobOutcome.TryLater("no"), Kind, tries, 1000, chance).RunAt);

    [Fact]
    public void Only_failures_count()
    {
        Assert.Equal(JobState.Dead, JobRules.After(new JobOutcome.TryLater("no"), Kind, 20, 0, 0).State);
        var waits = JobRules.After(new JobOutcome.TryLater("no") { Counts = false }, Kind, 20, 0, 0);
        Assert.Equal((JobState.Waiting, 19), (waits.State, waits.Tries));
        Assert.Equal((JobState.Waiting, 4), (JobRules.HandBack(5, 0).State, JobRules.HandBack(5, 0).Tries));
        Assert.Equal(JobState.Done, JobRules.After(new JobOutcome.Done(), Kind, 20, 0, 0).State);
    }

    [Theory]
    [InlineData("* * * * *", "2026-11-22T08:00:00Z", "2026-11-22T08:01:00Z")]
    [InlineData("0 3 * * *", "2026-11-22T08:00:00Z", "2026-11-22T19:00:00Z")] // 03:00 in Shanghai
    [InlineData("30 9 * * 1-5", "2026-11-20T08:00:00Z", "2026-11-23T01:30:00Z")] // over a weekend
    [InlineData("0 0 1 * *", "2026-11-22T08:00:00Z", "2026-11-30T16:00:00Z")]
    [InlineData("0 0 29 2 *", "2026-11-22T08:00:00Z", "2028-02-28T16:00:00Z")]
    [InlineData("0 12 13 * 5", "2026-11-22T08:00:00Z", "2026-11-27T04:00:00Z")] // the 13th or a Friday
    [InlineData("*/20 8-10 * * *", "2026-11-22T00:41:00Z", "2026-11-22T01:00:00Z")]
    [InlineData("5,50 * * * 7", "2026-11-22T08:06:00Z", "2026-11-22T08:50:00Z")] // 7 is Sunday
    [InlineData("every 15m", "2026-11-22T08:00:00Z", "2026-11-22T08:15:00Z")]
    [InlineData("every 15m", "2026-11-22T08:14:59Z", "2026-11-22T08:15:00Z")]
    public void Rules_are_read_in_the_workspaces_zone(string rule, string after, string next) => Assert.Equal(DateTimeOffset.Parse(next, null), Next(rule, after, "Asia/Shanghai"));

    /// <summary>Berlin: 2027-03-28 02:00 → 03:00, 2026-10-25 03:00 → 02:00.</summary>
    [Theory]
    [InlineData("30 2 * * *", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z")] // 02:30 does not exist: at the change
    [InlineData("30 2 * * *", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z")] // twice: the first
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    public void Clocks_that_change_neither_lose_nor_double_a_day(string rule, string after, string next) => Assert.Equal(DateTimeOffset.Parse(next, null), Next(rule, after, "Europe/Berlin"));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-2 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("every 0m")]
    [InlineData("every m")]
    [InlineData("every -5m")]
    [InlineData("every 5y")]
    public void What_cannot_be_meant_is_no_rule(string rule) => Assert.Null(Cron.Parse(rule));

    private static DateTimeOffset Next(string rule, string after, string zone) => DateTimeOffset.FromUnixTimeMilliseconds(
        Cron.Parse(rule)!.Next(DateTimeOffset.Parse(after, null).ToUnixTimeMilliseconds(), TimeZoneInfo.FindSystemTimeZoneById(zone)));
}
