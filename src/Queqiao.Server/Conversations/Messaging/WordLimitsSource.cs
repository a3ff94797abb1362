using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Conversations.Messaging;

/// <summary>What an agent may change of what they said: the workspace's setting and the channel's ability.</summary>
internal sealed class WordLimitsSource(SettingsBoard settings, IChannelFacts channels, TimeProvider clock)
{
    public async ValueTask<WordLimits> Of(Actor actor, ConversationHead head)
    {
        var set = settings.Of(actor.Ws);
        var channel = await channels.Of(head.Ws, head.ChannelId);
        return new WordLimits(
            actor.AgentId, clock.GetUtcNow().ToUnixTimeMilliseconds(), TimeSpan.FromMinutes(set.EditMinutes), TimeSpan.FromMinutes(set.RecallMinutes),
            channel.CanEdit, channel.CanRecall);
    }
}
