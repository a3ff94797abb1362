namespace Queqiao.Channels.Windows;

/// <summary>What a customer did that lets us write.</summary>
public enum WindowTrigger { Message, Follow, MenuClick, Scan, Enter, Payment }

/// <param name="Messages">How many may be sent; null: any number.</param>
/// <param name="Tag">Has to be named with the message (<see cref="Outbound.Tag"/>).</param>
public sealed record WindowRule(WindowTrigger Trigger, TimeSpan Length, int? Messages = null, string? Tag = null);

public enum AfterWindow { AnotherChannel, Template, Paid }

/// <summary>When a platform lets us write, and how often: rules as data.</summary>
public sealed record ReplyPolicy(IReadOnlyList<WindowRule> Rules, AfterWindow After = AfterWindow.AnotherChannel)
{
    public static readonly ReplyPolicy Always = new([]);

    public bool IsAlwaysOpen => Rules.Count == 0;

    /// <summary>The rule for messages with an account's own figures.</summary>
    public ReplyPolicy With(double? hours, double? messages) => IsAlwaysOpen || (hours, messages) is (null, null) ? this : this with
    {
        Rules = [.. Rules.Select(rule => rule is { Trigger: WindowTrigger.Message, Tag: null } ? rule with
        {
            Length = hours is > 0 and < 24 * 365 ? TimeSpan.FromHours(hours.Value) : rule.Length,
            Messages = messages is >= 1 and < 1_000_000 ? (int)messages.Value : rule.Messages,
        } : rule)],
    };

    /// <summary>What may still be sent now. Of several open rules the most generous counts.</summary>
    /// <param name="triggers">What the customer did, and when; the newest of each kind is enough.</param>
    /// <param name="sent">When we sent.</param>
    public Budget Now(IEnumerable<(WindowTrigger What, DateTimeOffset At)> triggers, IEnumerable<DateTimeOffset> sent, DateTimeOffset now, string? tag = null)
    {
        if (IsAlwaysOpen)
            return new Budget(true, null, null);
        var (did, wrote) = (triggers.ToList(), sent.ToList());
        var open = Rules.Where(rule => rule.Tag is null || rule.Tag == tag).SelectMany(rule => Left(rule, did, wrote, now)).ToList();
        return open.Count == 0 ? new Budget(false, 0, null) : open.MaxBy(budget => (budget.Remaining ?? int.MaxValue, budget.Until))!;
    }

    /// <summary>The same for who keeps counts instead of times.</summary>
    /// <param name="uses">What the customer did last of each kind, when, and how many requests went out since.</param>
    public Budget Now(IEnumerable<(WindowTrigger What, DateTimeOffset At, int Sent)> uses, DateTimeOffset now, string? tag = null)
    {
        if (IsAlwaysOpen)
            return new Budget(true, null, null);
        var did = uses.ToList();
        var open = Rules.Where(rule => rule.Tag is null || rule.Tag == tag).SelectMany(rule => did.Where(use => use.What == rule.Trigger && use.At <= now && use.At + rule.Length > now && !(rule.Messages - use.Sent <= 0))
            .Select(use => new Budget(true, rule.Messages - use.Sent, use.At + rule.Length))).ToList();
        return open.Count == 0 ? new Budget(false, 0, null) : open.MaxBy(budget => (budget.Remaining ?? int.MaxValue, budget.Until))!;
    }

    private static IEnumerable<Budget> Left(WindowRule rule, List<(WindowTrigger What, DateTimeOffset At)> did, List<DateTimeOffset> wrote, DateTimeOffset now)
    {
        var last = did.Where(one => one.What == rule.Trigger && one.At <= now).Select(one => (DateTimeOffset?)one.At).Max();
        if (last is not { } at || at + rule.Length <= now)
            yield break;
        var left = rule.Messages - wrote.Count(time => time >= at);
        if (left is null or > 0)
            yield return new Budget(true, left, at + rule.Length);
    }
}

/// <param name="Remaining">Null: any number.</param>
/// <param name="Until">Null: without end.</param>
public sealed record Budget(bool IsOpen, int? Remaining, DateTimeOffset? Until);
