using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels;

/// <summary>Tells conversations what their channel is called, and what can be done with what was sent by it.</summary>
internal sealed class ChannelFactsSource(IChannels channels, KindRegistry kinds) : IChannelFacts
{
    private static readonly ChannelFacts Gone = new("web", "");

    public async ValueTask<ChannelFacts> Of(int ws, Guid channelId)
    {
        if (await channels.Find(channelId, CancellationToken.None) is not { } channel || channel.Ws != ws)
            return Gone;
        if (channel.Kind == ChannelKinds.Web)
            return new ChannelFacts(channel.Kind, channel.Name, CanEdit: true, CanRecall: true, CanRate: true, Shows: Delivering.Dialects.Of(channel.Kind).Shows);
        bool Changes(Abilities ability) => kinds.Find(channel.Kind) is { Adapter: IRevisionChannel } kind && kind.Descriptor.Can(ability);
        return new ChannelFacts(channel.Kind, channel.Name, CanEdit: Changes(Abilities.Edit), CanRecall: Changes(Abilities.Recall), Shows: Delivering.Dialects.Of(channel.Kind).Shows,
            Reactions: Changes(Abilities.React) ? kinds.Find(channel.Kind)!.Descriptor.Reactions.Offered : null);
    }
}
