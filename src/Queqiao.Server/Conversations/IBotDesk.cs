namespace Queqiao.Server.Conversations;

/// <summary>Whether a bot receives customers. The Bot module answers, from memory: the log asks inside its transaction.</summary>
internal interface IBotDesk
{
    /// <summary>Whether whoever writes by this channel now is received by a bot.</summary>
    bool Receives(int ws, Guid channelId);

    /// <summary>What is shown to somebody who has not written yet; null: no bot receives them.</summary>
    /// <param name="language"><c>zh</c> or <c>en</c>.</param>
    BotGreeting? Greeting(int ws, Guid channelId, string language);
}

/// <param name="Menu">Questions that can be asked by their number.</param>
/// <param name="Choices">Questions that can be asked by a tap: those in the visitor's language where there are any.</param>
internal sealed record BotGreeting(string Name, string Text, IReadOnlyList<string> Menu, IReadOnlyList<string> Choices);
