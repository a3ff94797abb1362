using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Routing.Assigning;
using Queqiao.Server.Routing.Presence;

namespace Queqiao.Server.Routing;

/// <summary>Who is there, and who gets what waits.</summary>
internal static class RoutingModule
{
    public static void AddAgentRouting(this IServiceCollection services)
    {
        services.AddSingleton<RoutingSettings>();
        services.AddSingleton<AgentStatuses>();
        services.AddHostedService(all => all.GetRequiredService<AgentStatuses>());
        services.AddSingleton<IStaffing, Staffing>();
        services.AddSingleton<IPresenceHistory, PresenceHistoryBook>();
        services.AddSingleton<Assigner>();
        services.AddHostedService(all => all.GetRequiredService<Assigner>());
        services.AddSingleton<IInvariant, NobodyOverlooked>();
    }

    public static void MapAgentRouting(this IEndpointRouteBuilder app)
    {
        var presence = app.MapGroup("/api/v1/presence").WithTags("Routing");
        presence.MapGet("", PresenceEndpoints.List).Needs(Permissions.ReadAgents).TakesQuery()
            .WithSummary("Who is online, busy, away or offline, and how much they have").Produces<PresenceList>();
        presence.MapPatch("", PresenceEndpoints.Choose).NeedsSignIn().TakesQuery()
            .WithSummary("Set your own status").Produces<PresenceItem>();
        presence.MapGet("/history", PresenceEndpoints.History).Needs(Permissions.Supervise).TakesQuery("agent", "cursor", "limit")
            .WithSummary("Changes of status, newest first").Produces<PresenceHistory>();
        presence.MapGet("/days", PresenceReport.List).Needs(Permissions.Supervise).TakesQuery("from", "to", "agent")
            .WithSummary("Who was online, busy or away when, by agent and day").Produces<PresenceDayList>();
        presence.MapGet("/days/export", PresenceReport.Export).Costs(RequestCost.Export).IsBulkWork().Needs(Permissions.Supervise).TakesQuery("from", "to", "agent")
            .WithSummary("The same as CSV, a line for each agent and day").Produces(StatusCodes.Status200OK, contentType: "text/csv");
        var routing = app.MapGroup("/api/v1/routing").WithTags("Routing");
        routing.MapGet("", RoutingEndpoints.Show).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("How waiting conversations find somebody").Produces<RoutingAnswer>();
        routing.MapPatch("", RoutingEndpoints.Change).Needs(Permissions.ManageRouting).TakesQuery().WithSummary("Change it").Produces<RoutingAnswer>();
    }
}
