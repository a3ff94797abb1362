using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// Asked by the log for everything that is about to be said to a customer, whoever says it: agents, bots, rules, scheduled messages.
/// The Channels module answers. Synchronous: it is asked inside the transaction.
/// </summary>
internal interface IReplyGate
{
    /// <summary>The message as it is stored, or why it cannot be sent.</summary>
    /// <param name="head">Before the message.</param>
    /// <param name="message">To the customer.</param>
    /// <param name="now">Unix milliseconds.</param>
    (MessagePosted Message, Refusal? Refusal) Admit(ConversationHead head, MessagePosted message, long now);

    /// <summary>What may still be sent.</summary>
    ReplyBudget Budget(ConversationHead head, long now);
}

/// <summary>What may still be sent in a conversation by its channel's rules. The member <c>reply</c> of a conversation.</summary>
/// <param name="CanSend">Whether something may be said now.</param>
/// <param name="Reason">Why not: <c>window_closed</c>, <c>channel_off</c>.</param>
/// <param name="Until">Unix milliseconds; null: without end.</param>
/// <param name="Remaining">Requests that are left; null: any number.</param>
/// <param name="Templates">Whether an approved template may be sent, also when it is closed.</param>
/// <param name="After">What is left when it is closed: another_channel, template, paid; null: it never closes.</param>
/// <param name="Parts">What can be exchanged: text, image, audio, video, file, reply …</param>
/// <param name="MostText">How long one message of the platform is; longer texts are cut into several. Null: as long as ours.</param>
internal sealed record ReplyBudget(bool CanSend, string? Reason, long? Until, int? Remaining, bool Templates, string? After, IReadOnlyList<string> Parts, int? MostText)
{
    public static readonly ReplyBudget Open = new(true, null, null, null, false, null, ["text", "image", "audio", "video", "file", "reply"], null);
}
