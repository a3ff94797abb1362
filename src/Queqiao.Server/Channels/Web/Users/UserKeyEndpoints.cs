using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Web.Users;

/// <summary><c>/api/v1/channels/{id}/user-keys</c>: what a site signs its users with. A secret is shown once.</summary>
internal static class UserKeyEndpoints
{
    /// <summary>How long the keys before a new one stay good, so that nobody is thrown out while the site changes over.</summary>
    private const int DefaultOverlapHours = 24;
    private const int MostOverlapHours = 30 * 24;
    private const int MostKeys = 20;

    public static void Map(IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/v1/channels/{id:guid}/user-keys").WithTags("Channels");
        keys.MapGet("", List).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Keys that a site signs its users with, newest first").Produces<Rows>();
        keys.MapPost("", Create).Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("A new key; those before it end after the overlap. The secret of HS256 is shown this once").Produces<Created>(StatusCodes.Status201Created);
        keys.MapDelete("/{key:guid}", End).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("End a key at once").Produces(StatusCodes.Status204NoContent);
    }

    /// <param name="Algorithm">HS256, RS256 or ES256.</param>
    /// <param name="PublicKey">PEM, for RS256 and ES256.</param>
    /// <param name="OverlapHours">0 to 720; 24 when not given.</param>
    internal sealed record Request(string Algorithm, string? PublicKey = null, int? OverlapHours = null);

    internal sealed record Row(Guid Id, string Algorithm, string? PublicKey, DateTimeOffset CreatedAt, DateTimeOffset? EndsAt, bool Live);

    internal sealed record Rows(IReadOnlyList<Row> Items);

    internal sealed record Created(Guid Id, string Algorithm, string? PublicKey, string? Secret, DateTimeOffset CreatedAt);

    private static async Task<IResult> List(Guid id, Actor actor, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!await db.Table<Channel>().AnyAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.Kind == ChannelKinds.Web, ct))
            return Refusal.NotFound().ToProblem();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var keys = await db.Table<UserKey>().AsNoTracking().Where(key => key.Ws == actor.Ws && key.ChannelId == id)
            .OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id).Take(MostKeys).ToListAsync(ct);
        return TypedResults.Ok(new Rows([.. keys.Select(key => new Row(key.Id, key.Algorithm, key.PublicKey, At(key.CreatedAt),
            key.EndsAt is { } ends ? At(ends) : null, key.EndsAt is null || key.EndsAt > now))]));
    }

    private static async Task<IResult> Create(Guid id, Request request, Actor actor, UserKeys keys, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Check(request) is { } invalid)
            return invalid.ToProblem();
        var secret = request.Algorithm == UserKeyAlgorithms.Hs256 ? TokenText.New() : null;
        var created = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (!await unit.Db.Table<Channel>().AnyAsync(channel => channel.Ws == actor.Ws && channel.Id == id && channel.Kind == ChannelKinds.Web, stop))
                return null;
            var now = unit.Ids.Now();
            var ends = now + (long)TimeSpan.FromHours(request.OverlapHours ?? DefaultOverlapHours).TotalMilliseconds;
            var before = await unit.Db.Table<UserKey>().Where(key => key.Ws == actor.Ws && key.ChannelId == id && (key.EndsAt == null || key.EndsAt > ends)).ToListAsync(stop);
            before.ForEach(key => key.EndsAt = ends);
            var made = unit.Ids.New();
            var key = new UserKey
            {
                Ws = actor.Ws, Id = made, ChannelId = id, Algorithm = request.Algorithm, CreatedAt = now,
                Sealed = secret is null ? null : keys.Seal(actor.Ws, made, secret), PublicKey = request.PublicKey?.Trim(),
            };
            unit.Db.Table<UserKey>().Add(key);
            unit.AfterCommit(() => keys.Changed(id));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "user_key.created", "channel", id.ToString(),
                new { key = key.Id, algorithm = key.Algorithm, others_end = before.Count > 0 ? At(ends) : (DateTimeOffset?)null }, stop);
            return key;
        }, ct);
        return created is null
            ? Refusal.NotFound().ToProblem()
            : TypedResults.Created((string?)null, new Created(created.Id, created.Algorithm, created.PublicKey, secret?.Reveal(), At(created.CreatedAt)));
    }

    private static async Task<IResult> End(Guid id, Guid key, Actor actor, UserKeys keys, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var ended = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var found = await unit.Db.Table<UserKey>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.ChannelId == id && row.Id == key, stop);
            if (found is null)
                return false;
            var now = unit.Ids.Now();
            if (found.EndsAt is { } ends && ends <= now)
                return true;
            found.EndsAt = now;
            unit.AfterCommit(() => keys.Changed(id));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "user_key.ended", "channel", id.ToString(), new { key }, stop);
            return true;
        }, ct);
        return ended ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }

    private static Refusal? Check(Request request)
    {
        if (!UserKeyAlgorithms.All.Contains(request.Algorithm))
            return Refusal.Invalid("algorithm", "not_one_of", string.Join(", ", UserKeyAlgorithms.All));
        if (request.OverlapHours is < 0 or > MostOverlapHours)
            return Refusal.Invalid("overlapHours", "out_of_range", 0, MostOverlapHours);
        if (request.Algorithm == UserKeyAlgorithms.Hs256)
            return request.PublicKey is null ? null : Refusal.Invalid("publicKey", "user_key_not_needed");
        if (string.IsNullOrWhiteSpace(request.PublicKey))
            return Refusal.Invalid("publicKey", "required");
        return request.PublicKey.Length > 8192 ? Refusal.Invalid("publicKey", "too_long", 8192)
            : LiveUserKey.Fault(request.Algorithm, request.PublicKey) is { } fault ? Refusal.Invalid("publicKey", fault) : null;
    }

    private static DateTimeOffset At(long instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant);
}
