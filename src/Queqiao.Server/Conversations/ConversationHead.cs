using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations;

/// <summary>
/// Everything about a conversation that follows from its log up to <see cref="Seq"/>. Immutable: <see cref="After"/> gives the
/// head that one more entry makes. Stored beside the log and rebuilt from it at will.
/// </summary>
internal sealed record ConversationHead : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>Who the customer is on that channel, as the channel names people.</summary>
    public required string Identity { get; init; }

    public required Guid ContactId { get; init; }
    public string? ContactName { get; init; }

    /// <summary>Number of entries, and the position of the last one. The only version there is.</summary>
    public long Seq { get; init; }

    /// <summary>Position of the last entry that the customer can see.</summary>
    public long PublicSeq { get; init; }

    public string Status { get; init; } = ConversationStatus.Queued;
    public Guid? AssigneeId { get; init; }
    public string? AssigneeName { get; init; }
    public string Priority { get; init; } = "none";

    /// <summary>Messages of the customer that no agent has seen.</summary>
    public int Unread { get; init; }

    /// <summary>Messages to the customer that the customer has not seen.</summary>
    public int ContactUnread { get; init; }

    public long ContactReadSeq { get; init; }
    public long AgentReadSeq { get; init; }

    /// <summary>When the oldest message came that nobody has answered; null when nobody waits.</summary>
    public long? WaitingSince { get; init; }

    /// <summary>Position of the customer's last message.</summary>
    public long LastInSeq { get; init; }

    /// <summary>Position of the last message to the customer.</summary>
    public long LastOutSeq { get; init; }

    public long LastMessageSeq { get; init; }
    public long LastMessageAt { get; init; }
    public string? LastMessageType { get; init; }
    public string? LastSenderKind { get; init; }
    public Guid? LastSenderId { get; init; }
    public string? LastSenderName { get; init; }

    /// <summary>The first 160 characters of the last message.</summary>
    public string? LastPreview { get; init; }

    public required long CreatedAt { get; init; }
    public long LastActivityAt { get; init; }

    /// <summary>When the last entry was made, read marks too (they are no activity). No later entry is dated before it.</summary>
    public long LastEntryAt { get; init; }

    public long? ResolvedAt { get; init; }

    public bool IsResolved => Status == ConversationStatus.Resolved;

    /// <summary>The head after one more entry.</summary>
    public ConversationHead After(EntryBody body, Sender by, long at)
    {
        var next = this with
        {
            Seq = Seq + 1,
            PublicSeq = body.IsPublic ? Seq + 1 : PublicSeq,
            LastActivityAt = body is ReadMarked ? LastActivityAt : at,
            LastEntryAt = at,
        };
        return body switch
        {
            MessagePosted message => next.AfterMessage(message, by, at),
            NotePosted note => next with
            {
                LastMessageSeq = next.Seq,
                LastMessageAt = at,
                LastMessageType = EntryType.Note,
                LastSenderKind = by.Kind,
                LastSenderId = by.Id,
                LastSenderName = by.Name,
                LastPreview = Preview(note.Text, note.Attachments),
            },
            AssigneeChanged assigned => next with { AssigneeId = assigned.To?.Id, AssigneeName = assigned.To?.Name },
            StatusChanged status => next with
            {
                Status = status.To,
                ResolvedAt = status.To == ConversationStatus.Resolved ? at : null,
                WaitingSince = status.To == ConversationStatus.Resolved ? null : next.WaitingSince,
            },
            ReadMarked { By: SenderKind.Contact } read => next with
            {
                ContactReadSeq = Math.Max(ContactReadSeq, read.UpTo),
                ContactUnread = read.UpTo >= LastOutSeq ? 0 : ContactUnread,
            },
            ReadMarked read => next with
            {
                AgentReadSeq = Math.Max(AgentReadSeq, read.UpTo),
                Unread = read.UpTo >= LastInSeq ? 0 : Unread,
            },
            ConversationStarted => next,
            _ => throw new InvalidOperationException($"The head does not know the entry {body.GetType().Name}."),
        };
    }

    private ConversationHead AfterMessage(MessagePosted message, Sender by, long at)
    {
        var fromContact = message.Direction == Direction.In;
        return this with
        {
            LastMessageSeq = Seq,
            LastMessageAt = at,
            LastMessageType = EntryType.Message,
            LastSenderKind = by.Kind,
            LastSenderId = by.Id,
            LastSenderName = by.Name,
            LastPreview = Preview(message.Text, message.Attachments),
            Unread = fromContact ? Unread + 1 : Unread,
            ContactUnread = fromContact ? ContactUnread : ContactUnread + 1,
            LastInSeq = fromContact ? Seq : LastInSeq,
            LastOutSeq = fromContact ? LastOutSeq : Seq,
            WaitingSince = fromContact ? WaitingSince ?? at : null,
        };
    }

    /// <summary>A message without words is its first file, marked by a sign that needs no translation.</summary>
    private static string Preview(string text, IReadOnlyList<SentFile>? files)
    {
        const int length = 160;
        if (text.Length == 0 && files is [var first, ..])
            text = $"{(first.Kind switch { "image" => "🖼️", "audio" => "🎵", "video" => "🎬", _ => "📎" })} {first.Name}";
        if (text.Length <= length)
            return text;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)]; // never half a character
    }
}

/// <summary>The status names of the API (api.md).</summary>
internal static class ConversationStatus
{
    public const string Bot = "bot";
    public const string Queued = "queued";
    public const string Open = "open";
    public const string Pending = "pending";
    public const string Snoozed = "snoozed";
    public const string Resolved = "resolved";

    public static readonly IReadOnlyList<string> All = [Bot, Queued, Open, Pending, Snoozed, Resolved];
}

internal static class Direction
{
    /// <summary>From the customer.</summary>
    public const string In = "in";

    /// <summary>To the customer.</summary>
    public const string Out = "out";
}
