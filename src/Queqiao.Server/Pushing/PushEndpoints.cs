using System.Buffers.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.WebPush;
using Queqiao.Server.Pushing.Storage;

namespace Queqiao.Server.Pushing;

/// <summary><c>/api/v1/me/push</c> and <c>/api/v1/push</c>.</summary>
internal static class PushEndpoints
{
    private const int MostAddress = 2_000;
    private const int MostName = 60;

    /// <param name="PublicKey">What the browser subscribes with (base64url).</param>
    /// <param name="Content">How much a push says here: <c>minimal</c>, <c>name</c>, <c>text</c>.</param>
    internal sealed record View(string PublicKey, string Content, PushRules Rules, IReadOnlyList<Browser> Browsers);

    /// <param name="Here">It began in the session that asks.</param>
    /// <param name="Trouble">What the push service answered last, as a code; null: it took it.</param>
    internal sealed record Browser(Guid Id, string Name, bool Here, string CreatedAt, string? SentAt, string? Trouble);

    /// <param name="Endpoint">As the browser gave it.</param>
    /// <param name="Name">What browser it is, for the list.</param>
    internal sealed record SubscribeRequest(string Endpoint, SubscriptionKeys Keys, string Name);

    internal sealed record SubscriptionKeys(string P256dh, string Auth);

    internal sealed record Tested(bool Sent, string? Trouble);

    internal sealed record ContentView(string Content);

    public static async Task<IResult> Show(Actor actor, PushBook book, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var setting = await book.Setting(actor.Ws, OriginOf(context), ct);
        await using var db = storage.Read(actor.Ws);
        var rules = await db.Table<PushChoice>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.AgentId == actor.AgentId).Select(row => row.Rules).SingleOrDefaultAsync(ct);
        var browsers = await db.Table<PushSubscription>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.AgentId == actor.AgentId).OrderByDescending(row => row.CreatedAt).ToListAsync(ct);
        return TypedResults.Ok(new View(Base64Url.EncodeToString(setting.PublicKey), setting.Content, PushRules.Read(rules), [.. browsers.Select(row => Of(row, context))]));
    }

    public static async Task<IResult> Choose(PushRules request, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<PushChoice>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.AgentId == actor.AgentId, stop);
            if (row is null)
                unit.Db.Table<PushChoice>().Add(row = new PushChoice { Ws = actor.Ws, AgentId = actor.AgentId, Rules = "", ChangedAt = 0 });
            (row.Rules, row.ChangedAt) = (request.Write(), unit.Ids.Now());
            return await unit.Db.SaveChangesAsync(stop);
        }, ct);
        return TypedResults.Ok(request);
    }

    public static async Task<IResult> Subscribe(SubscribeRequest request, Actor actor, PushBook book, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Read(request, out var address) is { } refusal)
            return refusal.ToProblem();
        await book.Setting(actor.Ws, OriginOf(context), ct);
        var session = context.Features.GetRequiredFeature<SignedInBy>().TokenHash;
        var added = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var row = await book.Add(unit, actor.AgentId, session, address!, request.Name.Trim(), stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "push.subscribed", "push_subscription", row.Id.ToString(), new { row.Name, Service = new Uri(address!.Endpoint).Host }, stop);
            return row;
        }, ct);
        return TypedResults.Created((string?)null, Of(added, context));
    }

    public static async Task<IResult> Unsubscribe(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var gone = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (!await unit.Db.Table<PushSubscription>().AnyAsync(row => row.Ws == actor.Ws && row.Id == id && row.AgentId == actor.AgentId, stop))
                return 0;
            await Audit.Record(unit, AuditBy.Agent(actor, context), "push.unsubscribed", "push_subscription", id.ToString(), null, stop);
            return await PushBook.Forget(unit, id, stop);
        }, ct);
        return gone == 0 ? Refusal.NotFound().ToProblem() : TypedResults.NoContent();
    }

    /// <summary>At once, and with the service's own answer: whoever tests wants to know.</summary>
    public static async Task<IResult> Test(Guid id, Actor actor, PushBook book, PushSender sender, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await book.Find(actor.Ws, id, ct) is not { } to || to.AgentId != actor.AgentId)
            return Refusal.NotFound().ToProblem();
        var setting = await book.Setting(actor.Ws, OriginOf(context), ct);
        var notice = PushSender.Notice(actor.Locale, PushEvents.Test, PushContent.Minimal, default, null, null) with { Tag = "queqiao test", Path = "/console/settings/notifications" };
        var outcome = await sender.Send(setting, to, PushEvents.Test, notice, ct);
        await storage.Run(actor.Ws, (unit, stop) => outcome.Answer == PushAnswer.Gone ? PushBook.Forget(unit, id, stop) : PushBook.Note(unit, id, outcome.Code, stop), ct);
        return TypedResults.Ok(new Tested(outcome.Answer == PushAnswer.Sent, outcome.Answer == PushAnswer.Gone ? "gone" : outcome.Code));
    }

    public static async Task<IResult> ShowContent(Actor actor, PushBook book, HttpContext context, CancellationToken ct) =>
        TypedResults.Ok(new ContentView((await book.Setting(actor.Ws, OriginOf(context), ct)).Content));

    public static async Task<IResult> ChangeContent(ContentView request, Actor actor, PushBook book, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (!PushContent.All.Contains(request.Content))
            return Refusal.Invalid("content", "not_one_of", string.Join(", ", PushContent.All)).ToProblem();
        var before = (await book.Setting(actor.Ws, OriginOf(context), ct)).Content;
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            await unit.Db.Table<PushSetting>().Where(row => row.Ws == actor.Ws).ExecuteUpdateAsync(set => set.SetProperty(row => row.Content, request.Content).SetProperty(row => row.ChangedAt, now), stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "push.changed", "workspace", null, new { from = before, to = request.Content }, stop);
            return 0;
        }, ct);
        return TypedResults.Ok(request);
    }

    private static Refusal? Read(SubscribeRequest request, out PushAddress? address)
    {
        address = null;
        if (request.Endpoint.Length > MostAddress || !Uri.TryCreate(request.Endpoint, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps && !uri.IsLoopback || uri.UserInfo.Length > 0)
            return Refusal.Invalid("endpoint", "invalid_url");
        if (request.Name.Trim() is not { Length: > 0 and <= MostName })
            return Refusal.Invalid("name", "too_long", MostName);
        if (OneLine.HidesSomething(request.Name))
            return Refusal.Invalid("name", "control_characters");
        if (Bytes(request.Keys.P256dh) is not { } key || !PushCipher.IsPublicKey(key))
            return Refusal.Invalid("keys.p256dh", "invalid_push_key");
        if (Bytes(request.Keys.Auth) is not { Length: PushCipher.AuthBytes } auth)
            return Refusal.Invalid("keys.auth", "invalid_push_key");
        address = new PushAddress(uri.AbsoluteUri, key, auth);
        return null;
    }

    private static byte[]? Bytes(string text)
    {
        var bytes = new byte[PushCipher.PublicKeyBytes + 3];
        return text.Length <= 100 && Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static string OriginOf(HttpContext context) => context.Request.Headers.Origin.ToString() is { Length: > 0 } origin ? origin : $"{context.Request.Scheme}://{context.Request.Host}";

    private static Browser Of(PushSubscription row, HttpContext context) => new(
        row.Id, row.Name, context.Features.Get<SignedInBy>()?.TokenHash.AsSpan().SequenceEqual(row.SessionHash) == true, WireTime.Format(row.CreatedAt), row.SentAt is { } at ? WireTime.Format(at) : null, row.Trouble);
}
