using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Who is signed in, as the API tells it.</summary>
/// <param name="LimitedTo"><c>second_factor</c>: nothing else works until one is set up.</param>
internal sealed record SessionView(SessionAgent Agent, SessionWorkspace Workspace, IReadOnlyList<string> Permissions, string? LimitedTo)
{
    public static SessionView Of(Actor actor, string workspaceName) => new(
        new SessionAgent(actor.AgentId, actor.Name, actor.Email, actor.Role, actor.Locale),
        new SessionWorkspace(actor.WorkspaceId, workspaceName),
        [.. actor.Permissions.Order(StringComparer.Ordinal)],
        actor.LimitedTo);

    /// <summary>Of somebody who has just come in.</summary>
    public static SessionView Of(Agent agent, Guid workspaceId, string workspaceName, string? limitedTo)
    {
        var actor = new Actor(agent.Ws, workspaceId, agent.Id, agent.Name, agent.Email, agent.Role, agent.Locale) { LimitedTo = limitedTo };
        return Of(limitedTo is null ? actor : actor with { Permissions = new HashSet<string>() }, workspaceName);
    }
}

internal sealed record SessionAgent(Guid Id, string Name, string Email, string Role, string Locale);

internal sealed record SessionWorkspace(Guid Id, string Name);
