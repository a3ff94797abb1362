namespace Queqiao.Server.Conversations;

/// <summary>What a conversation says about the channel it came by. The Channels module answers.</summary>
internal interface IChannelFacts
{
    /// <summary>Kind and name; a placeholder when the channel is gone. Cached: asked for every row.</summary>
    ValueTask<ChannelFacts> Of(int ws, Guid channelId);
}

/// <param name="Kind">As in api.md.</param>
/// <param name="Name">As the workspace calls it.</param>
/// <param name="CanEdit">Whether what was sent by it can be changed.</param>
/// <param name="CanRecall">Whether what was sent by it can be taken back.</param>
/// <param name="Shows">Which marks of a formatted text its customers see.</param>
/// <param name="Reactions">Signs that may be put to messages there; null: none.</param>
/// <param name="CanRate">Whether its customers can be asked how it was.</param>
internal sealed record ChannelFacts(string Kind, string Name, bool CanEdit = false, bool CanRecall = false, bool CanRate = false, Marks Shows = Marks.None, IReadOnlyList<string>? Reactions = null);
