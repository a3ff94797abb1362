using Queqiao.Server.Channels.Push.Configuring;
using Queqiao.Server.Channels.Push.Sending;
using Queqiao.Server.Channels.Push.Vendors;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Push;

/// <summary>Users of the firm's own app are told of answers while it is closed.</summary>
internal static class PushModule
{
    /// <summary>Which services there are and which a channel uses: whoever takes a channel away asks.</summary>
    public static void AddPushServices(this IServiceCollection services)
    {
        services.AddSingleton<IPushService, WebhookPush>();
        services.AddSingleton<IPushService, ApnsPush>();
        services.AddSingleton<IPushService, FcmPush>();
        services.AddSingleton<PushDesk>();
    }

    public static void AddPush(this IServiceCollection services)
    {
        services.AddSingleton<PushDevices>();
        services.AddSingleton<IEraser>(all => all.GetRequiredService<PushDevices>());
        services.AddSingleton<PushNotes>();
        services.AddSingleton<PushMarks>();
        services.AddJob<PushJob>();
        services.AddJob<SendPush>();
    }

    public static void MapPush(this IEndpointRouteBuilder app) => PushEndpoints.Map(app);
}
