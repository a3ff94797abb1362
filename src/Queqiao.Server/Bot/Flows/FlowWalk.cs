using System.Globalization;
using System.Text.RegularExpressions;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Bot.Flows;

/// <summary>How far a walk has come: what is known, and what was said on the way.</summary>
internal sealed partial record FlowWalk(PublishedFlow Of, BotMemory Memory, IReadOnlyList<BotUtterance> Words)
{
    public FlowWalk Saying(BotUtterance said) => this with { Words = [.. Words, said] };

    public FlowWalk Knowing(string? slot, string value) => slot is null ? this : this with { Memory = Memory.Knowing(slot, value) };

    public FlowWalk At(FlowStep step) => this with
    {
        Memory = Memory with
        {
            Flow = Memory.Flow is not { } run || run.Flow != Of.Flow.Key ? new FlowRun(Of.Flow.Key, Of.Version, step.Id)
                : run.Step == step.Id ? run
                : run with { Version = Of.Version, Step = step.Id, Asked = 0 },
        },
    };

    public Thought Waiting(IReadOnlyList<Offer> offers) => new(Words, Memory with { Offers = offers }) { Path = "flow" };

    public Thought Calling(ActionCall call) => new(Words, Memory, Call: call) { Path = "flow" };

    /// <summary>A text with its places filled, in one pass: what a slot holds is never read as a place.</summary>
    public string Fill(string? text) => text is null ? "" : Places().Replace(text, match => Memory.Slots.GetValueOrDefault(match.Groups[1].Value, ""));

    public bool Holds(FlowTest test)
    {
        var (left, right) = (Fill(test.Left).Trim(), Fill(test.Right).Trim());
        var isNumber = decimal.TryParse(left, NumberStyles.Number, CultureInfo.InvariantCulture, out var a) & decimal.TryParse(right, NumberStyles.Number, CultureInfo.InvariantCulture, out var b);
        return test.Is switch
        {
            "=" => isNumber ? a == b : string.Equals(left, right, StringComparison.OrdinalIgnoreCase),
            "!=" => isNumber ? a != b : !string.Equals(left, right, StringComparison.OrdinalIgnoreCase),
            "<" => isNumber && a < b,
            ">" => isNumber && a > b,
            "has" => left.Contains(right, StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
    }

    [GeneratedRegex(@"\{([\p{L}\p{N}_.]{1,80})\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Places();
}

/// <summary>What came of an action.</summary>
/// <param name="Outcome">One of <see cref="ActionOutcome"/>.</param>
internal sealed record ActionAnswer(string Outcome, IReadOnlyDictionary<string, string> Values)
{
    public static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>Code of what is said about it.</summary>
    public string? Say { get; init; }

    public SentCode? Code { get; init; }
}

internal static class ActionOutcome
{
    public const string Ok = "ok";
    public const string NotFound = "not_found";
    public const string Failed = "failed";

    /// <summary>The customer has to say something first: a one-time code.</summary>
    public const string Waits = "waits";
}

/// <summary>Names of what the bot does itself.</summary>
internal static class ActionNames
{
    public const string SendCode = "code_send";
    public const string CheckCode = "code_check";
    public const string OrderLookup = "order_lookup";
    public const string Orders = "orders";
    public const string Logistics = "logistics_lookup";

    /// <summary>Those that flows may call without anybody having set them up.</summary>
    public static readonly IReadOnlyList<string> BuiltIn = [OrderLookup, Orders, Logistics];
}
