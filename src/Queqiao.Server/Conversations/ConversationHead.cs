using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.I18n;
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
    public required string Identity
    {
        get => Opened.Identity;
        init => Personal = (Personal ?? HeadPersonal.Nobody) with { Identity = value };
    }

    /// <summary>What stands for <see cref="Identity"/> in indexes; null once the person was erased.</summary>
    public Guid? IdentityTag { get; init; }

    public required Guid ContactId { get; init; }

    public string? ContactName
    {
        get => Opened.ContactName;
        init => Personal = Opened with { ContactName = value };
    }

    /// <summary>Number of entries, and the position of the last one. The only version there is.</summary>
    public long Seq { get; init; }

    /// <summary>Position of the last entry that the customer can see.</summary>
    public long PublicSeq { get; init; }

    public string Status { get; init; } = ConversationStatus.Queued;
    public Guid? AssigneeId { get; init; }
    public string? AssigneeName { get; init; }
    public string Priority { get; init; } = ConversationPriority.None;

    /// <summary>The team that is to look after it.</summary>
    public Guid? TeamId { get; init; }

    public string? Subject
    {
        get => Opened.Subject;
        init => Personal = Opened with { Subject = value };
    }

    /// <summary>When a snoozed conversation wakes, in Unix milliseconds.</summary>
    public long? SnoozedUntil { get; init; }

    /// <summary>Ids of its tags, an <see cref="IdSet"/>.</summary>
    public string? Tags { get; init; }

    /// <summary>Custom fields of the firm: JSON by key.</summary>
    public string? Fields { get; init; }

    /// <summary>Custom fields about the person: JSON by key.</summary>
    public string? PersonalFields
    {
        get => Opened.Fields;
        init => Personal = Opened with { Fields = value };
    }

    /// <summary><see cref="Fields"/> as lists are filtered by them (CustomFields.FieldValues.Facets).</summary>
    public string? Facets { get; init; }

    /// <summary>Ids of agents who were ever named in a note, an <see cref="IdSet"/>: they may see the conversation.</summary>
    public string? Mentioned { get; init; }

    /// <summary>Ids of agents who have not seen yet where they were named.</summary>
    public string? UnseenMentions { get; init; }

    /// <summary>Position of the last question how it was; 0: never asked.</summary>
    public long RatingAskedSeq { get; init; }

    /// <summary>1 to 5; null: not answered since it was asked.</summary>
    public int? Rating { get; init; }

    /// <summary>When it was first answered.</summary>
    public long? RatedAt { get; init; }

    /// <summary>The conversation in which this one goes on.</summary>
    public Guid? MergedInto { get; init; }

    /// <summary>What the channel's rules about writing are reckoned from (<see cref="WindowUses"/>); null: nothing.</summary>
    public string? ReplyWindow { get; init; }

    /// <summary>Position of the last edit or recall, or of something else that readers fold into what it is about; 0: there was none.</summary>
    public long RevisedSeq { get; init; }

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

    public string? LastSenderName
    {
        get => Opened.LastSenderName;
        init => Personal = Opened with { LastSenderName = value };
    }

    /// <summary>The first 160 characters of the last message.</summary>
    public string? LastPreview
    {
        get => Opened.LastPreview;
        init => Personal = Opened with { LastPreview = value };
    }

    public required long CreatedAt { get; init; }
    public long LastActivityAt { get; init; }

    /// <summary>When the last entry was made, read marks too (they are no activity). No later entry is dated before it.</summary>
    public long LastEntryAt { get; init; }

    public long? ResolvedAt { get; init; }

    /// <summary>When the person was erased; null: they were not.</summary>
    public long? ErasedAt { get; init; }

    /// <summary>What it says about people, in clear; null as it comes from the database. Never stored itself.</summary>
    public HeadPersonal? Personal { get; init; }

    /// <summary>The stored form of <see cref="Personal"/> as it was loaded or is about to be stored.</summary>
    public SealedHead? Sealed { get; set; }

    private HeadPersonal Opened => Personal ?? throw new InvalidOperationException("A head from the database is read through ConversationSeals (Heads, Head): it has not been opened.");

    public bool IsResolved => Status == ConversationStatus.Resolved;

    /// <summary>Everything that lists ask for: two heads with the same place are in the same lists.</summary>
    public HeadPlace Place => new(Status, AssigneeId, TeamId, Priority, Tags, Facets, Mentioned, UnseenMentions, Unread > 0, Rating);

    /// <summary>The head after one more entry.</summary>
    public ConversationHead After(EntryBody body, Sender by, long at)
    {
        var next = this with
        {
            Seq = Seq + 1,
            PublicSeq = body.IsPublic ? Seq + 1 : PublicSeq,
            LastActivityAt = IsActivity(body) ? at : LastActivityAt,
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
                SnoozedUntil = status.To == ConversationStatus.Snoozed ? status.Until : null,
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
            _ => next.AfterLabel(body, by) ?? next.AfterWord(body, at) ?? throw new InvalidOperationException($"The head does not know the entry {body.GetType().Name}."),
        };
    }

    /// <summary>Colleagues sort and mark conversations without anything happening in them.</summary>
    private static bool IsActivity(EntryBody body) =>
        body is not (ReadMarked or DeliveryChanged or FileArrived or MentionsSeen or Tagged or Untagged or PriorityChanged or SubjectChanged or FieldsChanged or ContactRenamed or WrappedUp);

    /// <summary>What colleagues attach to a conversation. Null: another kind.</summary>
    private ConversationHead? AfterLabel(EntryBody body, Sender by) => body switch
    {
        TeamChanged team => this with { TeamId = team.To?.Id },
        Tagged tag => this with { Tags = IdSet.With(Tags, tag.Id) },
        Untagged tag => this with { Tags = IdSet.Without(Tags, tag.Id) },
        PriorityChanged priority => this with { Priority = priority.To },
        ContactRenamed renamed => this with { ContactName = renamed.To, LastSenderName = LastSenderKind == SenderKind.Contact ? renamed.To : LastSenderName },
        SubjectChanged subject => this with { Subject = subject.To },
        ContactErased => this with { ErasedAt = LastEntryAt, Personal = HeadPersonal.Nobody, Unread = 0, ContactUnread = 0, WaitingSince = null },
        FieldsChanged fields => AfterFields(fields),
        Conversations.Mentioned mention => this with { Mentioned = IdSet.With(Mentioned, mention.AgentId), UnseenMentions = IdSet.With(UnseenMentions, mention.AgentId) },
        MentionsSeen => by.Id is { } agent ? this with { UnseenMentions = IdSet.Without(UnseenMentions, agent) } : this,
        Conversations.MergedInto other => this with { MergedInto = other.ConversationId },
        MergedFrom or WrappedUp => this,
        HandedOver => this with { WaitingSince = WaitingSince ?? LastEntryAt }, // for a person, whatever the bot has said
        _ => null,
    };

    private ConversationHead AfterFields(FieldsChanged change)
    {
        var fields = FieldValues.Merge(Fields, change.Internal);
        return this with { Fields = fields, PersonalFields = FieldValues.Merge(PersonalFields, change.Personal), Facets = FieldValues.Facets(fields) };
    }

    /// <summary>What changes of what was said, and what the customer thinks of it. Null: another kind.</summary>
    private ConversationHead? AfterWord(EntryBody body, long at) => body switch
    {
        MessageEdited edited => AfterRevision(edited.Of, edited.Text),
        NoteEdited edited => AfterRevision(edited.Of, edited.Text),
        MessageRecalled recalled => AfterRevision(recalled.Of, null) with
        {
            ContactUnread = recalled.Of > ContactReadSeq ? Math.Max(0, ContactUnread - 1) : ContactUnread,
        },
        NoteRecalled recalled => AfterRevision(recalled.Of, null),
        FileArrived => this with { RevisedSeq = Seq },
        Conversations.Reacted => this,
        DeliveryChanged delivery => this with { ReplyWindow = delivery.Items.Any(item => item.ClosesWindow) ? null : ReplyWindow },
        ChannelNoted noted => noted.Trigger is { } trigger ? this with { ReplyWindow = WindowUses.Opened(ReplyWindow, trigger, noted.SaidAt ?? at) } : this,
        RatingRequested => this with { RatingAskedSeq = Seq, Rating = null, RatedAt = null },
        Rated rated => this with { Rating = rated.Score, RatedAt = RatedAt ?? at },
        BotRated => this,
        _ => null,
    };

    private ConversationHead AfterRevision(long of, string? text) =>
        this with { RevisedSeq = Seq, LastPreview = of != LastMessageSeq ? LastPreview : text is null ? null : Preview(text, null) };

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
            LastPreview = Preview(message.Text, message.Attachments, message.Media),
            Unread = fromContact ? Unread + 1 : Unread,
            ContactUnread = fromContact ? ContactUnread : ContactUnread + 1,
            LastInSeq = fromContact ? Seq : LastInSeq,
            LastOutSeq = fromContact ? LastOutSeq : Seq,
            WaitingSince = fromContact ? WaitingSince ?? at : null,
            ReplyWindow = fromContact ? WindowUses.Opened(ReplyWindow, WindowUses.Message, message.SentAt ?? at, message.SentAt is not null || ReplyWindow is not null)
                : WindowUses.Used(ReplyWindow, message.Parts ?? (message.Elsewhere == true ? 1 : 0)),
        };
    }

    private static string SignOf(string kind) => kind switch { "image" => "🖼️", "audio" => "🎵", "video" => "🎬", _ => "📎" };

    /// <summary>A message without words is its first file, marked by a sign that needs no translation.</summary>
    private static string Preview(string text, IReadOnlyList<SentFile>? files, IReadOnlyList<IncomingMedia>? media = null)
    {
        const int length = 160;
        if (text.Length == 0 && files is [var first, ..])
            text = $"{SignOf(first.Kind)} {first.Name}";
        else if (text.Length == 0 && media is [var coming, ..])
            text = $"{SignOf(coming.Kind)} {coming.Name}".TrimEnd();
        return ShortText.Cut(text, length);
    }
}

/// <summary>Where a conversation belongs (<see cref="ConversationHead.Place"/>).</summary>
internal readonly record struct HeadPlace(
    string Status, Guid? AssigneeId, Guid? TeamId, string Priority, string? Tags, string? Facets, string? Mentioned, string? UnseenMentions, bool HasUnread, int? Rating);

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
