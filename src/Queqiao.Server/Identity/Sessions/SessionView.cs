using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>Who is signed in, as the API tells it.</summary>
/// <param name="LimitedTo"><c>second_factor</c>: nothing else works until one is set up.</param>
internal sealed record SessionView(SessionAgent Agent, SessionWorkspace Workspace, IReadOnlyList<string> Permissions, string? LimitedTo)
{
    /// <summary>How people's data shows to them: the console offers to reveal what is masked.</summary>
    public FieldPolicy Fields { get; init; } = FieldPolicy.Clear;

    public static SessionView Of(Actor actor, string workspaceName) => new(
        new SessionAgent(actor.AgentId, actor.Name, actor.Email, actor.Role, actor.Locale),
        new SessionWorkspace(actor.WorkspaceId, workspaceName),
        [.. actor.Permissions.Order(StringComparer.Ordinal)],
        actor.LimitedTo) { Fields = actor.Rights.Fields };

    /// <summary>Of somebody who has just come in.</summary>
    /// <param name="withSecondFactor">Whether they proved one.</param>
    public static async Task<SessionView> Of(AgentSessions sessions, Entered who, bool withSecondFactor, HttpContext context, CancellationToken ct) =>
        Of(await sessions.ActorOf(who, withSecondFactor, context, ct), who.WorkspaceName);
}

/// <summary>Somebody who has just come in.</summary>
/// <param name="LimitedTo">What their session is limited to; null: nothing.</param>
internal sealed record Entered(Agent Agent, Guid WorkspaceId, string WorkspaceName, string? LimitedTo);

internal sealed record SessionAgent(Guid Id, string Name, string Email, string Role, string Locale);

internal sealed record SessionWorkspace(Guid Id, string Name);
