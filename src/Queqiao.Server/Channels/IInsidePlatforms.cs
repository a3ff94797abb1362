using Queqiao.Channels;

namespace Queqiao.Server.Channels;

/// <summary>Platforms that are played inside this server (the demo, tests): what is said to them never leaves it.</summary>
internal interface IInsidePlatforms
{
    /// <summary>The way to the platform that a channel with these settings speaks to; null: it is outside.</summary>
    IChannelHttp? For(ChannelSettings settings);
}
