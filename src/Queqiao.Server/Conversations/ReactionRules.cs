using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>Signs that our side puts to messages: one at each, whoever of us puts it. Pure, as <see cref="ConversationRules"/>.</summary>
internal static class ReactionRules
{
    /// <param name="said">As it was posted.</param>
    /// <param name="emoji">Null: what is there is taken away.</param>
    /// <param name="before">What we have put to it; null: nothing.</param>
    /// <param name="offered">What the channel takes.</param>
    public static Decision React(this ConversationHead head, LogEntry said, string? emoji, string? before, IReadOnlyList<string> offered)
    {
        if (said.ConversationId != head.Id || said.Body is not MessagePosted message)
            return Refusal.NotFound();
        if (offered.Count == 0)
            return Refusal.Conflict("channel_no_reactions");
        if (message.Revision is { Recalled: true })
            return Refusal.Conflict("message_recalled");
        if (emoji is not null && !offered.Contains(emoji))
            return Refusal.Invalid("emoji", "not_one_of", string.Join(", ", offered));
        if (!message.IsKnownOutside)
            return Refusal.Conflict("message_out_of_reach");
        return emoji == before ? Decision.Nothing
            : Decision.Of(before is null ? null : new Reacted(said.Seq, before, Removed: true), emoji is null ? null : new Reacted(said.Seq, emoji, Removed: false));
    }

    /// <summary>What we have put to a message, after these.</summary>
    public static string? Ours(IEnumerable<LogEntry> entries, long of)
    {
        string? ours = null;
        foreach (var entry in entries.Where(entry => entry.Sender.Kind != SenderKind.Contact))
        {
            if (entry.Body is Reacted reacted && reacted.Of == of)
                ours = !reacted.Removed ? reacted.Emoji : reacted.Emoji == ours ? null : ours;
        }
        return ours;
    }
}
