using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Identity.Teams;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Invitations;

/// <summary>An invitation that nobody has taken yet.</summary>
internal sealed record InvitationRow(Guid Id, string Email, string Role, IReadOnlyList<string> Roles, IReadOnlyList<Guid> Teams, string? InvitedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool Expired);

internal sealed record InvitationList(IReadOnlyList<InvitationRow> Items, string? NextCursor);

/// <param name="Link">To hand over; shown now and never again. The secret is in the fragment, which browsers do not send.</param>
/// <param name="Mailed">The server sends it to them besides.</param>
internal sealed record InvitationMade(InvitationRow Invitation, string Link, bool Mailed);

/// <summary>What invitations have in common.</summary>
internal static class InvitationLinks
{
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    public static string Of(string token, PublicUrl url, HttpContext context) => $"{url.For(context.Request)}/console/invitation#token={token}";

    /// <summary>The link, and the letter with it where the server writes mail.</summary>
    public static async Task<InvitationMade> Made(WriteUnit unit, Invitation invitation, string token, Actor actor, IServerMail mail, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        var (link, workspace) = (Of(token, url, context), await unit.Db.Table<Workspace>().Where(row => row.Ws == unit.Ws).Select(row => new { row.Name, row.Locale }).SingleAsync(ct));
        var isMailed = await mail.Post(unit, new Letter(LetterKinds.Invitation, workspace.Name, invitation.Email, workspace.Locale, link) { By = actor.Name }, ct);
        return new InvitationMade(Row(invitation, actor.Name, unit.Ids.Now()), link, isMailed);
    }

    public static InvitationRow Row(Invitation invitation, string? invitedBy, long now) => new(
        invitation.Id, invitation.Email, invitation.Role, Roles(invitation), Teams(invitation), invitedBy, Instants.Of(invitation.CreatedAt), Instants.Of(invitation.ExpiresAt), invitation.ExpiresAt <= now);

    /// <summary>What the new colleague will be; an invitation of an older version names one role.</summary>
    public static string[] Roles(Invitation invitation) => invitation.Roles is null ? [invitation.Role] : JsonSerializer.Deserialize<string[]>(invitation.Roles, StrictJson.Options)!;

    public static Guid[] Teams(Invitation invitation) => JsonSerializer.Deserialize<Guid[]>(invitation.TeamIds, StrictJson.Options)!;
}

/// <summary><c>GET /api/v1/invitations</c>: those that wait, newest first.</summary>
internal static class ListInvitations
{
    private const int Most = 200;

    public static async Task<IResult> Handle(int? limit, Guid? cursor, Actor actor, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        if (limit is < 1 or > Most)
            return Refusal.Invalid("limit", "out_of_range", 1, Most).ToProblem();
        var items = limit ?? 50;
        await using var db = storage.Read(actor.Ws);
        var rows = db.Table<Invitation>().AsNoTracking().Where(one => one.Ws == actor.Ws && one.AcceptedAt == null && one.RevokedAt == null);
        if (cursor is { } after)
            rows = rows.Where(one => one.Id.CompareTo(after) < 0);
        var page = await (
            from one in rows
            join agent in db.Table<Agent>() on new { one.Ws, Id = one.InvitedBy } equals new { agent.Ws, Id = (Guid?)agent.Id } into inviters
            from inviter in inviters.DefaultIfEmpty()
            orderby one.Id descending
            select new { Invitation = one, By = inviter.Name }).Take(items + 1).ToListAsync(ct);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return TypedResults.Ok(new InvitationList(
            [.. page.Take(items).Select(one => InvitationLinks.Row(one.Invitation, one.By, now))], page.Count > items ? page[items - 1].Invitation.Id.ToString() : null));
    }
}

/// <summary><c>POST /api/v1/invitations</c></summary>
internal static class Invite
{
    public sealed record Request(string Email, string? Role = null, IReadOnlyList<Guid>? Teams = null, IReadOnlyList<string>? Roles = null);

    public static async Task<IResult> Handle(
        Request request, Actor actor, TeamDirectory teams, IServerMail mail, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        var tree = await teams.Tree(actor.Ws, ct);
        var wanted = (request.Teams ?? []).Distinct().ToArray();
        if (Refusal.Of([
            .. AgentRules.CheckEmail(request.Email),
            .. RoleChoice.Check(request.Role, request.Roles, required: true),
            .. AgentRules.When(wanted.Any(id => tree.Find(id) is null), "teams", new FieldFault("team_unknown"))]) is { } invalid)
            return invalid.ToProblem();
        if (TeamReachRules.Refuse(actor, wanted) is { } beyond)
            return beyond.ToProblem();
        var roles = RoleChoice.Of(request.Role, request.Roles)!;
        var token = TokenText.New().Reveal();
        try
        {
            return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
            {
                if ((await RoleChoice.Read(unit.Db, actor, roles, stop)).Refusal is { } refused)
                    return refused.ToProblem();
                var key = AgentRules.EmailKey(request.Email);
                if (await unit.Db.Table<Agent>().AnyAsync(agent => agent.EmailKey == key, stop))
                    return Refusal.Conflict("email_taken").ToProblem();
                var now = unit.Ids.Now();
                var invitation = new Invitation
                {
                    Ws = actor.Ws,
                    Id = unit.Ids.New(),
                    TokenHash = TokenText.Hash(token)!,
                    Email = request.Email.Trim(),
                    EmailKey = key,
                    Role = HeldRoles.First(roles),
                    Roles = JsonSerializer.Serialize(roles, StrictJson.Options),
                    TeamIds = JsonSerializer.Serialize(wanted, StrictJson.Options),
                    InvitedBy = actor.AgentId,
                    CreatedAt = now,
                    ExpiresAt = now + (long)InvitationLinks.Lasts.TotalMilliseconds,
                };
                unit.Db.Table<Invitation>().Add(invitation);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "invitation.created", "invitation", invitation.Id.ToString(), new { role = invitation.Role, roles, teams = wanted }, stop);
                return TypedResults.Created($"/api/v1/invitations/{invitation.Id}", await InvitationLinks.Made(unit, invitation, token, actor, mail, url, context, stop));
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return Refusal.Conflict("invitation_waiting").ToProblem();
        }
    }
}

/// <summary><c>POST /api/v1/invitations/{id}/renew</c>: another link, for seven days from now; the old one is worthless.</summary>
internal static class RenewInvitation
{
    public static async Task<IResult> Handle(Guid id, Actor actor, IServerMail mail, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        var token = TokenText.New().Reveal();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var invitation = await unit.Db.Table<Invitation>()
                .SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id && one.AcceptedAt == null && one.RevokedAt == null, stop);
            if (invitation is null)
                return Refusal.NotFound().ToProblem();
            if ((await RoleChoice.Read(unit.Db, actor, InvitationLinks.Roles(invitation), stop)).Refusal is { } refused)
                return refused.ToProblem();
            var now = unit.Ids.Now();
            (invitation.TokenHash, invitation.ExpiresAt) = (TokenText.Hash(token)!, now + (long)InvitationLinks.Lasts.TotalMilliseconds);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "invitation.renewed", "invitation", id.ToString(), null, stop);
            return TypedResults.Ok(await InvitationLinks.Made(unit, invitation, token, actor, mail, url, context, stop));
        }, ct);
    }
}

/// <summary><c>DELETE /api/v1/invitations/{id}</c></summary>
internal static class RevokeInvitation
{
    public static Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            if (await unit.Db.Table<Invitation>().Where(one => one.Ws == actor.Ws && one.Id == id && one.AcceptedAt == null && one.RevokedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.RevokedAt, now), stop) == 0)
                return Refusal.NotFound().ToProblem();
            await Audit.Record(unit, AuditBy.Agent(actor, context), "invitation.revoked", "invitation", id.ToString(), null, stop);
            return TypedResults.NoContent();
        }, ct);
}
