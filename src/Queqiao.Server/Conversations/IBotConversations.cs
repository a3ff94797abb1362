using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations;

/// <summary>
/// Conversations as the bot has them: what it owes an answer to, what was said, and how it speaks. What it owes follows from the heads
/// (held by the bot, and somebody waits), so nothing is forgotten when a server dies; the log lets each answer happen once.
/// </summary>
internal interface IBotConversations
{
    /// <summary>A customer wrote where the bot holds the conversation: on the node that stored it, after the commit. Must be quick.</summary>
    event Action<BotCall>? Called;

    /// <summary>Calls of all workspaces that nobody has answered since a time, oldest first.</summary>
    /// <param name="since">Unix milliseconds.</param>
    Task<IReadOnlyList<BotCall>> Owed(long since, int most, CancellationToken ct);

    /// <summary>What is to be answered; null when the bot holds the conversation no longer or nobody waits.</summary>
    Task<BotHearing?> Read(BotCall call, CancellationToken ct);

    /// <summary>
    /// Says it, once for each call. Null: it is said. Else a person holds the conversation by now, the customer has written again, or the
    /// channel takes nothing any more (<c>window_closed</c>, <c>channel_off</c>).
    /// </summary>
    Task<Refusal?> Say(BotCall call, BotSpeech speech);

    /// <summary>Shows the customer that the bot is at work.</summary>
    void Typing(BotHearing hearing, string name, bool on);

    /// <summary>Resolves what the bot holds and where nothing happened since a time.</summary>
    /// <returns>How many.</returns>
    Task<int> CloseQuiet(int ws, QuietSince since, int most, CancellationToken ct);

    /// <summary>Somebody gives a conversation to the bot. Null: done.</summary>
    Task<Refusal?> Give(Actor actor, Guid conversation);

    /// <summary>The first words of customers in these conversations, in order; what was taken back or cannot be read is left out.</summary>
    Task<IReadOnlyList<BotOpening>> Openings(int ws, IReadOnlyCollection<Guid> conversations, CancellationToken ct);

    /// <summary>Messages of a conversation as anybody in the workspace may read them: for learning from what was said.</summary>
    Task<IReadOnlyList<BotHeard>> Said(int ws, Guid conversation, long from, int most, CancellationToken ct);
}

/// <summary>A customer's message that is to be answered.</summary>
internal readonly record struct BotCall(int Ws, Guid Conversation, long Seq);

/// <summary>What the bot hears.</summary>
/// <param name="Call">Of the newest message.</param>
/// <param name="Identity">Who the customer is on the channel.</param>
/// <param name="Said">What they said since the bot spoke, in order.</param>
/// <param name="State">What the bot remembered when it spoke; null: it has not spoken, or a person has since.</param>
/// <param name="IsNew">Whether nobody has spoken to the customer here.</param>
internal sealed record BotHearing(BotCall Call, Guid ChannelId, Guid ContactId, string? ContactName, string Identity, IReadOnlyList<BotHeard> Said, string? State, bool IsNew);

/// <summary>Since when nothing must have happened, in Unix milliseconds.</summary>
/// <param name="Slow">Channels where people take their time.</param>
internal sealed record QuietSince(long At, IReadOnlyCollection<Guid> Slow, long SlowAt)
{
    public long Of(Guid channel) => Slow.Contains(channel) ? SlowAt : At;
}

/// <summary>Words with which somebody began.</summary>
internal sealed record BotOpening(Guid Conversation, string Text);

/// <summary>One message.</summary>
/// <param name="By">A <see cref="SenderKind"/>.</param>
/// <param name="At">Unix milliseconds.</param>
internal sealed record BotHeard(long Seq, long At, string By, string Text, bool HasFiles, BotPart? Bot = null);

/// <summary>What the bot says, and what becomes of the conversation.</summary>
/// <param name="Name">What the bot is called here.</param>
internal sealed record BotSpeech(string Name, IReadOnlyList<BotUtterance> Words, BotEnding? Then = null);

internal sealed record BotUtterance(string Text, BotPart Part);
