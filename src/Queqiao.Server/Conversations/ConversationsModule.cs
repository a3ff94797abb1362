using Queqiao.Server.Conversations.Bots;
using Queqiao.Server.Conversations.Bulk;
using Queqiao.Server.Conversations.LinkPreviews;
using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Checking;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Handling;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations.Erasing;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Inbox.Views;
using Queqiao.Server.Conversations.Labelling;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Naming;
using Queqiao.Server.Conversations.Scheduling;
using Queqiao.Server.Conversations.Search;
using Queqiao.Server.Conversations.Queueing;
using Queqiao.Server.Conversations.Relaying;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Snoozing;
using Queqiao.Server.Conversations.Transcripts;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Conversations.WrappingUp;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Conversations;

/// <summary>The log, the inbox, and what agents hear live.</summary>
internal static class ConversationsModule
{
    public static void AddConversations(this IServiceCollection services)
    {
        services.AddSingleton<LogFeed>();
        services.AddSingleton<ConversationSeals>();
        services.AddSingleton<ConversationLog>();
        services.AddSingleton<ConversationReader>();
        services.AddSingleton<IEraser, EraseSearchTexts>();
        services.AddSingleton<IEraser, EraseConversations>();
        services.AddSingleton<InboxQueries>();
        services.AddSingleton<Contacts.IContactReach, ContactReach>();
        services.AddSingleton<SavedViews>();
        services.AddSingleton<TagDirectory>();
        services.AddSingleton<RowFactsSource>();
        services.AddSingleton<MentionReader>();
        services.AddSingleton<WordLimitsSource>();
        services.AddSingleton<React>();
        services.AddSingleton<HandOver>();
        services.AddSingleton<Transcript>();
        services.AddSingleton<OpenedFiles>();
        services.AddSingleton<SettingsBoard>();
        services.AddHostedService(all => all.GetRequiredService<SettingsBoard>());
        services.AddSingleton<SnoozeWaker>();
        services.AddHostedService(all => all.GetRequiredService<SnoozeWaker>());
        services.AddSingleton<HubLink>();
        services.AddSingleton<ConversationHub>();
        services.AddHostedService<HubLinkStart>();
        services.AddSingleton<ILogSubscriber>(all => all.GetRequiredService<ConversationHub>());
        services.AddSingleton<ILogOrder>(all => all.GetRequiredService<ConversationHub>());
        services.AddSingleton<SlotReader>();
        services.AddSingleton(all => new LogRelay(
            all.GetRequiredService<IStorageEngine>(), all.GetRequiredService<IBus>(), all.GetRequiredService<SlotReader>(), all.GetRequiredService<LogFeed>(),
            all.GetRequiredService<ConversationHub>(), all.GetRequiredService<ListBoard>(), all.GetRequiredService<Ids>(), all.GetRequiredService<ILogger<LogRelay>>()));
        services.AddHostedService(all => all.GetRequiredService<LogRelay>());
        services.AddGauge("queqiao.relay.lag", "{entry}", "Entries of other nodes that this one knows of and has not told its readers yet.",
            all => [new(all.GetRequiredService<LogRelay>().Ledger.Lag)]);
        services.AddSingleton<Catching>();
        services.AddSingleton<SendingFiles>();
        services.AddSingleton<CustomerServices>();
        services.AddSingleton<ICustomerConversations, CustomerConversations>();
        services.AddSingleton<Outside.ProviderIds>();
        services.AddSingleton<IOutsideConversations, Outside.OutsideConversations>();
        services.AddSingleton<IStartConversations, Starting.StartConversations>();
        services.AddSingleton<IOutgoingMessages, Outside.OutgoingMessages>();
        services.AddSingleton<ReplyBudgets>();
        services.AddSingleton<IConversationSight, ConversationSight>();
        services.AddSingleton<ICalledFor, CalledFor>();
        services.AddSingleton<ListFrames>();
        services.AddSingleton<ListBoard>();
        services.AddSingleton<ILogFollower>(all => all.GetRequiredService<ListBoard>());
        services.AddHostedService(all => all.GetRequiredService<ListBoard>());
        services.AddSingleton<SearchRebuild>();
        services.AddSingleton<TextSearch>();
        services.AddSingleton<ILogListener, IndexTexts>();
        services.AddHostedService<SearchStart>(); // before the listeners: it may send one of them back
        services.AddSingleton<HolderSight>();
        services.AddSingleton<ConversationQueue>();
        services.AddSingleton<IConversationQueue>(all => all.GetRequiredService<ConversationQueue>());
        services.AddSingleton<QueueNews>();
        services.AddSingleton<ILogFollower>(all => all.GetRequiredService<QueueNews>());
        services.AddSingleton<BotNews>();
        services.AddSingleton<ILogFollower>(all => all.GetRequiredService<BotNews>());
        services.AddSingleton<IBotConversations, BotConversations>();
        services.AddSingleton<Listeners>();
        services.AddSingleton<ILogFollower>(all => all.GetRequiredService<Listeners>());
        services.AddHostedService(all => all.GetRequiredService<Listeners>());
        services.AddSingleton<IHealthProbe, ListenersProbe>();
        services.AddGauge("queqiao.listener.lag", "{entry}", "Entries that a listener had still to digest when it last looked.",
            all => all.GetRequiredService<Listeners>().Lag.Select(one => one.Value.Labelled("listener", one.Key)));
        services.AddSingleton<ILogListener, TouchContacts>();
        services.AddSingleton<WrapUpBoard>();
        services.AddSingleton<WrapUpReader>();
        services.AddSingleton<ILogListener, CountWrapUps>();
        services.AddSingleton<BulkSelecting>();
        services.AddSingleton<ILinkReader, WebLinkReader>();
        services.AddSingleton<BulkActs>();
        services.AddSingleton<BulkPreviewing>();
        services.AddSingleton<BulkWriter>();
        services.AddSingleton<Schedule>();
        services.AddJob<SendScheduled>();
        services.AddJob<NameConversations>();
        services.AddJob<Joining.JoinConversations>();
        services.AddSingleton<ILogListener, Joining.BringCodes>();
        services.AddSingleton<ILogListener, Joining.NoticeReturns>();
        services.AddJob<BulkJob>();
        services.AddJob<BulkUndo>();
        services.AddJob<ForgetBulk>();
        services.AddRecurringJob("conversations.bulk_forget", ForgetBulk.Name, "every 1h");
        services.AddConversationChecks();
        services.AddSingleton<IListenerDesk, ListenerDesk>();
        services.AddSingleton<AgentPresence>();
        services.AddSingleton<IAgentPresence>(all => all.GetRequiredService<AgentPresence>());
        services.AddSingleton<AgentServices>();
        services.AddSingleton<IGatewayDoor, AgentDoor>();
    }

    public static void MapConversations(this IEndpointRouteBuilder app)
    {
        ConversationEndpoints.Map(app);
        FileEndpoints.Map(app);
        SearchEndpoints.Map(app);
        TagEndpoints.Map(app);
        ViewEndpoints.Map(app);
        WrapUpEndpoints.Map(app);
        WrapUpReport.Map(app);
        Supervising.LiveBoard.Map(app);
        Sight.PreviewSight.Map(app);
        var settings = app.MapGroup("/api/v1/settings/conversations").WithTags("Settings");
        settings.MapGet("", ChangeSettings.Show).Needs(Permissions.ReadConversations).TakesQuery()
            .WithSummary("How the workspace runs its conversations").Produces<ConversationSettings>();
        settings.MapPatch("", ChangeSettings.Handle).Needs(Permissions.ManageConversations).TakesQuery()
            .WithSummary("Change it; what is left out stays as it is").Produces<ConversationSettings>();
    }
}
