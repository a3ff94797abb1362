using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Who is signed in, as the API tells it.</summary>
internal sealed record SessionView(SessionAgent Agent, SessionWorkspace Workspace, IReadOnlyList<string> Permissions)
{
    public static SessionView Of(Actor actor, string workspaceName) => new(
        new SessionAgent(actor.AgentId, actor.Name, actor.Email, actor.Role, actor.Locale),
        new SessionWorkspace(actor.WorkspaceId, workspaceName),
        [.. actor.Permissions.Order(StringComparer.Ordinal)]);
}

internal sealed record SessionAgent(Guid Id, string Name, string Email, string Role, string Locale);

internal sealed record SessionWorkspace(Guid Id, string Name);
