using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// One speaker: a conversation is held by the bot (its status is <c>bot</c>) or by people (any other), and the other cannot send.
/// Pure, as <see cref="ConversationRules"/>: asked in the writing transaction.
/// </summary>
internal static class BotRules
{
    /// <summary>Why something was of no use.</summary>
    public static readonly IReadOnlyList<string> Reasons = ["wrong", "unclear", "incomplete", "other"];

    public static bool IsBots(this ConversationHead head) => head.Status == ConversationStatus.Bot;

    /// <summary>The bot speaks, and perhaps gives the conversation away with it.</summary>
    /// <param name="head">The conversation.</param>
    /// <param name="answers">Seq of the customer's message that it answers: when they have written again, that is to be answered as well.</param>
    /// <param name="messages">What it says.</param>
    /// <param name="then">What becomes of the conversation; null: the bot keeps it.</param>
    public static Decision BotSpeaks(this ConversationHead head, long answers, IEnumerable<MessagePosted> messages, BotEnding? then)
    {
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged");
        if (!head.IsBots())
            return Refusal.Conflict("person_holds_conversation");
        if (head.LastInSeq != answers)
            return Refusal.Conflict("customer_wrote_again");
        return Decision.Of([.. messages, .. Ending(head, then)]);
    }

    private static IEnumerable<EntryBody> Ending(ConversationHead head, BotEnding? then) => then switch
    {
        BotEnding.ToPeople give =>
        [
            give.What,
            .. give.Team is { } team && team.Id != head.TeamId ? (EntryBody[])[new TeamChanged(null, team)] : [],
            new StatusChanged(head.Status, ConversationStatus.Queued, "bot_" + give.What.Reason),
        ],
        BotEnding.Done done => [new StatusChanged(head.Status, ConversationStatus.Resolved, done.Reason)],
        _ => [],
    };

    /// <summary>Somebody gives the conversation to the bot: nobody holds it any more.</summary>
    public static Decision GiveToBot(this ConversationHead head)
    {
        if (head.MergedInto is not null)
            return Refusal.Conflict("conversation_merged");
        if (head.IsResolved)
            return Refusal.Conflict("conversation_resolved");
        return head.IsBots() ? Decision.Nothing : Decision.Of(
            head.AssigneeId is { } id ? new AssigneeChanged(new(id, head.AssigneeName ?? ""), null) : null,
            new StatusChanged(head.Status, ConversationStatus.Bot, "given_to_bot"));
    }

    /// <summary>The customer was quiet since: what the bot said seems to have been enough.</summary>
    /// <param name="quietSince">Unix milliseconds: later activity keeps it open.</param>
    public static Decision CloseQuiet(this ConversationHead head, long quietSince) =>
        head.IsBots() && head.WaitingSince is null && head.LastActivityAt <= quietSince
            ? new StatusChanged(head.Status, ConversationStatus.Resolved, "bot_quiet")
            : Decision.Nothing;

    /// <summary>Whether what the bot said was of use, as the customer finds.</summary>
    public static Decision RateBot(this ConversationHead head, long of, bool helpful, string? reason) =>
        of < 1 || of > head.PublicSeq ? Refusal.Invalid("of", "invalid_id") : new BotRated(of, helpful, reason);
}

/// <summary>How the bot leaves a conversation.</summary>
internal abstract record BotEnding
{
    /// <param name="Team">Who is to look after it; null: everybody.</param>
    public sealed record ToPeople(HandedOver What, NamedTeam? Team = null) : BotEnding;

    /// <param name="Reason"><c>bot_solved</c>: the customer said so.</param>
    public sealed record Done(string Reason) : BotEnding;
}
