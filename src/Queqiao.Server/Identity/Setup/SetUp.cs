using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Setup;

/// <summary><c>/api/v1/setup</c>: makes the workspace and its owner, who is signed in at once.</summary>
internal static class SetUp
{
    public sealed record Request(string Token, string WorkspaceName, string Name, string Email, string Password, string? Locale = null);

    /// <param name="Required">Whether there is no workspace yet.</param>
    /// <param name="SignedIn">Whether the asker is signed in: a page can ask without being told off (browsers print every 401 as an error).</param>
    public sealed record State(bool Required, bool SignedIn);

    public static async Task<IResult> Show(SetupToken token, IActors actors, HttpContext context, CancellationToken ct) =>
        TypedResults.Ok(new State(await token.IsNeeded(ct), await actors.Of(context) is not null));

    public static async Task<IResult> Handle(
        Request request, SetupToken token, PasswordHashing passwords, RateLimits limits, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (limits.OfSetUp(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        if (!await token.IsNeeded(ct))
            return Refusal.Conflict("setup_done").ToProblem();
        if (!token.Is(request.Token))
            return Refusal.Forbidden("setup_token_invalid").ToProblem();
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        var (hash, busy) = await passwords.Hash(request.Password, ct);
        if (hash is null)
            return busy!.ToProblem();

        var owner = new NewAgent(request.Email, request.Name, "owner", request.Locale ?? Locale.Of(context).Tag, hash);
        var begun = await FirstWorkspace.Create(
            storage, request.WorkspaceName, owner, AuditBy.Anonymous(FirstWorkspace.Ws, context),
            (unit, agent) => sessions.Begin(unit, FirstWorkspace.Ws, agent.Id, context), ct);
        token.Done();
        if (begun is null)
            return Refusal.Conflict("setup_done").ToProblem();

        SessionCookie.Set(context, begun.Also);
        var (workspace, agent) = (begun.Workspace, begun.Owner);
        return TypedResults.Created("/api/v1/session", await SessionView.Of(sessions, new Entered(agent, workspace.Id, workspace.Name, LimitedTo: null), withSecondFactor: false, context, ct));
    }

    private static Refusal? Check(Request request) => Refusal.Of([
        .. AgentRules.CheckName("workspaceName", request.WorkspaceName),
        .. AgentRules.CheckName("name", request.Name),
        .. AgentRules.CheckEmail(request.Email),
        .. AgentRules.CheckLocale(request.Locale),
        .. AgentRules.CheckPassword(request.Password, request.Email)]);
}
