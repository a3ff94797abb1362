using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Identity;

/// <summary>Workspaces, the people who work in them, how they sign in, and the record of what they did.</summary>
internal static class IdentityModule
{
    /// <summary>Needs the storage, <see cref="Platform.Web.PublicUrl"/> and the platform's security.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services, IdentityOptions? options = null)
    {
        services.AddSingleton(options ?? new IdentityOptions());
        services.AddSingleton<SignIn>();
        services.AddSingleton<AgentSessions>();
        services.AddSingleton<IActors>(all => all.GetRequiredService<AgentSessions>());
        services.AddSingleton<ISessions>(all => all.GetRequiredService<AgentSessions>());
        services.AddSingleton<AgentDirectory>();
        services.AddSingleton<IAgents>(all => all.GetRequiredService<AgentDirectory>());
        services.AddSingleton<TeamDirectory>();
        services.AddSingleton<ITeams>(all => all.GetRequiredService<TeamDirectory>());
        services.AddSingleton<SetupToken>();
        services.AddHostedService<SetupLink>();
        services.TryAddSingleton<IAgentPresence, NobodyPresent>();
        services.AddGauge("queqiao.sessions", "{session}", "Sessions of agents that stand.", SessionCount.Look);
        return services;
    }

    public static void MapIdentity(this IEndpointRouteBuilder app)
    {
        var setup = app.MapGroup("/api/v1/setup").WithTags("Set-up");
        setup.MapGet("", SetUp.Show).IsPublic().TakesQuery().WithSummary("Whether the server still has to be set up").Produces<SetUp.State>();
        setup.MapPost("", SetUp.Handle).IsPublic().TakesQuery().WithSummary("Make the workspace and its owner, with the secret of the printed link").Produces<SessionView>(StatusCodes.Status201Created);

        var session = app.MapGroup("/api/v1/session").WithTags("Session");
        session.MapPost("", SignIn.Handle).IsPublic().TakesQuery().WithSummary("Sign in; the cookie is the session").Produces<SessionView>();
        session.MapGet("", ShowSession.Handle).NeedsSignIn().TakesQuery().WithSummary("Who is signed in, and what they may do").Produces<SessionView>();
        session.MapDelete("", SignOut.Handle).NeedsSignIn().TakesQuery().WithSummary("Sign out").Produces(StatusCodes.Status204NoContent);

        var agents = app.MapGroup("/api/v1/agents").WithTags("Agents");
        agents.MapGet("", ListAgents.Handle).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("Everybody who works in the workspace").Produces<AgentList>();
        agents.MapPost("", CreateAgent.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Add a colleague").Produces<AgentRow>(StatusCodes.Status201Created);

        var teams = app.MapGroup("/api/v1/teams").WithTags("Teams");
        teams.MapGet("", ListTeams.Handle).Needs(Permissions.ReadAgents).TakesQuery().WithSummary("The tree of teams with their members; it comes whole").Produces<TeamList>();
        teams.MapPost("", CreateTeam.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Add a team").Produces<TeamRow>(StatusCodes.Status201Created);
        teams.MapPatch("/{id:guid}", ChangeTeam.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Rename or move a team, or say who is in it").Produces<TeamRow>();
        teams.MapDelete("/{id:guid}", GiveUpTeam.Handle).Needs(Permissions.ManageAgents).TakesQuery().WithSummary("Give a team up").Produces(StatusCodes.Status204NoContent);
    }
}
