using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Passwords;

/// <param name="Link">To hand over; the secret is in the fragment, which browsers do not send.</param>
/// <param name="Mailed">The server sends it to them besides.</param>
internal sealed record LinkMade(string Link, DateTimeOffset ExpiresAt, bool Mailed);

/// <summary><c>POST /api/v1/agents/{id}/password-reset</c>: a link for a colleague who forgot. The one before is worthless.</summary>
internal static class BeginReset
{
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(24);

    public static async Task<IResult> Handle(Guid id, Actor actor, IServerMail mail, IStorageEngine storage, PublicUrl url, HttpContext context, CancellationToken ct)
    {
        var token = TokenText.New().Reveal();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await Colleague.Find(unit, actor, id, stop) is not { } colleague)
                return Refusal.NotFound().ToProblem();
            if (colleague.Refusal is { } refusal)
                return refusal.ToProblem();
            var now = unit.Ids.Now();
            await unit.Db.Table<PasswordReset>().Where(reset => reset.Ws == actor.Ws && reset.AgentId == id && reset.UsedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(reset => reset.UsedAt, now), stop);
            var reset = new PasswordReset
            {
                Ws = actor.Ws, TokenHash = TokenText.Hash(token)!, AgentId = id, CreatedBy = actor.AgentId, CreatedAt = now, ExpiresAt = now + (long)Lasts.TotalMilliseconds,
            };
            unit.Db.Table<PasswordReset>().Add(reset);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "password_reset.created", "agent", id.ToString(), null, stop);
            var link = $"{url.For(context.Request)}/console/reset#token={token}";
            var agent = await unit.Db.Table<Agent>().Where(row => row.Ws == actor.Ws && row.Id == id).Select(row => new { row.Email, row.Name, row.Locale }).SingleAsync(stop);
            var workspace = await unit.Db.Table<Workspace>().Where(row => row.Ws == actor.Ws).Select(row => row.Name).SingleAsync(stop);
            var isMailed = await mail.Post(unit, new Letter(LetterKinds.PasswordReset, workspace, agent.Email, agent.Locale, link) { Name = agent.Name, By = actor.Name }, stop);
            return TypedResults.Ok(new LinkMade(link, Instants.Of(reset.ExpiresAt), isMailed));
        }, ct);
    }
}

/// <summary><c>POST /api/v1/password-resets/look</c>: whose password the link sets; nothing to whoever has no link.</summary>
internal static class LookAtReset
{
    public sealed record Request(string Token);

    public sealed record Seen(string Name, string Email);

    public static async Task<IResult> Handle(Request request, RateLimits limits, IStorageEngine storage, Ids ids, HttpContext context, CancellationToken ct)
    {
        if (limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        return await Find(storage, ids, request.Token, ct) is { } found
            ? TypedResults.Ok(new Seen(found.Name, found.Email))
            : Refusal.Forbidden("link_invalid").ToProblem();
    }

    /// <summary>Whose link it is; null when it is none, was used, replaced or is too old, or its owner no longer works here.</summary>
    public static async Task<Agent?> Find(IStorageEngine storage, Ids ids, string token, CancellationToken ct)
    {
        if (TokenText.Hash(token) is not { } hash)
            return null;
        var now = ids.Now();
        await using var db = storage.ReadSystem();
        return await (
            from reset in db.Table<PasswordReset>().AsNoTracking()
            join agent in db.Table<Agent>() on new { reset.Ws, Id = reset.AgentId } equals new { agent.Ws, agent.Id }
            where reset.TokenHash == hash && reset.UsedAt == null && reset.ExpiresAt > now && agent.DisabledAt == null
            select agent).SingleOrDefaultAsync(ct);
    }
}

/// <summary><c>POST /api/v1/password-resets/use</c>: sets the password, once. Ends every session; a second factor stays.</summary>
internal static class UseReset
{
    public sealed record Request(string Token, string Password);

    public static async Task<IResult> Handle(
        Request request, RateLimits limits, PasswordHashing passwords, AgentSessions sessions, IStorageEngine storage, Ids ids, HttpContext context, CancellationToken ct)
    {
        if (limits.OfSecret(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        if (await LookAtReset.Find(storage, ids, request.Token, ct) is not { } agent)
            return Refusal.Forbidden("link_invalid").ToProblem();
        if (Refusal.Of(AgentRules.CheckPassword(request.Password, agent.Email)) is { } invalid)
            return invalid.ToProblem();
        var (passwordHash, busy) = await passwords.Hash(request.Password, ct);
        if (passwordHash is null)
            return busy!.ToProblem();
        var hash = TokenText.Hash(request.Token)!;
        return await storage.Run<IResult>(agent.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            // The update is what decides: of two that use the link at once, one wins.
            if (await unit.Db.Table<PasswordReset>().Where(reset => reset.Ws == agent.Ws && reset.TokenHash == hash && reset.UsedAt == null && reset.ExpiresAt > now)
                .ExecuteUpdateAsync(set => set.SetProperty(reset => reset.UsedAt, now), stop) == 0)
                return Refusal.Forbidden("link_invalid").ToProblem();
            await unit.Db.Table<Agent>().Where(row => row.Ws == agent.Ws && row.Id == agent.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, passwordHash), stop);
            await sessions.EndAll(unit, agent.Ws, agent.Id, keep: null, stop);
            await Audit.Record(unit, AuditBy.Anonymous(agent.Ws, context), "password_reset.used", "agent", agent.Id.ToString(), null, stop);
            return TypedResults.NoContent();
        }, ct);
    }
}
