using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Bot.Asking;
using Queqiao.Server.Bot.Codes;
using Queqiao.Server.Bot.Comparing;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Learning;
using Queqiao.Server.Bot.Ledger;
using Queqiao.Server.Bot.Model;
using Queqiao.Server.Bot.Translating;
using Queqiao.Server.Bot.Turning;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Bot;

/// <summary>The bot: answers customers from the firm's knowledge, and gives them to people when they want one.</summary>
internal static class BotModule
{
    public static void AddBot(this IServiceCollection services)
    {
        services.AddSingleton<BotBoard>();
        services.AddSingleton<IBots, Bots>();
        services.AddSingleton<Guesses>();
        services.AddSingleton<IBotDesk, BotDesk>();
        services.AddHostedService(all => all.GetRequiredService<BotBoard>());
        services.AddSingleton<IBotKnowledgeSource, KnowledgeSource>();
        services.AddSingleton(all => new FlowShelf(all.GetRequiredService<IStorageEngine>(), all.GetRequiredService<TimeProvider>(), all.GetService<CacheNews>()));
        services.AddSingleton<LearntBook>();
        services.AddSingleton<Brains>();
        services.AddHostedService(all => all.GetRequiredService<Brains>());
        services.AddSingleton<Experiments>();
        services.AddHostedService(all => all.GetRequiredService<Experiments>());
        services.AddSingleton<StaffBoard>();
        services.AddSingleton<HttpActions>();
        services.AddSingleton<OneTimeCodes>();
        services.AddSingleton<IEraser, EraseCodes>();
        services.AddSingleton<ModelClient>();
        services.AddSingleton<ITranslator, ModelTranslator>();
        services.AddSingleton<Articles>();
        services.AddSingleton<KnowledgeGrowth>();
        services.AddSingleton<AutoPublish>();
        services.AddSingleton<Learn>();
        services.AddJob<Learn>();
        services.AddRecurringJob(Learn.Name, Learn.Name, "every 1h");
        services.AddSingleton<ActionRunner>();
        services.AddSingleton<TurnTaking>();
        services.AddSingleton<BotTurns>();
        services.AddHostedService(all => all.GetRequiredService<BotTurns>());
        services.AddSingleton<ILogListener, KeepLedger>();
        services.AddJob<CloseQuiet>();
        services.AddRecurringJob(CloseQuiet.Name, CloseQuiet.Name, "every 1m");
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
        bots.MapPost("/{id:guid}/model/try", TryModel.Handle).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Ask the model that is set up one harmless question, and say what came of it; counts as tokens of the day").Produces<TryModel.Answer>();
        bots.MapPost("/{id:guid}/ask", AskBot.Handle).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Try it: what it would say, and why; nothing is stored and nothing is done").Produces<AskBot.Answer>();
        bots.MapGet("/scoreboard", Scoreboard.Show).Needs(Permissions.ManageBots).TakesQuery("from", "to", "channel")
            .WithSummary("What bots did and what became of it, side by side").Produces<Scoreboard.Answer>();
        bots.MapGet("/scoreboard/{number}", BehindScores.Show).Needs(Permissions.ManageBots).TakesQuery("from", "to", "channel", "cursor")
            .WithSummary("The conversations that a number counts, newest first").Produces<BehindScores.Page>();
        bots.MapGet("/sample", Sampling.Draw).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Answers to look at, by chance").Produces<Sampling.Samples>();
        bots.MapPost("/turns/{conversationId:guid}/{seq:long}/label", Sampling.Mark).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Say whether an answer was right").Produces(StatusCodes.Status204NoContent);
        MapFlows(bots);
        var experiments = bots.MapGroup("/experiments");
        experiments.MapGet("", ExperimentEndpoints.List).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Answers and flows that are or were compared, and what became of each").Produces<ExperimentEndpoints.ExperimentList>();
        experiments.MapPost("", ExperimentEndpoints.Start).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Compare two to four answers of an FAQ, or versions of a flow").Produces<ExperimentView>(StatusCodes.Status201Created);
        experiments.MapPost("/{id:guid}/end", ExperimentEndpoints.End).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("End it, and publish what is kept").Produces(StatusCodes.Status204NoContent);
        var learning = app.MapGroup("/api/v1/learning").WithTags("Learning");
        learning.MapGet("/clusters", SuggestionEndpoints.List).Needs(Permissions.ManageBots).TakesQuery("state")
            .WithSummary("Questions that bots did not answer well, put together, and what could be done").Produces<SuggestionEndpoints.SuggestionList>();
        learning.MapGet("/topics", TopicEndpoints.Show).IsBulkWork().Needs(Permissions.ManageBots).TakesQuery("days", "channel")
            .WithSummary("What customers write about, over all conversations").Produces<TopicEndpoints.Answer>();
        learning.MapPost("/look", SuggestionEndpoints.Look).IsBulkWork().Needs(Permissions.ManageBots).TakesQuery().WithSummary("Look for new ones now").Produces<SuggestionEndpoints.Looked>();
        learning.MapPost("/clusters/{id:guid}/trial", SuggestionEndpoints.Try).IsBulkWork().Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("What publishing it would do to other answers; nothing is stored").Produces<SuggestionEndpoints.SuggestionTrial>();
        learning.MapPost("/clusters/{id:guid}/publish", SuggestionEndpoints.Publish).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Make it knowledge: a new FAQ, or a similar question of one").Produces(StatusCodes.Status204NoContent);
        learning.MapPost("/clusters/{id:guid}/dismiss", SuggestionEndpoints.Dismiss).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Not worth it").Produces(StatusCodes.Status204NoContent);
        learning.MapPost("/clusters/{id:guid}/undo", SuggestionEndpoints.Undo).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Take what was published out of the knowledge again").Produces(StatusCodes.Status204NoContent);
        app.MapPost("/api/v1/conversations/{id:guid}/give-to-bot", BotEndpoints.Give).WithTags("Conversations").Needs(Permissions.Assign).TakesQuery()
            .WithSummary("Let the bot go on in a conversation").Produces(StatusCodes.Status204NoContent);
    }

    private static void MapFlows(RouteGroupBuilder bots)
    {
        var flows = bots.MapGroup("/flows");
        flows.MapGet("", FlowEndpoints.List).Needs(Permissions.ManageBots).TakesQuery().WithSummary("The flows").Produces<FlowEndpoints.FlowList>();
        flows.MapPost("", FlowEndpoints.Create).Needs(Permissions.ManageBots).TakesQuery()
            .WithSummary("Begin a flow, as text or as steps").Produces<FlowEndpoints.One>(StatusCodes.Status201Created);
        flows.MapPost("/parse", FlowEndpoints.Parse).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Text to steps, steps to text, and what is wrong; nothing is stored").Produces<FlowEndpoints.Parsed>();
        flows.MapGet("/{id:guid}", FlowEndpoints.Show).Needs(Permissions.ManageBots).TakesQuery().WithSummary("A flow's draft").Produces<FlowEndpoints.One>();
        flows.MapPatch("/{id:guid}", FlowEndpoints.Change).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Change the draft").Produces<FlowEndpoints.One>();
        flows.MapDelete("/{id:guid}", FlowEndpoints.Remove).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Remove a flow").Produces(StatusCodes.Status204NoContent);
        flows.MapPost("/{id:guid}/publish", FlowEndpoints.Publish).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Let customers meet the draft").Produces<FlowEndpoints.One>();
        flows.MapGet("/{id:guid}/versions", FlowEndpoints.Versions).Needs(Permissions.ManageBots).TakesQuery().WithSummary("What was published, newest first").Produces<FlowEndpoints.VersionList>();
        var actions = bots.MapGroup("/actions");
        actions.MapGet("", ActionEndpoints.List).Needs(Permissions.ManageBots).TakesQuery().WithSummary("What flows may call").Produces<ActionEndpoints.ActionList>();
        actions.MapPost("", ActionEndpoints.Create).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Add an action").Produces<ActionEndpoints.Item>(StatusCodes.Status201Created);
        actions.MapPut("/{id:guid}", ActionEndpoints.Change).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Change an action").Produces<ActionEndpoints.Item>();
        actions.MapDelete("/{id:guid}", ActionEndpoints.Remove).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Remove an action").Produces(StatusCodes.Status204NoContent);
        actions.MapPost("/{id:guid}/test", ActionEndpoints.Test).Needs(Permissions.ManageBots).TakesQuery().WithSummary("Show what would be sent, or send it").Produces<ActionEndpoints.TestAnswer>();
    }
}
