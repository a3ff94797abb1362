using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Roles;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Sessions;

/// <summary>A place where somebody is signed in.</summary>
/// <param name="Id">The first half of the hash of its token: says nothing about the token.</param>
/// <param name="Browser">What the browser calls itself.</param>
/// <param name="Current">The one that asks.</param>
internal sealed record SessionRow(
    Guid Id, string? Browser, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, bool WithSecondFactor, bool Current);

internal sealed record SessionRows(IReadOnlyList<SessionRow> Items);

/// <summary><c>GET /api/v1/sessions</c>: where one is signed in; of a colleague with <c>agent=ID</c> and the right to manage people.</summary>
internal static class ListSessions
{
    public static async Task<IResult> Handle(Guid? agent, Actor actor, IStorageEngine storage, IdentityOptions options, SignInPolicies policies, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var whose = agent ?? actor.AgentId;
        if (whose != actor.AgentId && !actor.May(Permissions.ManageAgents))
            return Refusal.Forbidden().ToProblem();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var seenAfter = now - (long)(await policies.Of(actor.Ws, ct)).IdleWithin(options.SessionIdle).TotalMilliseconds;
        await using var db = storage.Read(actor.Ws);
        if (!await db.Table<Agent>().AnyAsync(one => one.Ws == actor.Ws && one.Id == whose, ct))
            return Refusal.NotFound().ToProblem();
        var rows = await db.Table<Session>().AsNoTracking()
            .Where(session => session.Ws == actor.Ws && session.AgentId == whose && session.RevokedAt == null && session.ExpiresAt > now && session.LastSeenAt > seenAfter)
            .OrderByDescending(session => session.LastSeenAt).Take(200).ToListAsync(ct);
        var mine = context.Features.Get<SignedInBy>()?.TokenHash;
        return TypedResults.Ok(new SessionRows([.. rows.Select(row => new SessionRow(
            IdOf(row.TokenHash), row.UserAgent, row.Address, Instants.Of(row.CreatedAt), Instants.Of(row.LastSeenAt), Instants.Of(row.ExpiresAt),
            row.SecondFactorAt is not null, mine is not null && row.TokenHash.AsSpan().SequenceEqual(mine)))]));
    }

    public static Guid IdOf(byte[] tokenHash) => new(tokenHash.AsSpan(..16), bigEndian: true);
}

/// <summary><c>DELETE /api/v1/sessions/{id}</c>: ends one of one's own; of a colleague's with <c>agent=ID</c>.</summary>
internal static class EndSession
{
    public static Task<IResult> Handle(Guid id, Guid? agent, Actor actor, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var whose = agent ?? actor.AgentId;
            if (await Others.Refuse(unit, actor, whose, stop) is { } refusal)
                return refusal.ToProblem();
            var standing = await unit.Db.Table<Session>().AsNoTracking()
                .Where(session => session.Ws == actor.Ws && session.AgentId == whose && session.RevokedAt == null).Select(session => session.TokenHash).ToListAsync(stop);
            if (standing.Find(hash => ListSessions.IdOf(hash) == id) is not { } found)
                return Refusal.NotFound().ToProblem();
            await sessions.End(unit, actor.Ws, whose, found, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "session.ended", "agent", whose.ToString(), null, stop);
            return TypedResults.NoContent();
        }, ct);
}

/// <summary><c>DELETE /api/v1/sessions</c>: ends all of one's own but this; all of a colleague's with <c>agent=ID</c>.</summary>
internal static class EndSessions
{
    public static Task<IResult> Handle(Guid? agent, Actor actor, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            var whose = agent ?? actor.AgentId;
            if (await Others.Refuse(unit, actor, whose, stop) is { } refusal)
                return refusal.ToProblem();
            var keep = whose == actor.AgentId ? context.Features.GetRequiredFeature<SignedInBy>().TokenHash : null;
            var ended = await sessions.EndAll(unit, actor.Ws, whose, keep, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "sessions.ended", "agent", whose.ToString(), new { ended }, stop);
            return TypedResults.NoContent();
        }, ct);
}

/// <summary>Whose sessions somebody may end.</summary>
internal static class Others
{
    /// <summary>Null: their own, or a colleague's not above them.</summary>
    public static async Task<Refusal?> Refuse(WriteUnit unit, Actor actor, Guid whose, CancellationToken ct)
    {
        if (whose == actor.AgentId)
            return null;
        if (!actor.May(Permissions.ManageAgents))
            return Refusal.Forbidden();
        var role = await unit.Db.Table<Agent>().Where(agent => agent.Ws == actor.Ws && agent.Id == whose).Select(agent => agent.Role).SingleOrDefaultAsync(ct);
        if (role is null)
            return Refusal.NotFound();
        return Granting.Reaches(actor, await HeldRoles.Of(unit.Db, actor.Ws, whose, role, ct)) ? null : Refusal.Forbidden("agent_above_own");
    }
}
