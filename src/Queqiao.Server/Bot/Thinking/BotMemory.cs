using System.Text.Json;
using System.Text.Json.Serialization;

namespace Queqiao.Server.Bot.Thinking;

/// <summary>
/// What the bot keeps in mind between two messages. It stands in the log with what the bot said, sealed like it: so it is as durable as the
/// answer, belongs to it exactly, and is erased with the person.
/// </summary>
internal sealed record BotMemory
{
    public static readonly BotMemory Empty = new();

    /// <summary><c>zh</c> or <c>en</c>.</summary>
    public string Language { get; init; } = "";

    /// <summary>Failures in a row.</summary>
    public int Misses { get; init; }

    /// <summary>What can be chosen by number or by its words.</summary>
    public IReadOnlyList<Offer> Offers { get; init; } = [];

    /// <summary>The entry that was given last.</summary>
    public string? LastEntry { get; init; }

    /// <summary>What was asked and what the bot did about it.</summary>
    public IReadOnlyList<Tried> Tried { get; init; } = [];

    /// <summary>The flow that waits for an answer.</summary>
    public FlowRun? Flow { get; init; }

    /// <summary>Flows that were left for another one, the last one last.</summary>
    public IReadOnlyList<FlowRun> Paused { get; init; } = [];

    /// <summary>What is known, by name.</summary>
    public IReadOnlyDictionary<string, string> Slots { get; init; } = new Dictionary<string, string>();

    /// <summary>Until when the customer counts as who they say they are, in Unix milliseconds.</summary>
    public long? VerifiedUntil { get; init; }

    /// <summary>The one-time code that was sent.</summary>
    public SentCode? Code { get; init; }

    /// <summary>How often it has answered since a time (Unix milliseconds).</summary>
    public int Turns { get; init; }

    public long TurnsSince { get; init; }

    private const int MostTried = 12;

    public BotMemory With(Tried tried) => this with { Tried = [.. Tried.TakeLast(MostTried - 1), tried] };

    public BotMemory Knowing(string name, string value) => this with { Slots = new Dictionary<string, string>(Slots) { [name] = value } };

    public string Json() => JsonSerializer.Serialize(this, MemoryJson.Default.BotMemory);

    /// <summary>What another version wrote and nobody understands is forgotten: the bot asks again.</summary>
    public static BotMemory Of(string? json)
    {
        if (json is null)
            return Empty;
        try
        {
            return JsonSerializer.Deserialize(json, MemoryJson.Default.BotMemory) ?? Empty;
        }
        catch (JsonException)
        {
            return Empty;
        }
    }
}

/// <param name="Id">An entry, a flow, or one of <see cref="OfferIds"/>.</param>
internal sealed record Offer(string Id, string Text);

internal static class OfferIds
{
    public const string Person = "person";
    public const string None = "none";
    public const string Yes = "yes";
    public const string No = "no";

    /// <summary>A question that is asked by choosing it.</summary>
    public const string Ask = "ask:";

    /// <summary>A choice in a flow.</summary>
    public const string Choice = "choice:";
}

/// <param name="Asked">The customer's words, shortened.</param>
/// <param name="Did">A kind of <see cref="Conversations.BotSays"/>.</param>
/// <param name="Entry">The title of what it answered with.</param>
internal sealed record Tried(string Asked, string Did, string? Entry = null);

/// <summary>Where a flow stands.</summary>
/// <param name="Version">Of the flow: one that was published meanwhile does not change what was begun.</param>
/// <param name="Asked">How often this step was asked.</param>
/// <param name="Failed">How often something that it called did not find or do what was asked.</param>
internal sealed record FlowRun(string Flow, int Version, string Step, int Asked = 0, int Failed = 0);

/// <param name="Id">Of its row; the code itself is nowhere. Empty: it is not known yet where to send one.</param>
internal sealed record SentCode(Guid Id, long Until)
{
    /// <summary>The address that the customer named, to be proven by the code; null: it was proven already.</summary>
    public string? To { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BotMemory))]
internal sealed partial class MemoryJson : JsonSerializerContext;
