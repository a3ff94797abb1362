using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Notices;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Devices;

/// <param name="Browser">What it calls itself.</param>
/// <param name="TrustedUntil">Until when no code is asked for there; null: one is.</param>
/// <param name="Current">The one that asks.</param>
internal sealed record DeviceView(Guid Id, string? Browser, string? Address, DateTimeOffset FirstSeenAt, DateTimeOffset LastSeenAt, DateTimeOffset? TrustedUntil, bool Current);

internal sealed record DeviceList(IReadOnlyList<DeviceView> Items);

/// <param name="Outcome"><c>started</c> or <c>refused</c>.</param>
/// <param name="Method"><c>password</c>, <c>sso</c>, <c>passkey</c>; null where it did not come so far.</param>
/// <param name="Wrong">What was wrong: <c>password</c>, <c>otp</c>, <c>address</c> …</param>
/// <param name="Browser">Of a device that is still known.</param>
internal sealed record SignInView(Guid Id, DateTimeOffset At, string Outcome, string? Method, string? Wrong, string? Address, Guid? Device, string? Browser, bool NewDevice);

internal sealed record SignInList(IReadOnlyList<SignInView> Items, string? NextCursor);

/// <summary><c>/api/v1/me/devices</c> and <c>/api/v1/me/sign-ins</c></summary>
internal static class DeviceEndpoints
{
    private const int MostPage = 100;

    public static void AddDevices(this IServiceCollection services)
    {
        services.AddSingleton<SignInLocks>();
        services.AddSingleton<Entrance>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<INotices, NoticeBoard>();
    }

    /// <summary>With the notices that they make.</summary>
    public static void MapDevices(this IEndpointRouteBuilder app)
    {
        app.MapNotices();
        var me = app.MapGroup("/api/v1/me").WithTags("Profile");
        me.MapGet("/devices", List).NeedsSignIn().TakesQuery().WithSummary("Browsers I signed in with").Produces<DeviceList>();
        me.MapDelete("/devices/{id:guid}", Forget).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Forget a browser; its sessions end").Produces(StatusCodes.Status204NoContent);
        me.MapDelete("/devices/trust", DistrustAll).NeedsSignIn().NeedsPerson().TakesQuery().WithSummary("Ask for a code again on every browser").Produces(StatusCodes.Status204NoContent);
        me.MapGet("/sign-ins", SignIns).NeedsSignIn().TakesQuery("limit", "cursor").WithSummary("When somebody signed in as me, or tried to").Produces<SignInList>();
    }

    private static async Task<IResult> List(Actor actor, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var mine = TokenText.Hash(DeviceCookie.Of(context.Request));
        await using var db = storage.Read(actor.Ws);
        var rows = await Of(db, actor).AsNoTracking().OrderByDescending(device => device.LastSeenAt).Take(MostPage).ToListAsync(ct);
        return TypedResults.Ok(new DeviceList([.. rows.Select(row => new DeviceView(
            row.Id, row.UserAgent, row.Address, Instants.Of(row.FirstSeenAt), Instants.Of(row.LastSeenAt), row.TrustedUntil is { } until && until > now ? Instants.Of(until) : null,
            mine is not null && row.TokenHash.AsSpan().SequenceEqual(mine)))]));
    }

    private static Task<IResult> Forget(Guid id, Actor actor, AgentSessions sessions, IStorageEngine storage, HttpContext context, CancellationToken ct) => storage.Run<IResult>(actor.Ws, async (unit, stop) =>
    {
        if (await Of(unit.Db, actor).Where(device => device.Id == id).ExecuteDeleteAsync(stop) == 0)
            return Refusal.NotFound().ToProblem();
        var ending = await unit.Db.Table<Session>().AsNoTracking()
            .Where(session => session.Ws == actor.Ws && session.AgentId == actor.AgentId && session.DeviceId == id && session.RevokedAt == null).Select(session => session.TokenHash).ToListAsync(stop);
        foreach (var hash in ending)
            await sessions.End(unit, actor.Ws, actor.AgentId, hash, stop);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "device.forgotten", "agent", actor.AgentId.ToString(), new { device = id, sessionsEnded = ending.Count }, stop);
        return TypedResults.NoContent();
    }, ct);

    private static Task<IResult> DistrustAll(Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => storage.Run<IResult>(actor.Ws, async (unit, stop) =>
    {
        var count = await KnownDevices.Distrust(unit, actor.AgentId, stop);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "device.trust_ended", "agent", actor.AgentId.ToString(), new { devices = count }, stop);
        return TypedResults.NoContent();
    }, ct);

    private static async Task<IResult> SignIns(int? limit, Guid? cursor, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        if (limit is < 1 or > MostPage)
            return Refusal.Invalid("limit", "out_of_range", 1, MostPage).ToProblem();
        var (items, me) = (limit ?? 30, actor.AgentId.ToString());
        await using var db = storage.Read(actor.Ws);
        var rows = db.Table<AuditRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.ObjectId == me && row.ObjectKind == "agent" && (row.Action == "session.started" || row.Action == "session.refused"));
        if (cursor is { } before)
            rows = rows.Where(row => row.Id.CompareTo(before) < 0);
        var page = await rows.OrderByDescending(row => row.Id).Take(items + 1).ToListAsync(ct);
        var devices = await Of(db, actor).ToDictionaryAsync(device => device.Id, device => device.UserAgent, ct);
        return TypedResults.Ok(new SignInList([.. page.Take(items).Select(row => View(row, devices))], page.Count > items ? page[items - 1].Id.ToString() : null));
    }

    private static SignInView View(AuditRow row, Dictionary<Guid, string?> devices)
    {
        var said = row.Detail is null ? default : JsonDocument.Parse(row.Detail).RootElement;
        var started = row.Action == "session.started";
        var device = Guid.TryParse(Text(said, "device"), out var id) ? id : (Guid?)null;
        return new SignInView(
            row.Id, Instants.Of(row.At), started ? "started" : "refused", started ? Text(said, "method") ?? "password" : null, Text(said, "wrong"), row.Address, device,
            device is { } known ? devices.GetValueOrDefault(known) : null, said.ValueKind == JsonValueKind.Object && said.TryGetProperty("isNew", out var isNew) && isNew.ValueKind == JsonValueKind.True);
    }

    private static string? Text(JsonElement said, string member) =>
        said.ValueKind == JsonValueKind.Object && said.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IQueryable<KnownDevice> Of(QueqiaoDb db, Actor actor) => db.Table<KnownDevice>().Where(device => device.Ws == actor.Ws && device.AgentId == actor.AgentId);
}
