using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Pushing;

/// <summary>Calls agents who are not before the console, by the push service of their browser (Web Push: RFC 8030, 8291, 8292).</summary>
internal static class PushingModule
{
    public static void AddPushing(this IServiceCollection services)
    {
        services.AddSingleton<PushBook>();
        services.AddSingleton<PushSender>();
        services.AddSingleton<ILogListener, CallAgents>();
        services.AddJob<SendPush>();
    }

    public static void MapPushing(this IEndpointRouteBuilder app)
    {
        var mine = app.MapGroup("/api/v1/me/push").WithTags("Profile");
        mine.MapGet("", PushEndpoints.Show).NeedsSignIn().NeedsPerson().TakesQuery()
            .WithSummary("What calls me by push, in which browsers, and the key to subscribe with").Produces<PushEndpoints.View>();
        mine.MapPut("/rules", PushEndpoints.Choose).NeedsSignIn().NeedsPerson().TakesQuery()
            .WithSummary("What is to call me").Produces<PushRules>();
        mine.MapPost("/browsers", PushEndpoints.Subscribe).NeedsSignIn().NeedsPerson().TakesQuery()
            .WithSummary("This browser takes pushes, until its session ends").Produces<PushEndpoints.Browser>(StatusCodes.Status201Created);
        mine.MapDelete("/browsers/{id:guid}", PushEndpoints.Unsubscribe).NeedsSignIn().NeedsPerson().TakesQuery()
            .WithSummary("A browser takes none any more").Produces(StatusCodes.Status204NoContent);
        mine.MapPost("/browsers/{id:guid}/test", PushEndpoints.Test).NeedsSignIn().NeedsPerson().TakesQuery()
            .WithSummary("Send one now").Produces<PushEndpoints.Tested>();
        var all = app.MapGroup("/api/v1/push").WithTags("Workspace");
        all.MapGet("", PushEndpoints.ShowContent).Needs(Permissions.ManageWorkspace).TakesQuery()
            .WithSummary("How much pushes may say").Produces<PushEndpoints.ContentView>();
        all.MapPut("", PushEndpoints.ChangeContent).Needs(Permissions.ManageWorkspace).NeedsPerson().TakesQuery()
            .WithSummary("Change it: minimal, name or text").Produces<PushEndpoints.ContentView>();
    }
}
