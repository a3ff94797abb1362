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
        services.AddSingleton<Web.Users.UserKeys>();
        services.AddSingleton<IChannels>(all => all.GetRequiredService<ChannelDirectory>());
        return services;
    }

    public static void MapChannels(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/channel-kinds", ShowChannelKinds.Handle).WithTags("Channels").Needs(Permissions.ReadChannels).TakesQuery()
            .WithSummary("Every kind of channel with the schema of its settings").Produces<ShowChannelKinds.Rows>();

        var channels = app.MapGroup("/api/v1/channels").WithTags("Channels");
        channels.MapGet("", ShowChannels.All).Needs(Permissions.ReadChannels).TakesQuery().WithSummary("All channels, disabled ones too").Produces<ChannelAnswers>();
        channels.MapGet("/{id:guid}", ShowChannels.One).Needs(Permissions.ReadChannels).TakesQuery().WithSummary("One channel").Produces<ChannelAnswer>();
        channels.MapPost("", CreateChannel.Handle).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Open a channel").Produces<ChannelAnswer>(StatusCodes.Status201Created);
        channels.MapPatch("/{id:guid}", ChangeChannel.Handle).Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("Change a channel; settings are replaced as a whole").Produces<ChannelAnswer>();
        NoticeEndpoints.Map(app);
        Web.Users.UserKeyEndpoints.Map(app);
    }
}
