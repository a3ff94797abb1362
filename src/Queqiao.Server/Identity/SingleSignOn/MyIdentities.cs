using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Policies;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.SingleSignOn;

internal sealed record IdentityRow(Guid Id, SignInProvider Provider, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <param name="Items">Accounts elsewhere that are me.</param>
/// <param name="Others">Providers that could be linked.</param>
internal sealed record IdentityList(IReadOnlyList<IdentityRow> Items, IReadOnlyList<SignInProvider> Others);

/// <summary><c>GET /api/v1/me/identities</c></summary>
internal static class ListIdentities
{
    public static async Task<IResult> Handle(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var mine = await Mine(db, actor).ToListAsync(ct);
        var enabled = await db.Table<SsoProvider>().AsNoTracking().Where(provider => provider.Ws == actor.Ws && provider.Enabled && provider.DeletedAt == null)
            .OrderBy(provider => provider.CreatedAt).Select(provider => new SignInProvider(provider.Id, provider.Name, provider.Preset)).ToListAsync(ct);
        return TypedResults.Ok(new IdentityList(
            [.. mine.Select(one => new IdentityRow(one.Identity.Id, one.Provider, Instants.Of(one.Identity.CreatedAt), Instants.Of(one.Identity.LastUsedAt)))],
            [.. enabled.Where(provider => mine.TrueForAll(one => one.Provider.Id != provider.Id))]));
    }

    internal sealed record Linked(ExternalIdentity Identity, SignInProvider Provider);

    public static IQueryable<Linked> Mine(QueqiaoDb db, Actor actor) =>
        from identity in db.Table<ExternalIdentity>().AsNoTracking()
        join provider in db.Table<SsoProvider>() on new { identity.Ws, Id = identity.ProviderId } equals new { provider.Ws, provider.Id }
        where identity.Ws == actor.Ws && identity.AgentId == actor.AgentId && provider.DeletedAt == null
        orderby identity.CreatedAt
        select new Linked(identity, new SignInProvider(provider.Id, provider.Name, provider.Preset));
}

/// <summary><c>DELETE /api/v1/me/identities/{id}</c>: never the last key to one's account.</summary>
internal static class Unlink
{
    public static Task<IResult> Handle(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            if (await unit.Db.Table<ExternalIdentity>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id && one.AgentId == actor.AgentId, stop) is not { } identity)
                return Refusal.NotFound().ToProblem();
            var ownKeys = (await SignInPolicies.Read(unit.Db, actor.Ws, stop)).AllowsOwnKeys(actor.AgentId)
                && await unit.Db.Table<Agent>().AnyAsync(agent => agent.Ws == actor.Ws && agent.Id == actor.AgentId && agent.PasswordHash != "", stop);
            if (!ownKeys && !await unit.Db.Table<ExternalIdentity>().AnyAsync(one => one.Ws == actor.Ws && one.AgentId == actor.AgentId && one.Id != id, stop))
                return Refusal.Conflict("last_key").ToProblem();
            unit.Db.Table<ExternalIdentity>().Remove(identity);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "identity.unlinked", "agent", actor.AgentId.ToString(), new { provider = identity.ProviderId }, stop);
            return TypedResults.NoContent();
        }, ct);
}
