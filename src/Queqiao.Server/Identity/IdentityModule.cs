using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Setup;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

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
        services.AddSingleton<SetupToken>();
        services.AddHostedService<SetupLink>();
        services.TryAddSingleton<IAgentPresence, NobodyPresent>();
        return services;
    }

    public static void MapIdentity(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/setup", SetUp.Show).IsPublic().TakesQuery();
        app.MapPost("/api/v1/setup", SetUp.Handle).IsPublic().TakesQuery();
        app.MapPost("/api/v1/session", SignIn.Handle).IsPublic().TakesQuery();
        app.MapGet("/api/v1/session", ShowSession.Handle).NeedsSignIn().TakesQuery();
        app.MapDelete("/api/v1/session", SignOut.Handle).NeedsSignIn().TakesQuery();
        app.MapGet("/api/v1/agents", ListAgents.Handle).Needs(Permissions.ReadAgents).TakesQuery();
        app.MapPost("/api/v1/agents", CreateAgent.Handle).Needs(Permissions.ManageAgents).TakesQuery();
    }
}
