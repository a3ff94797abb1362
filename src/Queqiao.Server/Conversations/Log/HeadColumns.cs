using System.Data.Common;
using Queqiao.Server.Conversations.Sealing;

namespace Queqiao.Server.Conversations.Log;

/// <summary>The columns of a head in one fixed order, for the statements that do not go through EF Core.</summary>
internal static class HeadColumns
{
    public static readonly string[] Key = ["ws", "id"];

    /// <summary>Set when the conversation begins, never changed.</summary>
    public static readonly string[] Fixed = ["channel_id", "identity_tag", "contact_id", "created_at"];

    /// <summary>What an entry may change.</summary>
    public static readonly string[] Changing =
    [
        "sealed", "seq", "public_seq", "status", "assignee_id", "assignee_name", "priority", "unread", "contact_unread",
        "contact_read_seq", "agent_read_seq", "waiting_since", "last_in_seq", "last_out_seq", "last_message_seq", "last_message_at",
        "last_message_type", "last_sender_kind", "last_sender_id", "last_activity_at", "last_entry_at", "resolved_at", "erased_at",
        "team_id", "snoozed_until", "tags", "fields", "facets",
        "mentioned", "unseen_mentions", "rating_asked_seq", "rating", "rated_at", "merged_into", "revised_seq", "reply_window",
    ];

    public static readonly string[] All = [.. Key, .. Fixed, .. Changing];

    public static readonly string Select = string.Join(", ", All.Select(name => "c." + name));

    /// <summary>Reads a row selected with <see cref="Select"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="guid">How this database reads an id.</param>
    public static ConversationHead Read(DbDataReader row, Func<DbDataReader, int, Guid> guid)
    {
        string? Text(int i) => row.IsDBNull(i) ? null : row.GetString(i);
        long? Number(int i) => row.IsDBNull(i) ? null : row.GetInt64(i);
        Guid? Id(int i) => row.IsDBNull(i) ? null : guid(row, i);
        return new ConversationHead
        {
            Ws = row.GetInt32(0),
            Id = guid(row, 1),
            ChannelId = guid(row, 2),
            Identity = "", // until it is opened
            IdentityTag = Id(3),
            ContactId = guid(row, 4),
            CreatedAt = row.GetInt64(5),
            Sealed = row.IsDBNull(6) ? null : new SealedHead(row.GetFieldValue<byte[]>(6)),
            Seq = row.GetInt64(7),
            PublicSeq = row.GetInt64(8),
            Status = row.GetString(9),
            AssigneeId = Id(10),
            AssigneeName = Text(11),
            Priority = row.GetString(12),
            Unread = row.GetInt32(13),
            ContactUnread = row.GetInt32(14),
            ContactReadSeq = row.GetInt64(15),
            AgentReadSeq = row.GetInt64(16),
            WaitingSince = Number(17),
            LastInSeq = row.GetInt64(18),
            LastOutSeq = row.GetInt64(19),
            LastMessageSeq = row.GetInt64(20),
            LastMessageAt = row.GetInt64(21),
            LastMessageType = Text(22),
            LastSenderKind = Text(23),
            LastSenderId = Id(24),
            LastActivityAt = row.GetInt64(25),
            LastEntryAt = row.GetInt64(26),
            ResolvedAt = Number(27),
            ErasedAt = Number(28),
            TeamId = Id(29),
            SnoozedUntil = Number(30),
            Tags = Text(31),
            Fields = Text(32),
            Facets = Text(33),
            Mentioned = Text(34),
            UnseenMentions = Text(35),
            RatingAskedSeq = row.GetInt64(36),
            Rating = (int?)Number(37),
            RatedAt = Number(38),
            MergedInto = Id(39),
            RevisedSeq = row.GetInt64(40),
            ReplyWindow = Text(41),
        };
    }

    /// <summary>The value of a column, null for SQL NULL.</summary>
    public static object? Value(ConversationHead head, string column) => column switch
    {
        "ws" => head.Ws,
        "id" => head.Id,
        "channel_id" => head.ChannelId,
        "identity_tag" => head.IdentityTag,
        "contact_id" => head.ContactId,
        "created_at" => head.CreatedAt,
        "sealed" => head.Sealed?.Bytes,
        "erased_at" => head.ErasedAt,
        "seq" => head.Seq,
        "public_seq" => head.PublicSeq,
        "status" => head.Status,
        "assignee_id" => head.AssigneeId,
        "assignee_name" => head.AssigneeName,
        "priority" => head.Priority,
        "unread" => head.Unread,
        "contact_unread" => head.ContactUnread,
        "contact_read_seq" => head.ContactReadSeq,
        "agent_read_seq" => head.AgentReadSeq,
        "waiting_since" => head.WaitingSince,
        "last_in_seq" => head.LastInSeq,
        "last_out_seq" => head.LastOutSeq,
        "last_message_seq" => head.LastMessageSeq,
        "last_message_at" => head.LastMessageAt,
        "last_message_type" => head.LastMessageType,
        "last_sender_kind" => head.LastSenderKind,
        "last_sender_id" => head.LastSenderId,
        "last_activity_at" => head.LastActivityAt,
        "last_entry_at" => head.LastEntryAt,
        "resolved_at" => head.ResolvedAt,
        "team_id" => head.TeamId,
        "snoozed_until" => head.SnoozedUntil,
        "tags" => head.Tags,
        "fields" => head.Fields,
        "facets" => head.Facets,
        "mentioned" => head.Mentioned,
        "unseen_mentions" => head.UnseenMentions,
        "rating_asked_seq" => head.RatingAskedSeq,
        "rating" => head.Rating,
        "rated_at" => head.RatedAt,
        "merged_into" => head.MergedInto,
        "revised_seq" => head.RevisedSeq,
        "reply_window" => head.ReplyWindow,
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, "Not a column of a head."),
    };
}
