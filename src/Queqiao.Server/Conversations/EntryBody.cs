using System.Text.Json;
using System.Text.Json.Serialization;

namespace Queqiao.Server.Conversations;

/// <summary>What an entry of the log says. Messages and state changes alike; a new kind is a new record here and in <see cref="EntryBodies"/>.</summary>
internal abstract record EntryBody
{
    /// <summary>Whether the customer can see it. Decides the customer's own numbering (<c>prev</c>), so it follows from the kind alone and never changes.</summary>
    [JsonIgnore]
    public virtual bool IsPublic => true;
}

/// <summary>The conversation began.</summary>
internal sealed record ConversationStarted : EntryBody;

/// <summary>Something was said to or by the customer.</summary>
internal sealed record MessagePosted(string Direction, string Text, string ClientId) : EntryBody
{
    /// <summary>Files that were sent with it; null when there are none.</summary>
    public IReadOnlyList<SentFile>? Attachments { get; init; }
}

/// <summary>Colleagues talk among themselves: never leaves the house.</summary>
internal sealed record NotePosted(string Text, string ClientId) : EntryBody
{
    public IReadOnlyList<SentFile>? Attachments { get; init; }

    [JsonIgnore] // not inherited by an override
    public override bool IsPublic => false;
}

/// <summary>Who holds the conversation changed. Null: nobody.</summary>
internal sealed record AssigneeChanged(Person? From, Person? To) : EntryBody;

internal sealed record StatusChanged(string From, string To, string? Reason) : EntryBody;

/// <summary>One side has seen everything up to a seq. <see cref="By"/> is <c>contact</c> or <c>agent</c>.</summary>
internal sealed record ReadMarked(string By, long UpTo) : EntryBody;

/// <summary>A file as the log remembers it: enough to show the message without asking for the file.</summary>
/// <param name="Kind">image, audio, video or file.</param>
/// <param name="DurationMs">Of a recording, where known.</param>
internal sealed record SentFile(Guid Id, string Kind, string Name, string ContentType, long Size, int? Width, int? Height, int? DurationMs);

/// <summary>A colleague as the log remembers one.</summary>
internal sealed record Person(Guid Id, string Name);

/// <summary>Who made an entry.</summary>
internal sealed record Sender(string Kind, Guid? Id, string? Name)
{
    public static readonly Sender System = new(SenderKind.System, null, null);
}

internal static class SenderKind
{
    public const string Contact = "contact";
    public const string Agent = "agent";
    public const string Bot = "bot";
    public const string System = "system";
}

/// <summary>The names under which bodies are stored. Never rename one.</summary>
internal static class EntryType
{
    public const string Started = "started";
    public const string Message = "message";
    public const string Note = "note";
    public const string Assigned = "assigned";
    public const string Status = "status";
    public const string Read = "read";
}

/// <summary>Bodies to bytes and back.</summary>
internal static class EntryBodies
{
    public static string TypeOf(EntryBody body) => body switch
    {
        MessagePosted => EntryType.Message,
        NotePosted => EntryType.Note,
        AssigneeChanged => EntryType.Assigned,
        StatusChanged => EntryType.Status,
        ReadMarked => EntryType.Read,
        ConversationStarted => EntryType.Started,
        _ => throw new InvalidOperationException($"{body.GetType().Name} has no stored name."),
    };

    /// <summary>The stored form: the body and the sender's name at the time.</summary>
    public static byte[] Write(EntryBody body, string? senderName) => body switch
    {
        MessagePosted message => JsonSerializer.SerializeToUtf8Bytes(new(message, senderName), EntryJson.Default.StoredMessagePosted),
        NotePosted note => JsonSerializer.SerializeToUtf8Bytes(new(note, senderName), EntryJson.Default.StoredNotePosted),
        AssigneeChanged assigned => JsonSerializer.SerializeToUtf8Bytes(new(assigned, senderName), EntryJson.Default.StoredAssigneeChanged),
        StatusChanged status => JsonSerializer.SerializeToUtf8Bytes(new(status, senderName), EntryJson.Default.StoredStatusChanged),
        ReadMarked read => JsonSerializer.SerializeToUtf8Bytes(new(read, senderName), EntryJson.Default.StoredReadMarked),
        ConversationStarted started => JsonSerializer.SerializeToUtf8Bytes(new(started, senderName), EntryJson.Default.StoredConversationStarted),
        _ => throw new InvalidOperationException($"{body.GetType().Name} has no stored form."),
    };

    public static (EntryBody Body, string? SenderName) Read(string type, ReadOnlySpan<byte> stored) => type switch
    {
        EntryType.Message => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMessagePosted)),
        EntryType.Note => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredNotePosted)),
        EntryType.Assigned => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredAssigneeChanged)),
        EntryType.Status => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredStatusChanged)),
        EntryType.Read => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredReadMarked)),
        EntryType.Started => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredConversationStarted)),
        _ => throw new InvalidOperationException($"The log holds an entry of the unknown type '{type}': it was written by a newer version."),
    };

    private static (EntryBody, string?) Of<T>(Stored<T>? stored) where T : EntryBody =>
        (stored!.Body, stored.SenderName);
}

internal sealed record Stored<T>([property: JsonPropertyName("b")] T Body, [property: JsonPropertyName("n")] string? SenderName) where T : EntryBody;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Stored<MessagePosted>))]
[JsonSerializable(typeof(Stored<NotePosted>))]
[JsonSerializable(typeof(Stored<AssigneeChanged>))]
[JsonSerializable(typeof(Stored<StatusChanged>))]
[JsonSerializable(typeof(Stored<ReadMarked>))]
[JsonSerializable(typeof(Stored<ConversationStarted>))]
internal sealed partial class EntryJson : JsonSerializerContext;
