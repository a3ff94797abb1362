using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Invitations;

/// <summary><c>POST /api/v1/invitations/look</c>: what a link invites to; nothing to whoever has no link.</summary>
internal static class LookAtInvitation
{
    public sealed record Request(string Token);

    public sealed record Seen(string Workspace, string Email, string Role);

    /// <summary>An invitation that can be taken, and where to.</summary>
    public sealed record Found(Invitation Invitation, Workspace Workspace);

    public static async Task<IResult> Handle(Request request, RateLimits limits, IStorageEngine storage, Ids ids, HttpContext context, CancellationToken ct)
    {
        if (limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        return await Find(storage, ids, request.Token, ct) is { } found
            ? TypedResults.Ok(new Seen(found.Workspace.Name, found.Invitation.Email, found.Invitation.Role))
            : Refusal.Forbidden("link_invalid").ToProblem();
    }

    public static async Task<Found?> Find(IStorageEngine storage, Ids ids, string token, CancellationToken ct)
    {
        if (TokenText.Hash(token) is not { } hash)
            return null;
        var now = ids.Now();
        await using var db = storage.ReadSystem();
        return await (
            from invitation in db.Table<Invitation>().AsNoTracking()
            join workspace in db.Table<Workspace>() on invitation.Ws equals workspace.Ws
            where invitation.TokenHash == hash && invitation.AcceptedAt == null && invitation.RevokedAt == null && invitation.ExpiresAt > now
            select new Found(invitation, workspace)).SingleOrDefaultAsync(ct);
    }
}

/// <summary><c>POST /api/v1/invitations/accept</c>: makes the account, once, and signs it in.</summary>
internal static class AcceptInvitation
{
    public sealed record Request(string Token, string Name, string Password, string? Locale = null);

    public static async Task<IResult> Handle(
        Request request, RateLimits limits, PasswordHashing passwords, AgentSessions sessions, Entrance entrance, TeamDirectory teams, SignInPolicies policies, IStorageEngine storage, Ids ids, HttpContext context, CancellationToken ct)
    {
        if (limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        if (await LookAtInvitation.Find(storage, ids, request.Token, ct) is not { } found)
            return Refusal.Forbidden("link_invalid").ToProblem();
        // The invitation waits for whom the provider vouches for; a password would lead nowhere.
        if ((await policies.Of(found.Workspace.Ws, ct)).SsoOnly)
            return Refusal.Forbidden("sso_required").ToProblem();
        if (Refusal.Of([
            .. AgentRules.CheckName("name", request.Name),
            .. AgentRules.CheckLocale(request.Locale),
            .. AgentRules.CheckPassword(request.Password, found.Invitation.Email)]) is { } invalid)
            return invalid.ToProblem();
        var (hash, busy) = await passwords.Hash(request.Password, ct);
        if (hash is null)
            return busy!.ToProblem();
        var account = new NewAgent(found.Invitation.Email, request.Name, found.Invitation.Role, request.Locale ?? Locale.Of(context).Tag, hash) { Roles = InvitationLinks.Roles(found.Invitation) };
        var limitedTo = found.Workspace.SecondFactor == "required" ? "second_factor" : null;
        try
        {
            var (agent, token) = await storage.Run<(Agent?, string?)>(found.Invitation.Ws, async (unit, stop) =>
            {
                var begun = await Begin(unit, found.Invitation, account, context, stop);
                if (begun is null)
                    return (null, null);
                unit.AfterCommit(() => teams.Changed(unit.Ws));
                var session = await entrance.Open(unit, begun.Id, context, new Entering("link", LimitedTo: limitedTo), stop);
                await unit.Db.SaveChangesAsync(stop);
                return (begun, session.Token);
            }, ct);
            if (agent is null)
                return Refusal.Forbidden("link_invalid").ToProblem();
            SessionCookie.Set(context, token!);
            return TypedResults.Created("/api/v1/session", await SessionView.Of(sessions, new Entered(agent, found.Workspace.Id, found.Workspace.Name, limitedTo), withSecondFactor: false, context, ct));
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("email_taken").ToProblem();
        }
    }

    /// <summary>Null when somebody else was faster: the update decides who takes the invitation.</summary>
    private static async Task<Agent?> Begin(WriteUnit unit, Invitation invitation, NewAgent account, HttpContext context, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        if (await unit.Db.Table<Invitation>()
            .Where(one => one.Ws == invitation.Ws && one.Id == invitation.Id && one.TokenHash == invitation.TokenHash && one.AcceptedAt == null && one.RevokedAt == null && one.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(one => one.AcceptedAt, now), ct) == 0)
            return null;
        var there = await HeldRoles.All(unit.Db, invitation.Ws, ct);
        var roles = (account.Roles ?? [account.Role]).Where(there.ContainsKey).ToArray(); // a role may have been given up since
        var agent = (account with { Roles = roles.Length > 0 ? roles : [BuiltInRoles.Newcomer] }).AddTo(unit, invitation.Ws);
        await unit.Db.SaveChangesAsync(ct);
        var known = (await TeamDirectory.Load(unit.Db, invitation.Ws, ct)).Current.Select(team => team.Id).ToHashSet();
        unit.Db.Table<TeamMember>().AddRange(InvitationLinks.Teams(invitation).Where(known.Contains).Select(team => new TeamMember { Ws = invitation.Ws, TeamId = team, AgentId = agent.Id }));
        var agentId = agent.Id;
        await unit.Db.Table<Invitation>().Where(one => one.Ws == invitation.Ws && one.Id == invitation.Id).ExecuteUpdateAsync(set => set.SetProperty(one => one.AgentId, agentId), ct);
        await HeldRoles.Raise(unit, ct);
        await Audit.Record(unit, AuditBy.Anonymous(invitation.Ws, context), "invitation.accepted", "agent", agent.Id.ToString(), new { role = agent.Role }, ct);
        return agent;
    }
}
