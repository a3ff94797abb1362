using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Bot.Flows;

/// <summary>A conversation of several turns, as editors write it (docs/bot-flows.md): steps that lead to each other by name.</summary>
/// <param name="Key">What other places call it: letters, digits and <c>_</c>.</param>
/// <param name="When">What customers say who want it.</param>
/// <param name="Steps">The first one begins.</param>
internal sealed record BotFlow(string Key, string Title, string Language, IReadOnlyList<string> When, IReadOnlyList<FlowStep> Steps)
{
    public FlowStep? Step(string? id) => id is null ? null : Steps.FirstOrDefault(step => step.Id == id);

    public string Json() => JsonSerializer.Serialize(this, TolerantJson.Options);

    public static BotFlow Of(string json) => JsonSerializer.Deserialize<BotFlow>(json, TolerantJson.Options)!;
}

/// <summary>One step.</summary>
/// <param name="Kind">One of <see cref="StepKind"/>.</param>
internal sealed record FlowStep(string Id, string Kind)
{
    /// <summary>What is said or asked; of <c>person</c>, why.</summary>
    public string? Text { get; init; }

    /// <summary>Where the answer is kept.</summary>
    public string? Slot { get; init; }

    /// <summary>What kind of answer is waited for (<see cref="SlotType"/>).</summary>
    public string? Type { get; init; }

    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Said when the answer was not understood.</summary>
    public string? Retry { get; init; }

    /// <summary>How often it is asked again before a person takes over.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>What is called.</summary>
    public string? Action { get; init; }

    /// <summary>Its arguments: texts with <c>{slots}</c>.</summary>
    public IReadOnlyDictionary<string, string>? Arguments { get; init; }

    /// <summary>Of <c>if</c>: two texts and how they are compared.</summary>
    public FlowTest? Test { get; init; }

    /// <summary>Where it goes on, by what happened (<see cref="StepKind.ExitsOf"/>).</summary>
    public IReadOnlyDictionary<string, string> Exits { get; init; } = new Dictionary<string, string>();

    public string? Exit(string name) => Exits.GetValueOrDefault(name);
}

/// <param name="Is"><c>=</c>, <c>!=</c>, <c>&lt;</c>, <c>&gt;</c> or <c>has</c>.</param>
internal sealed record FlowTest(string Left, string Is, string Right);

internal static class StepKind
{
    public const string Say = "say";
    public const string Ask = "ask";
    public const string Choose = "choose";
    public const string Confirm = "confirm";
    public const string Call = "call";
    public const string If = "if";
    public const string Set = "set";
    public const string Verify = "verify";
    public const string Person = "person";
    public const string End = "end";

    public static readonly IReadOnlyList<string> All = [Say, Ask, Choose, Confirm, Call, If, Set, Verify, Person, End];

    /// <summary>The ways out of a step. <c>next</c> may be left out: then the step that stands below follows.</summary>
    public static IReadOnlyList<string> ExitsOf(string kind) => kind switch
    {
        Confirm => ["yes", "no"],
        Call => ["ok", "not_found", "failed"],
        If => ["then", "else"],
        Verify => ["ok", "failed"],
        Person or End => [],
        _ => ["next"],
    };
}

/// <summary>What an answer must be to fill a slot.</summary>
internal static class SlotType
{
    public const string Text = "text";
    public const string Number = "number";
    public const string Order = "order";
    public const string Phone = "phone";
    public const string Email = "email";
    public const string Date = "date";
    public const string Money = "money";
    public const string Yes = "yes_no";

    public static readonly IReadOnlyList<string> All = [Text, Number, Order, Phone, Email, Date, Money, Yes];
}
