using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations;

/// <summary>The log, the inbox, and what agents hear live.</summary>
internal static class ConversationsModule
{
    public static void AddConversations(this IServiceCollection services)
    {
        services.AddSingleton<LogFeed>();
        services.AddSingleton<ConversationLog>();
        services.AddSingleton<ConversationReader>();
        services.AddSingleton<InboxQueries>();
        services.AddSingleton<ConversationHub>();
        services.AddSingleton<ILogSubscriber>(all => all.GetRequiredService<ConversationHub>());
        services.AddSingleton<Catching>();
        services.AddSingleton<SendingFiles>();
        services.AddSingleton<CustomerServices>();
        services.AddSingleton<ICustomerConversations, CustomerConversations>();
        services.AddSingleton<ListFrames>();
        services.AddSingleton<ListBoard>();
        services.AddSingleton<ILogFollower>(all => all.GetRequiredService<ListBoard>());
        services.AddHostedService(all => all.GetRequiredService<ListBoard>());
        services.AddSingleton<Listeners>();
        services.AddSingleton<ILogFollower>(all => all.GetRequiredService<Listeners>());
        services.AddHostedService(all => all.GetRequiredService<Listeners>());
        services.AddSingleton<ILogListener, TouchContacts>();
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
    }
}
