namespace Queqiao.Server.Conversations;

/// <summary>What a conversation says about the channel it came by. The Channels module answers.</summary>
internal interface IChannelFacts
{
    /// <summary>Kind and name; a placeholder when the channel is gone. Cached: asked for every row.</summary>
    ValueTask<ChannelFacts> Of(int ws, Guid channelId);
}

internal sealed record ChannelFacts(string Kind, string Name);
