using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Channels.Web;

/// <summary><c>/chat/ID</c>: the chat by a link, for whoever has no web site to put it on: in a mail, behind a QR code, in a profile.</summary>
internal static class ChatPage
{
    private const string Css = """
        :root{color-scheme:light dark;--canvas:#eef1f5;--ink:#16202c;--soft:#465263}
        @media (prefers-color-scheme:dark){:root{--canvas:#0b0f15;--ink:#e9eef5;--soft:#b6c1cf}}
        body{margin:0;min-height:100dvh;display:grid;place-items:center;background:var(--canvas);color:var(--ink);font:16px/1.6 -apple-system,"Segoe UI","PingFang SC","Microsoft YaHei UI","Noto Sans CJK SC",system-ui,sans-serif}
        main{max-width:32rem;padding:2rem;text-align:center;overflow-wrap:anywhere}h1{font-size:1.5rem;margin:0 0 .5rem}p{margin:0;color:var(--soft);white-space:pre-line}
        """;

    private static readonly string Policy =
        $"default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'; img-src 'self' data:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    public static void Map(IEndpointRouteBuilder app) => app.MapMethods("/chat/{id:guid}", [HttpMethods.Get, HttpMethods.Head], Show).IsPublic().ExcludeFromDescription();

    private static async Task<IResult> Show(Guid id, HttpContext context, IChannels channels, CancellationToken ct)
    {
        var web = await channels.Find(id, ct) is { Enabled: true, Web: { } settings } ? settings : null;
        var locale = Locale.Of(context);
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentLanguage = locale.Tag;
        context.Response.Headers.Vary = "Accept-Language";
        return TypedResults.Text(Page(locale, id, web), "text/html; charset=utf-8", statusCode: web is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
    }

    private static string Page(Locale locale, Guid id, WebSettings? web)
    {
        var title = Html.Encode(web?.Title ?? Messages.Text(locale, "chat_page_gone"));
        var text = Html.Encode(Messages.Text(locale, web is null ? "chat_page_gone_text" : "chat_page_text"));
        return $"""
            <!doctype html>
            <html lang="{locale.Tag}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>{title}</title>
            <link rel="icon" href="data:,">
            <style>{Css}</style>
            </head>
            <body>
            <main><h1>{title}</h1><p>{text}</p></main>
            {(web is null ? "" : $"<script src=\"/widget.js\" data-channel=\"{id}\" data-open async></script>")}
            </body>
            </html>
            """;
    }
}
