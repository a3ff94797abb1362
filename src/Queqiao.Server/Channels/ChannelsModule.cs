using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Receiving.Connections;
using Queqiao.Server.Channels.Recognising;
using Queqiao.Server.Channels.Sending;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
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
        services.AddSingleton<ChannelTokens>();
        services.AddSingleton<AdapterServices>();
        services.AddSingleton<KindRegistry>();
        services.AddSingleton<ChannelAnswering>();
        Push.PushModule.AddPushServices(services);
        services.AddSingleton<IChannels>(all => all.GetRequiredService<ChannelDirectory>());
        return services;
    }

    /// <summary>Channels of other platforms: what comes in by them and goes out. Needs conversations.</summary>
    /// <param name="services">Has channels, conversations and jobs.</param>
    /// <param name="byThemselves">False: deliveries are digested only when somebody says so (tests).</param>
    public static void AddOutsideChannels(this IServiceCollection services, bool byThemselves = false)
    {
        services.AddSingleton(new HookInboxOptions(byThemselves));
        services.AddSingleton<HookKeys>();
        services.AddSingleton<HookStore>();
        services.AddSingleton<ProviderKeySets>();
        services.AddSingleton<ReachBook>();
        services.AddSingleton<IEraser>(all => all.GetRequiredService<ReachBook>());
        services.AddSingleton<ChannelHealth>();
        services.AddSingleton<IChannelIntake, ChannelIntake>();
        services.AddSingleton<IReplyGate, ReplyGate>();
        services.AddSingleton<ReadMarkListeners>();
        services.AddSingleton<OutsideSignals>();
        services.AddSingleton<IOutsideSignals>(all => all.GetRequiredService<OutsideSignals>());
        services.AddSingleton<ExternalIds>();
        services.AddSingleton<IDirectMessages, DirectMessages>();
        services.AddSingleton<DeliveryBook>();
        services.AddSingleton<IDeliveryStates, DeliveryStateReader>();
        services.AddSingleton<OutgoingReader>();
        services.AddSingleton<ChannelTurns>();
        services.AddSingleton<IEventTaker, Receipts>();
        services.AddSingleton<ILogListener, DeliverMessages>();
        Push.PushModule.AddPush(services);
        services.AddJob<DeliverJob>();
        services.AddJob<ReviseJob>();
        services.AddJob<ReactJob>();
        services.AddJob<FetchMediaJob>();
        services.AddSingleton<PullBook>();
        services.AddSingleton<IEventTaker, PullHints>();
        services.AddJob<PullJob>();
        services.AddSingleton<HookInbox>();
        services.AddSingleton<HookHeirs>();
        services.AddSingleton<LeaseHeirs>();
        services.AddSingleton<SocketConnections>();
        services.AddSingleton<LongPolls>();
        services.AddSingleton<ConnectionMaker>();
        services.AddSingleton<ChannelConnections>();
        services.AddJob<ForgetHooks>();
        services.AddJob<AskProfile>();
        services.AddJob<RenewConsents>();
        services.AddRecurringJob("channels.renew_consents", RenewConsents.Name, "every 6h");
        services.AddRecurringJob("channels.forget_deliveries", ForgetHooks.Name, "every 1h");
        if (!byThemselves)
            return;
        services.AddHostedService<KeepTokens>();
        services.AddHostedService(all => all.GetRequiredService<ChannelHealth>());
        services.AddHostedService(all => all.GetRequiredService<HookHeirs>());
        services.AddHostedService(all => all.GetRequiredService<LeaseHeirs>());
        services.AddHostedService(all => all.GetRequiredService<HookInbox>());
        services.AddHostedService(all => all.GetRequiredService<ChannelConnections>());
    }

    public static void MapOutsideChannels(this IEndpointRouteBuilder app)
    {
        HookEndpoint.Map(app);
        Push.PushModule.MapPush(app);
        app.MapGet("/api/v1/channels/{id:guid}/health", ShowHealth.Handle).WithTags("Channels").Needs(Permissions.ReadChannels).TakesQuery()
            .WithSummary("How a channel is, and what an administrator should do about it").Produces<ShowHealth.Answer>();
        app.MapPost("/api/v1/channels/{id:guid}/test-webhook", TestHook.Handle).WithTags("Channels").Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("Whether the webhook's address leads here; it is called as a provider would").Produces<TestHook.Answer>();
        app.MapPost("/api/v1/channels/{id:guid}/parked/retry", RetryParked.Handle).WithTags("Channels").Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("Read deliveries again that could not be digested").Produces<RetryParked.Answer>();
        app.MapPost("/api/v1/conversations/{id:guid}/messages/{seq:long}/retry", RetryDelivery.Handle).WithTags("Conversations").Needs(Permissions.Reply).TakesQuery()
            .WithSummary("Send a message again that its provider did not take").Produces(StatusCodes.Status202Accepted);
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
            .WithSummary("Change a channel; settings are replaced as a whole, but secrets that are not given stay").Produces<ChannelAnswer>();
        channels.MapDelete("/{id:guid}", DeleteChannel.Handle).Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("Take a channel away; conversations that came by it stay").Produces(StatusCodes.Status204NoContent);
        channels.MapPost("/{id:guid}/authorise", Authorising.Begin).Needs(Permissions.ManageChannels).NeedsPerson().TakesQuery()
            .WithSummary("Begin to authorise the account at its platform: where the administrator consents").Produces<Authorising.Begun>();
        channels.MapPost("/authorised", Authorising.Finish).Needs(Permissions.ManageChannels).NeedsPerson().TakesQuery()
            .WithSummary("What the platform sent back with; by whoever began it, in the same session").Produces<Authorising.Answer>();
        channels.MapPost("/{id:guid}/test", TestChannel.Handle).Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("Ask the provider whether the settings work; no customer notices").Produces<TestChannel.Answer>();
        NoticeEndpoints.Map(app);
        Web.Users.UserKeyEndpoints.Map(app);
    }
}
