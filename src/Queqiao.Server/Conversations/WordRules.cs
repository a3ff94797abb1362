using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>Rules of changing what was said, and of what customers think of it. Pure, as <see cref="ConversationRules"/>.</summary>
internal static class WordRules
{
    public const int MostComment = 1000;

    /// <summary>How long an answer to "how was it" may be changed.</summary>
    public static readonly TimeSpan RatingChangesFor = TimeSpan.FromHours(24);

    /// <summary>Another text for a message or note of one's own.</summary>
    /// <param name="said">As it was posted; entries never change, so it may have been read before.</param>
    public static Decision Edit(this ConversationHead head, LogEntry said, string text, WordLimits limits, string? markdown = null) =>
        Mine(head, said, limits, limits.EditWithin, limits.ChannelEdits) is { } refusal ? refusal
        : said.Body switch
        {
            MessagePosted message => message.Text == text && message.Markdown == markdown && message.Revision is null ? Decision.Nothing : new MessageEdited(said.Seq, text, markdown),
            NotePosted note => note.Text == text && note.Markdown == markdown && note.Revision is null ? Decision.Nothing : new NoteEdited(said.Seq, text, markdown),
            _ => Refusal.NotFound(),
        };

    /// <summary>Takes a message or note of one's own back.</summary>
    public static Decision Recall(this ConversationHead head, LogEntry said, WordLimits limits) =>
        Mine(head, said, limits, limits.RecallWithin, limits.ChannelRecalls) is { } refusal ? refusal
        : said.Body is MessagePosted ? new MessageRecalled(said.Seq) : new NoteRecalled(said.Seq);

    private static Refusal? Mine(ConversationHead head, LogEntry said, WordLimits limits, TimeSpan within, bool channelAllows)
    {
        var revision = said.Body switch
        {
            MessagePosted message => message.Revision,
            NotePosted note => note.Revision,
            _ => null,
        };
        if (said.Body is not (MessagePosted or NotePosted) || said.ConversationId != head.Id)
            return Refusal.NotFound();
        if (said.Sender.Kind != SenderKind.Agent || said.Sender.Id != limits.Agent)
            return Refusal.Forbidden("message_not_own");
        if (revision is { Recalled: true })
            return Refusal.Conflict("message_recalled");
        if (said.Body is MessagePosted && !channelAllows)
            return Refusal.Conflict("channel_cannot_change");
        return limits.Now - said.At > within.TotalMilliseconds ? Refusal.Conflict("message_too_old", (int)within.TotalMinutes) : null;
    }

    /// <summary>The customer says how it was: once for each time they were asked, and for a day they may change their mind.</summary>
    public static Decision Rate(this ConversationHead head, int score, string? comment, long now)
    {
        if (head.RatingAskedSeq == 0)
            return Refusal.Conflict("rating_not_asked");
        if (head.RatedAt is { } at && now - at > RatingChangesFor.TotalMilliseconds)
            return Refusal.Conflict("rating_closed");
        return new Rated(score, comment);
    }
}

/// <summary>Who changes words, when, and what the workspace and the channel allow.</summary>
/// <param name="Now">In Unix milliseconds.</param>
internal sealed record WordLimits(Guid Agent, long Now, TimeSpan EditWithin, TimeSpan RecallWithin, bool ChannelEdits, bool ChannelRecalls);
