using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot;

/// <summary>What other modules may do with bots.</summary>
internal interface IBots
{
    /// <summary>Adds a bot with its channel and published flows, unless the workspace has one.</summary>
    Task Introduce(int ws, FirstBot bot, CancellationToken ct);
}

/// <param name="Receives">Whether it receives the channel's customers from now on.</param>
/// <param name="Menu">Questions that are offered.</param>
/// <param name="Flows">In their text form.</param>
/// <param name="CodesBySms">The channel of text messages by which one-time codes are sent; null: none.</param>
/// <param name="Learnt">What its knowledge has taught already, by digest (<c>bot_learnt</c>): it need not be learnt here.</param>
internal sealed record FirstBot(string Name, Guid ChannelId, bool Receives, IReadOnlyList<string> Menu, IReadOnlyList<string> Flows, IReadOnlyDictionary<string, string>? Learnt = null, Guid? CodesBySms = null);
