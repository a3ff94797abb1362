using Queqiao.Server.Bot.Asking;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Turning;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Bot;

/// <summary>The bot: answers customers from the firm's knowledge, and gives them to people when they want one.</summary>
internal static class BotModule
{
    public static void AddBot(this IServiceCollection services)
    {
        services.AddSingleton<BotBoard>();
        services.AddSingleton<IBotDesk>(all => all.GetRequiredService<BotBoard>());
        services.AddHostedService(all => all.GetRequiredService<BotBoard>());
        services.AddSingleton<IBotKnowledgeSource, KnowsNothing>();
        services.AddSingleton<FlowShelf>();
        services.AddSingleton<Brains>();
        services.AddHostedService(all => all.GetRequiredService<Brains>());
        services.AddSingleton<StaffBoard>();
        services.AddSingleton<TurnTaking>();
        services.AddSingleton<BotTurns>();
        services.AddHostedService(all => all.GetRequiredService<BotTurns>());
    }

    public static void MapBot(this IEndpointRouteBuilder app)
    {
        var bots = app.MapGroup("/api/v1/bots").WithTags("Bot");
        bots.MapGet("", BotEndpoints.List).Needs(Permissions.ManageBots).TakesQuery().WithSummary("The bots of the workspace").Produces<BotList>();
        bots.MapPost("", BotEndpoints.Create).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Add a bot").Produces<BotAnswer>(StatusCodes.Status201Created);
        bots.MapGet("/{id:guid}", BotEndpoints.Show).Needs(Permissions.ManageBots).TakesQuery().WithSummary("One bot").Produces<BotAnswer>();
        bots.MapPatch("/{id:guid}", BotEndpoints.Change).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Change a bot; a profile is replaced as a whole").Produces<BotAnswer>();
        bots.MapPut("/{id:guid}/channels/{channelId:guid}", BotEndpoints.PutChannel).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Let it receive the customers of a channel").Produces<BotAnswer>();
        bots.MapDelete("/{id:guid}/channels/{channelId:guid}", BotEndpoints.RemoveChannel).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Take a channel from it").Produces<BotAnswer>();
        bots.MapPut("/{id:guid}/model-key", BotEndpoints.PutModelKey).Needs(Permissions.ManageBots).NeedsPerson().TakesQuery()
            .WithSummary("The key of the model's provider: kept sealed, never shown").Produces<BotAnswer>();
        bots.MapPost("/{id:guid}/ask", AskBot.Handle).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Try it: what it would say, and why; nothing is stored and nothing is done").Produces<AskBot.Answer>();
        app.MapPost("/api/v1/conversations/{id:guid}/give-to-bot", BotEndpoints.Give).WithTags("Conversations").Needs(Permissions.Assign).TakesQuery()
            .WithSummary("Let the bot go on in a conversation").Produces(StatusCodes.Status204NoContent);
    }
}
