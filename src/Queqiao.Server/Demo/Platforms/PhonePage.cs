using System.Net;
using System.Reflection;
using System.Text;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Demo.Platforms;

/// <summary><c>/demo/phone</c>: a customer's phone. Whoever sits at this machine writes as a customer of a played platform; nobody else may.</summary>
internal static class PhonePage
{
    private const int MostText = 2000;
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/demo/phone", Show).IsPublic().ExcludeFromDescription();
        app.MapGet("/demo/phone.js", () => TypedResults.Text(Resource("phone.js"), "text/javascript; charset=utf-8")).IsPublic().ExcludeFromDescription();
        app.MapGet("/demo/phone/messages", Messages).IsPublic().ExcludeFromDescription();
        app.MapPost("/demo/phone/messages", Say).IsPublic().ExcludeFromDescription();
    }

    internal sealed record Said(string? Kind, string? Name, string? Text);

    internal sealed record Line(string Text, DateTimeOffset At, string Type);

    internal sealed record Lines(IReadOnlyList<Line> Items);

    private static IResult Show(HttpContext context, DemoCustomers customers)
    {
        if (!IsHere(context))
            return Refusal.NotFound().ToProblem();
        context.Response.Headers.ContentSecurityPolicy = Policy;
        var isChinese = Locale.Of(context) == Locale.ZhCn;
        string T(string zh, string en) => isChinese ? zh : en;
        var options = string.Concat(customers.Kinds.Select(kind => $"<option value=\"{kind}\">{kind switch { "wechat-official" => T("微信公众号", "WeChat official account"), "whatsapp" => "WhatsApp", "telegram" => "Telegram", DemoCustomers.Sms => T("短信", "Text messages"), _ => kind }}</option>"));
        return TypedResults.Text($"""
            <!doctype html><html lang="{(isChinese ? "zh-CN" : "en")}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{T("客户的手机", "A customer's phone")}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/demo/shop.css"></head>
            <body class="phone"><main><h1>{T("客户的手机（演示）", "A customer's phone (demo)")}</h1>
            <p class="lead">{T("您是一位客户。这里写的话会像真的平台推送一样进入收件箱。", "You are a customer. What you write here comes to the inbox as the platform would deliver it.")}</p>
            <form id="say"><label>{T("平台", "Platform")} <select name="kind">{options}</select></label> <label>{T("你的名字", "Your name")} <input name="name" value="小雨" maxlength="60" required></label>
            <label>{T("想说的话", "What to say")} <input name="text" maxlength="{MostText}" required autocomplete="off"></label> <button>{T("发送", "Send")}</button></form>
            <p id="state" role="status"></p><h2>{T("收到的回复", "Answers")}</h2><ol id="answers" aria-live="polite"></ol></main><script src="/demo/phone.js"></script></body></html>
            """, "text/html; charset=utf-8");
    }

    private static IResult Messages(string? kind, string? name, HttpContext context, PlayedPlatforms platforms) =>
        !IsHere(context) || kind is null || platforms.Find(kind) is not { } platform ? Refusal.NotFound().ToProblem()
            : TypedResults.Ok(new Lines([.. platform.Sent.Where(one => one.To.Name == name).TakeLast(50).Select(one => new Line(one.Text ?? "", one.At, one.Type))]));

    private static async Task<IResult> Say(TolerantBody<Said> body, HttpContext context, DemoCustomers customers, CancellationToken ct)
    {
        if (!IsHere(context))
            return Refusal.NotFound().ToProblem();
        return body.Value is { Kind: { } kind, Name: { Length: > 0 and <= 60 } name, Text: { Length: > 0 and <= MostText } text } && await customers.Say(kind, name, text, ct)
            ? TypedResults.NoContent() : Refusal.Invalid("text", "required").ToProblem();
    }

    internal static bool IsHere(HttpContext context) => context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from);

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Queqiao.Server.Demo.Shop.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
