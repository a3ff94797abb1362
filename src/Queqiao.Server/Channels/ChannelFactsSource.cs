using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels;

/// <summary>Tells conversations what their channel is called.</summary>
internal sealed class ChannelFactsSource(IChannels channels) : IChannelFacts
{
    private static readonly ChannelFacts Gone = new("web", "");

    public async ValueTask<ChannelFacts> Of(int ws, Guid channelId) =>
        await channels.Find(channelId, CancellationToken.None) is { } channel && channel.Ws == ws ? new ChannelFacts(channel.Kind, channel.Name, CanRevise: channel.Kind == ChannelKinds.Web, CanRate: channel.Kind == ChannelKinds.Web, Shows: Delivering.Dialects.Of(channel.Kind).Shows) : Gone;
}
