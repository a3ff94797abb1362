using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Push.Sending;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Channels.Push.Vendors;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Refusal = Queqiao.Server.Platform.Problems.Refusal;

namespace Queqiao.Server.Channels.Push.Configuring;

/// <summary><c>/api/v1/channels/{id}/push</c>: by which services an app's users are told. The webhook's secret is shown once.</summary>
internal static class PushEndpoints
{
    private const int DefaultOverlapHours = 24;
    private const int MostOverlapHours = 30 * 24;

    public static void Map(IEndpointRouteBuilder app)
    {
        var push = app.MapGroup("/api/v1/channels/{id:guid}/push").WithTags("Channels");
        push.MapGet("", Show).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Push services of a visitors' channel, with the schema of each one's settings").Produces<Rows>();
        push.MapPut("/{service}", Set).Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("Set a push service up; secrets that are not given stay. The signing secret of the webhook is shown this once").Produces<Saved>();
        push.MapDelete("/{service}", Remove).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Take a push service away, with its secrets").Produces(StatusCodes.Status204NoContent);
        push.MapPost("/{service}/test", Test).Needs(Permissions.ManageChannels).TakesQuery().WithSummary("Ask the service whether the settings work; no phone rings").Produces<TestChannel.Answer>();
        push.MapPost("/webhook/rotate", Rotate).Needs(Permissions.ManageChannels).TakesQuery()
            .WithSummary("A new signing secret, shown this once; the one before signs too for the overlap").Produces<Saved>();
    }

    /// <param name="Schema">JSON Schema (2020-12) of the service's settings.</param>
    /// <param name="Settings">What was entered, without secrets; null: it is not set up.</param>
    /// <param name="Secrets">Names of secrets that are set.</param>
    /// <param name="Devices">Phones that are registered with its vendor; of the webhook: all.</param>
    internal sealed record Row(string Service, string Name, JsonObject Schema, bool Enabled, IReadOnlyDictionary<string, string>? Settings, IReadOnlyList<string> Secrets, int Devices)
    {
        public DateTimeOffset? LastSentAt { get; init; }
        public DateTimeOffset? LastErrorAt { get; init; }
        public string? Error { get; init; }
        public DateTimeOffset? OldSecretUntil { get; init; }
    }

    internal sealed record Rows(IReadOnlyList<Row> Items);

    internal sealed record Request(JsonElement Settings, bool Enabled = true);

    internal sealed record RotateRequest(int? OverlapHours = null);

    /// <param name="Secret">Of the webhook, when it was made just now.</param>
    internal sealed record Saved(Row Push, string? Secret);

    private static async Task<IResult> Show(Guid id, Actor actor, PushDesk desk, IChannels channels, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await ChannelOf(id, actor, channels, ct) is null)
            return Refusal.NotFound().ToProblem();
        await using var db = storage.Read(actor.Ws);
        var targets = await db.Table<PushTarget>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.ChannelId == id).ToListAsync(ct);
        var devices = await Devices(db, actor.Ws, id, ct);
        return TypedResults.Ok(new Rows([.. desk.Services.Values.Select(service => RowOf(service, targets.FirstOrDefault(row => row.Service == service.Name), devices, desk, Locale.Of(context)))]));
    }

    private static async Task<IResult> Set(Guid id, string service, Request request, Actor actor, PushDesk desk, IChannels channels, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await ChannelOf(id, actor, channels, ct) is null || !desk.Services.TryGetValue(service, out var known))
            return Refusal.NotFound().ToProblem();
        var (saved, secret, refusal) = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var target = await Find(unit.Db, actor.Ws, id, service).AsTracking().SingleOrDefaultAsync(stop);
            var before = target is null ? SplitSettings.Empty : new SplitSettings(AdapterSettings.Parse(target.Settings), desk.Open(target, target.Secrets));
            var (after, wrong) = AdapterSettings.Read(request.Settings, before, FieldsOf(known), known.Check);
            if (after is null)
                return ((PushTarget?)null, (string?)null, wrong);
            string? made = null;
            var secrets = new Dictionary<string, string>(after.Secret, StringComparer.Ordinal);
            if (service == WebhookPush.Kind && !secrets.ContainsKey(WebhookPush.Secret))
                made = secrets[WebhookPush.Secret] = TokenText.New().Reveal();
            var isNew = target is null;
            target ??= new PushTarget { Ws = actor.Ws, Id = unit.Ids.New(), ChannelId = id, Service = service, Settings = "", Enabled = true, CreatedAt = unit.Ids.Now() };
            (target.Settings, target.Enabled) = (AdapterSettings.Text(after.Open), request.Enabled);
            (target.Error, target.LastErrorAt) = (null, null);
            if (isNew || !Same(secrets, before.Secret))
                target.Secrets = desk.Seal(actor.Ws, target.Id, secrets);
            if (isNew)
                unit.Db.Table<PushTarget>().Add(target);
            await unit.Db.SaveChangesAsync(stop);
            unit.AfterCommit(() => desk.Changed(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "app_push.changed", "channel", id.ToString(), new { service, enabled = target.Enabled, settings = after.Open, secrets = Changed(secrets, before.Secret) }, stop);
            return (target, made, (Refusal?)null);
        }, ct);
        return saved is null ? refusal!.ToProblem() : TypedResults.Ok(new Saved(await Answer(known, saved, desk, storage, context, ct), secret));
    }

    private static async Task<IResult> Rotate(Guid id, RotateRequest request, Actor actor, PushDesk desk, IChannels channels, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.OverlapHours is < 0 or > MostOverlapHours)
            return Refusal.Invalid("overlapHours", "out_of_range", 0, MostOverlapHours).ToProblem();
        if (await ChannelOf(id, actor, channels, ct) is null)
            return Refusal.NotFound().ToProblem();
        var secret = TokenText.New().Reveal();
        var saved = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await Find(unit.Db, actor.Ws, id, WebhookPush.Kind).AsTracking().SingleOrDefaultAsync(stop) is not { } target)
                return null;
            var until = unit.Ids.Now() + (long)TimeSpan.FromHours(request.OverlapHours ?? DefaultOverlapHours).TotalMilliseconds;
            (target.Before, target.BeforeUntil) = (target.Secrets, until);
            target.Secrets = desk.Seal(actor.Ws, target.Id, new Dictionary<string, string> { [WebhookPush.Secret] = secret });
            await unit.Db.SaveChangesAsync(stop);
            unit.AfterCommit(() => desk.Changed(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "app_push.secret_rotated", "channel", id.ToString(), new { before_ends = At(until) }, stop);
            return target;
        }, ct);
        return saved is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(new Saved(await Answer(desk.Services[WebhookPush.Kind], saved, desk, storage, context, ct), secret));
    }

    private static async Task<IResult> Remove(Guid id, string service, Actor actor, PushDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var removed = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await Find(unit.Db, actor.Ws, id, service).ExecuteDeleteAsync(stop) == 0)
                return false;
            unit.AfterCommit(() => desk.Changed(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "app_push.removed", "channel", id.ToString(), new { service }, stop);
            return true;
        }, ct);
        return removed ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }

    private static async Task<IResult> Test(Guid id, string service, Actor actor, PushDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!desk.Services.TryGetValue(service, out var known) || await Find(db, actor.Ws, id, service).AsNoTracking().SingleOrDefaultAsync(ct) is not { } target)
            return Refusal.NotFound().ToProblem();
        return TypedResults.Ok(await known.Probe(desk.AccountOf(target), ct) is SendOutcome.NotSent { Failure: var failure }
            ? new TestChannel.Answer(false, null, ChannelHealth.NameOf(failure.Class), failure.Code, failure.Reason.In(Locale.Of(context).Tag), failure.Detail) : new TestChannel.Answer(true));
    }

    private static async Task<ChannelView?> ChannelOf(Guid id, Actor actor, IChannels channels, CancellationToken ct) =>
        await channels.Find(id, ct) is { Web: not null } channel && channel.Ws == actor.Ws ? channel : null;

    private static IQueryable<PushTarget> Find(QueqiaoDb db, int ws, Guid channel, string service) => db.Table<PushTarget>().Where(row => row.Ws == ws && row.ChannelId == channel && row.Service == service);

    private static List<SettingField> FieldsOf(IPushService service) => [.. service.Settings, PushFields.Text];

    private static async Task<Row> Answer(IPushService service, PushTarget target, PushDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(target.Ws);
        return RowOf(service, target, await Devices(db, target.Ws, target.ChannelId, ct), desk, Locale.Of(context));
    }

    private static Row RowOf(IPushService service, PushTarget? target, IReadOnlyDictionary<string, int> devices, PushDesk desk, Locale locale) => new(
        service.Name, service.Title.In(locale.Tag), CommonFields.Schema(FieldsOf(service), locale.Tag), target?.Enabled ?? false, target is null ? null : AdapterSettings.Parse(target.Settings),
        target is null ? [] : [.. desk.Open(target, target.Secrets).Keys.Order(StringComparer.Ordinal)], service.PerDevice ? devices.GetValueOrDefault(service.Name) : devices.Values.Sum())
    {
        LastSentAt = target?.LastSentAt is { } sent ? At(sent) : null,
        LastErrorAt = target?.LastErrorAt is { } failed ? At(failed) : null,
        Error = target?.Error is { } error && JsonSerializer.Deserialize<ChannelHealth.ErrorNote>(error, TolerantJson.Options) is { } note ? new Words(note.Zh, note.En).In(locale.Tag) : null,
        OldSecretUntil = target?.BeforeUntil is { } until ? At(until) : null,
    };

    private static async Task<IReadOnlyDictionary<string, int>> Devices(QueqiaoDb db, int ws, Guid channel, CancellationToken ct) =>
        await db.Visible(Scope<PushDevice>.Workspace(ws)).Where(row => row.ChannelId == channel).GroupBy(row => row.Vendor).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(one => one.Key, one => one.Count, ct);

    private static bool Same(Dictionary<string, string> one, IReadOnlyDictionary<string, string> other) => Changed(one, other).Count == 0;

    private static List<string> Changed(Dictionary<string, string> after, IReadOnlyDictionary<string, string> before) =>
        [.. after.Keys.Union(before.Keys).Where(key => after.GetValueOrDefault(key) != before.GetValueOrDefault(key)).Order(StringComparer.Ordinal)];

    private static DateTimeOffset At(long instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant);
}
