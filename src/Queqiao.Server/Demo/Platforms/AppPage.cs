using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Channels;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>
/// <c>/demo/app</c>: the shop's app, in which a customer is signed in. As a shop's server does, it signs who that is; among the identities
/// is the one by which WeChat knows the same person, so both are recognised as one.
/// </summary>
internal sealed class AppPage(IStorageEngine storage, IChannels channels, PlayedPlatforms platforms, DemoState state, TimeProvider clock)
{
    private const string Marker = "demo.app_key";
    private const string PushMarker = "demo.app_push";
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The same in every start: it follows from the workspace's key and the channel.</summary>
    private string Secret => storage.Vault.Tag(DemoSeeder.Ws, "demo app", state.Access.ChannelId.ToString("N")).ToString("N");

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/demo/app", (HttpContext context, AppPage page) => page.Show(context)).IsPublic().ExcludeFromDescription();
        app.MapGet("/demo/app.js", () => TypedResults.Text(Script, "text/javascript; charset=utf-8")).IsPublic().ExcludeFromDescription();
        app.MapGet("/demo/app/notes", (HttpContext context, string? name, AppPage page) => page.Notes(context, name)).IsPublic().ExcludeFromDescription();
        app.MapGet("/demo/app/user", (HttpContext context, string? name, AppPage page) => page.Sign(context, name)).IsPublic().ExcludeFromDescription();
    }

    private string PushSecret => storage.Vault.Tag(DemoSeeder.Ws, "demo push", state.Access.ChannelId.ToString("N")).ToString("N");

    /// <summary>The channel's key and its push, once.</summary>
    public async Task Seed(CancellationToken ct)
    {
        platforms.AppServer = new(PushSecret, clock);
        await SeedKey(ct);
        if (await Audit.LastObjectOf(storage, DemoSeeder.Ws, PushMarker, ct) is not null)
            return;
        await storage.Run(DemoSeeder.Ws, async (unit, stop) =>
        {
            await channels.AddPush(unit, AuditBy.System(DemoSeeder.Ws), state.Access.ChannelId, PlayedPlatforms.AppServerAddress, new Secret(PushSecret), stop);
            await Audit.Record(unit, AuditBy.System(DemoSeeder.Ws), PushMarker, "channel", state.Access.ChannelId.ToString(), null, stop);
            return 0;
        }, ct);
    }

    private async Task SeedKey(CancellationToken ct)
    {
        if (await Audit.LastObjectOf(storage, DemoSeeder.Ws, Marker, ct) is not null)
            return;
        await storage.Run(DemoSeeder.Ws, async (unit, stop) =>
        {
            await channels.AddUserKey(unit, AuditBy.System(DemoSeeder.Ws), state.Access.ChannelId, new Secret(Secret), stop);
            await Audit.Record(unit, AuditBy.System(DemoSeeder.Ws), Marker, "channel", state.Access.ChannelId.ToString(), null, stop);
            return 0;
        }, ct);
    }

    private IResult Show(HttpContext context)
    {
        if (!PhonePage.IsHere(context))
            return Refusal.NotFound().ToProblem();
        context.Response.Headers.ContentSecurityPolicy = Policy;
        var isChinese = Locale.Of(context) == Locale.ZhCn;
        string T(string zh, string en) => isChinese ? zh : en;
        if (context.Request.Query.ContainsKey("home"))
            return Home(T, isChinese);
        return TypedResults.Text($"""
            <!doctype html><html lang="{(isChinese ? "zh-CN" : "en")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{T("商城 App（演示）", "The shop's app (demo)")}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/demo/shop.css"></head>
            <body class="app"><main><header><h1>鹊桥优选</h1><p id="who" role="status"></p></header>
            <p class="lead">{T("这是商城的 App，客户已登录；在微信里也是同一个人。", "This is the shop's app, and a customer is signed in. On WeChat it is the same person.")}</p>
            <section aria-label="{T("我的订单", "My orders")}"><h2>{T("我的订单", "My orders")}</h2><ul><li>{T("羽绒外套 · 已付款", "Down jacket · paid")}</li><li>{T("保温杯 · 已发货", "Thermos · shipped")}</li></ul></section>
            <button id="help" type="button">{T("联系客服", "Ask for help")}</button>
            <p><a id="leave" href="/demo/app?home=1">{T("回到手机桌面（App 关闭后，回复会以通知到达）", "Back to the phone's home screen (answers then arrive as notifications)")}</a></p></main>
            <script src="/widget.js" data-channel="{state.Access.ChannelId}" async></script><script src="/demo/app.js"></script></body></html>
            """, "text/html; charset=utf-8");
    }

    /// <summary>The app is closed: what arrives is a notification, and a number on its icon.</summary>
    private static Microsoft.AspNetCore.Http.HttpResults.ContentHttpResult Home(Func<string, string, string> text, bool isChinese) => TypedResults.Text($"""
        <!doctype html><html lang="{(isChinese ? "zh-CN" : "en")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
        <title>{text("手机桌面（演示）", "Home screen (demo)")}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/demo/shop.css"></head>
        <body class="app home"><main><h1>{text("手机桌面", "Home screen")}</h1><p class="lead">{text("App 已关闭。客服在工作台回复后，几秒内会收到通知。", "The app is closed. When an agent answers, a notification comes within seconds.")}</p>
        <ol id="notes" aria-live="polite" data-unread="{text("条未读", "unread")}"></ol>
        <a id="icon" href="/demo/app"><span class="icon" aria-hidden="true">鹊</span><span id="badge" hidden></span><span>鹊桥优选</span></a></main><script src="/demo/app.js"></script></body></html>
        """, "text/html; charset=utf-8");

    internal sealed record NoteRows(IReadOnlyList<Queqiao.Simulators.Push.AppNote> Items);

    private IResult Notes(HttpContext context, string? name) =>
        PhonePage.IsHere(context) ? TypedResults.Ok(new NoteRows(platforms.AppServer?.Of(UserOf(name)) ?? [])) : Refusal.NotFound().ToProblem();

    private Queqiao.Simulators.SimPerson PersonOf(string? name) => platforms.Find("wechat-official")!.Person(name is { Length: > 0 and <= 60 } ? name : "小雨");

    private string UserOf(string? name) => "shop-" + PersonOf(name).Id;

    internal sealed record SignedIn(string Name, string Jwt);

    private IResult Sign(HttpContext context, string? name)
    {
        if (!PhonePage.IsHere(context))
            return Refusal.NotFound().ToProblem();
        var person = PersonOf(name);
        platforms.AppServer?.Clear(UserOf(name)); // the app is open: nothing is left on the lock screen
        return TypedResults.Ok(new SignedIn(person.Name, Jwt(new
        {
            sub = UserOf(name), name = person.Name, exp = clock.GetUtcNow().ToUnixTimeSeconds() + 600, identities = new[] { new { kind = "wechat_unionid", value = person.Unionid } },
        })));
    }

    private string Jwt(object claims)
    {
        var signed = $"{Part("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Part(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Part(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Part(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static readonly string Script = Resource("app.js");

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Queqiao.Server.Demo.Shop.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
