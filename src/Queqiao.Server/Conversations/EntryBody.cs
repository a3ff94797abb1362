using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Server.Platform.Keys;

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
/// <param name="ReplyTo">Seq of the message it answers.</param>
internal sealed record MessagePosted(string Direction, string Text, string ClientId, long? ReplyTo = null) : EntryBody
{
    /// <summary>Files that were sent with it; null when there are none.</summary>
    public IReadOnlyList<SentFile>? Attachments { get; init; }

    /// <summary>The same with marks, where it has any (<see cref="FormattedText"/>); <c>Text</c> says it without.</summary>
    public string? Markdown { get; init; }

    /// <summary>What the bot adds, when it says it.</summary>
    public BotPart? Bot { get; init; }

    /// <summary>Files that a channel's provider still holds; they arrive one by one (<see cref="FileArrived"/>).</summary>
    public IReadOnlyList<IncomingMedia>? Media { get; init; }

    /// <summary>When it was said by the provider's clock, in Unix milliseconds; null: when it was stored.</summary>
    public long? SentAt { get; init; }

    /// <summary>How many requests a provider needs for it; null: nobody has to deliver it.</summary>
    public int? Parts { get; init; }

    /// <summary>What the customer's platform calls it, where it was said there; what was sent by us has its names in its delivery.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Our side said it by another tool: it is with the customer already.</summary>
    public bool? Elsewhere { get; init; }

    /// <summary>The approved template that it was sent as.</summary>
    public SentTemplate? Template { get; init; }

    /// <summary>The provider's name of a kind that is not understood.</summary>
    public string? Unsupported { get; init; }

    /// <summary>An article or order that it shows; the text says the same in words.</summary>
    public MessageCard? Card { get; init; }

    /// <summary>Whether the customer's platform knows it by a name, or will: signs and answers can be put to it there.</summary>
    [JsonIgnore]
    public bool IsKnownOutside => ExternalId is not null || Parts is not null;

    /// <summary>What became of it since, as readers fold it in; never stored.</summary>
    [JsonIgnore]
    public Revision? Revision { get; init; }

    /// <summary>How far its delivery came, as readers fold it in; never stored.</summary>
    [JsonIgnore]
    public DeliveryNews? Delivery { get; init; }

    /// <summary>What became of files of <see cref="Media"/>, by index: null, it is an attachment now; else why it is not to be had. Never stored.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<int, string?>? Fates { get; init; }
}

/// <summary>A message or note was changed after it was sent.</summary>
/// <param name="Seq">Of the last change.</param>
internal sealed record Revision(long Seq, long At, bool Recalled);

/// <summary>Colleagues talk among themselves: never leaves the house.</summary>
internal sealed record NotePosted(string Text, string ClientId) : EntryBody
{
    public string? Markdown { get; init; }

    public IReadOnlyList<SentFile>? Attachments { get; init; }

    /// <summary>What became of it since, as readers fold it in; never stored.</summary>
    [JsonIgnore]
    public Revision? Revision { get; init; }

    [JsonIgnore] // not inherited by an override
    public override bool IsPublic => false;
}

/// <summary>Who holds the conversation changed. Null: nobody.</summary>
internal sealed record AssigneeChanged(Person? From, Person? To) : EntryBody;

/// <param name="Until">When a snoozed conversation wakes, in Unix milliseconds.</param>
internal sealed record StatusChanged(string From, string To, string? Reason, long? Until = null) : EntryBody;

/// <summary>One side has seen everything up to a seq. <see cref="By"/> is <c>contact</c> or <c>agent</c>.</summary>
internal sealed record ReadMarked(string By, long UpTo) : EntryBody;

/// <summary>What is left of an entry that does not open: its person was erased, or it was damaged. Only ever read.</summary>
/// <param name="Type">Of the entry that was.</param>
internal sealed record UnreadableEntry(string Type, Unreadable Why) : EntryBody;

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
    public const string Team = "team";
    public const string Tagged = "tagged";
    public const string Untagged = "untagged";
    public const string Priority = "priority";
    public const string Erased = "erased";
    public const string ContactRenamed = "contact_renamed";
    public const string Subject = "subject";
    public const string Fields = "fields";
    public const string Mentioned = "mentioned";
    public const string MentionsSeen = "mentions_seen";
    public const string Edited = "edited";
    public const string Recalled = "recalled";
    public const string NoteEdited = "note_edited";
    public const string NoteRecalled = "note_recalled";
    public const string RatingRequested = "rating_requested";
    public const string Rated = "rated";
    public const string MergedInto = "merged_into";
    public const string MergedFrom = "merged_from";
    public const string HandedOver = "handed_over";
    public const string BotRated = "bot_rated";
    public const string WrappedUp = "wrapped_up";
    public const string Delivery = "delivery";
    public const string FileArrived = "file_arrived";
    public const string Reacted = "reacted";
    public const string ChannelNoted = "channel_noted";
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
        TeamChanged => EntryType.Team,
        Tagged => EntryType.Tagged,
        Untagged => EntryType.Untagged,
        PriorityChanged => EntryType.Priority,
        ContactErased => EntryType.Erased,
        UnreadableEntry gone => gone.Type,
        ContactRenamed => EntryType.ContactRenamed,
        SubjectChanged => EntryType.Subject,
        FieldsChanged => EntryType.Fields,
        Mentioned => EntryType.Mentioned,
        MentionsSeen => EntryType.MentionsSeen,
        MessageEdited => EntryType.Edited,
        MessageRecalled => EntryType.Recalled,
        NoteEdited => EntryType.NoteEdited,
        NoteRecalled => EntryType.NoteRecalled,
        RatingRequested => EntryType.RatingRequested,
        Rated => EntryType.Rated,
        MergedInto => EntryType.MergedInto,
        MergedFrom => EntryType.MergedFrom,
        HandedOver => EntryType.HandedOver,
        BotRated => EntryType.BotRated,
        WrappedUp => EntryType.WrappedUp,
        DeliveryChanged => EntryType.Delivery,
        FileArrived => EntryType.FileArrived,
        Reacted => EntryType.Reacted,
        ChannelNoted => EntryType.ChannelNoted,
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
        TeamChanged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredTeamChanged),
        Tagged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredTagged),
        Untagged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredUntagged),
        PriorityChanged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredPriorityChanged),
        ContactErased it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredContactErased),
        ContactRenamed it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredContactRenamed),
        SubjectChanged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredSubjectChanged),
        FieldsChanged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredFieldsChanged),
        Mentioned it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredMentioned),
        MentionsSeen it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredMentionsSeen),
        MessageEdited it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredMessageEdited),
        MessageRecalled it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredMessageRecalled),
        NoteEdited it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredNoteEdited),
        NoteRecalled it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredNoteRecalled),
        RatingRequested it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredRatingRequested),
        Rated it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredRated),
        MergedInto it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredMergedInto),
        MergedFrom it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredMergedFrom),
        HandedOver it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredHandedOver),
        BotRated it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredBotRated),
        WrappedUp it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredWrappedUp),
        DeliveryChanged it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredDeliveryChanged),
        FileArrived it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredFileArrived),
        Reacted it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredReacted),
        ChannelNoted it => JsonSerializer.SerializeToUtf8Bytes(new(it, senderName), EntryJson.Default.StoredChannelNoted),
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
        EntryType.Team => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredTeamChanged)),
        EntryType.Tagged => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredTagged)),
        EntryType.Untagged => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredUntagged)),
        EntryType.Priority => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredPriorityChanged)),
        EntryType.Erased => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredContactErased)),
        EntryType.ContactRenamed => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredContactRenamed)),
        EntryType.Subject => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredSubjectChanged)),
        EntryType.Fields => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredFieldsChanged)),
        EntryType.Mentioned => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMentioned)),
        EntryType.MentionsSeen => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMentionsSeen)),
        EntryType.Edited => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMessageEdited)),
        EntryType.Recalled => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMessageRecalled)),
        EntryType.NoteEdited => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredNoteEdited)),
        EntryType.NoteRecalled => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredNoteRecalled)),
        EntryType.RatingRequested => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredRatingRequested)),
        EntryType.Rated => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredRated)),
        EntryType.MergedInto => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMergedInto)),
        EntryType.MergedFrom => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredMergedFrom)),
        EntryType.HandedOver => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredHandedOver)),
        EntryType.BotRated => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredBotRated)),
        EntryType.WrappedUp => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredWrappedUp)),
        EntryType.Delivery => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredDeliveryChanged)),
        EntryType.FileArrived => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredFileArrived)),
        EntryType.Reacted => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredReacted)),
        EntryType.ChannelNoted => Of(JsonSerializer.Deserialize(stored, EntryJson.Default.StoredChannelNoted)),
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
[JsonSerializable(typeof(Stored<TeamChanged>))]
[JsonSerializable(typeof(Stored<Tagged>))]
[JsonSerializable(typeof(Stored<Untagged>))]
[JsonSerializable(typeof(Stored<PriorityChanged>))]
[JsonSerializable(typeof(Stored<ContactErased>))]
[JsonSerializable(typeof(Stored<ContactRenamed>))]
[JsonSerializable(typeof(Stored<SubjectChanged>))]
[JsonSerializable(typeof(Stored<FieldsChanged>))]
[JsonSerializable(typeof(Stored<Mentioned>))]
[JsonSerializable(typeof(Stored<MentionsSeen>))]
[JsonSerializable(typeof(Stored<MessageEdited>))]
[JsonSerializable(typeof(Stored<MessageRecalled>))]
[JsonSerializable(typeof(Stored<NoteEdited>))]
[JsonSerializable(typeof(Stored<NoteRecalled>))]
[JsonSerializable(typeof(Stored<RatingRequested>))]
[JsonSerializable(typeof(Stored<Rated>))]
[JsonSerializable(typeof(Stored<MergedInto>))]
[JsonSerializable(typeof(Stored<MergedFrom>))]
[JsonSerializable(typeof(Stored<HandedOver>))]
[JsonSerializable(typeof(Stored<BotRated>))]
[JsonSerializable(typeof(Stored<WrappedUp>))]
[JsonSerializable(typeof(Stored<DeliveryChanged>))]
[JsonSerializable(typeof(Stored<FileArrived>))]
[JsonSerializable(typeof(Stored<Reacted>))]
[JsonSerializable(typeof(Stored<ChannelNoted>))]
internal sealed partial class EntryJson : JsonSerializerContext;
