using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Channels.Web;

/// <summary>The web channel: visitors, their tokens and their live connections.</summary>
internal static class WebChannelModule
{
    public static void AddWebChannel(this IServiceCollection services)
    {
        services.AddSingleton<IChannelFacts, ChannelFactsSource>();
        services.AddSingleton<VisitorTokens>();
        services.AddSingleton<VisitorAccess>();
        services.AddSingleton<VisitorGate>();
        services.AddSingleton<IGatewayDoor, VisitorDoor>();
    }
}
