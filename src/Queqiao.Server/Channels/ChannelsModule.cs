using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels;

/// <summary>The ways in: which there are, and how an administrator sets them up.</summary>
internal static class ChannelsModule
{
    /// <summary>Needs <see cref="Platform.Web.PublicUrl"/> and the storage.</summary>
    public static IServiceCollection AddChannels(this IServiceCollection services)
    {
        services.AddSingleton<ChannelDirectory>();
        services.AddSingleton<IChannels>(all => all.GetRequiredService<ChannelDirectory>());
        return services;
    }

    public static void MapChannels(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/channel-kinds", ShowChannelKinds.Handle).Needs(Permissions.ReadChannels).TakesQuery();
        app.MapGet("/api/v1/channels", ShowChannels.All).Needs(Permissions.ReadChannels).TakesQuery();
        app.MapGet("/api/v1/channels/{id:guid}", ShowChannels.One).Needs(Permissions.ReadChannels).TakesQuery();
        app.MapPost("/api/v1/channels", CreateChannel.Handle).Needs(Permissions.ManageChannels).TakesQuery();
        app.MapPatch("/api/v1/channels/{id:guid}", ChangeChannel.Handle).Needs(Permissions.ManageChannels).TakesQuery();
    }
}
