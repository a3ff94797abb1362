using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary>What every page of the help centre has around it. HTML is made here and in <c>HelpPages</c> from encoded pieces; nothing is a template.</summary>
internal static class HelpFrame
{
    public static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>No script runs here; forms are for search and thumbs.</summary>
    private const string Policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static string T(this HelpSite site, string code, params object[] args) => Html.Encode(Messages.Text(site.Words, "help_" + code, args));

    public static string E(string? text) => Html.Encode(text ?? "");

    /// <param name="Path">Of the page itself in the site's language, below the host.</param>
    /// <param name="Description">For search engines.</param>
    /// <param name="IsIndexed">False: search engines are told to pass it over.</param>
    /// <param name="Data">Structured data (schema.org).</param>
    /// <param name="Paths">The languages that it is there in, and where; null: every language of the site, at the same place.</param>
    /// <param name="Trail">What it stands in, itself last.</param>
    /// <param name="ChangedAt">Of an article or FAQ.</param>
    internal sealed record Page(
        string Title, string Path, string Body, string? Description = null, bool IsIndexed = true, IReadOnlyDictionary<string, object>? Data = null, string Search = "",
        IReadOnlyList<(string Language, string Path)>? Paths = null, IReadOnlyList<(string Name, string Path)>? Trail = null, long? ChangedAt = null)
    {
        public IReadOnlyList<(string Language, string Path)> PathsIn(HelpSite site) => Paths ?? [.. site.Languages.Select(language => (language, In(Path, language)))];
    }

    public static IResult Answer(HttpContext context, HelpSite site, Page page, string address, int status = StatusCodes.Status200OK)
    {
        var html = Render(site, page, address);
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.ContentLanguage = site.Language;
        headers.CacheControl = status == StatusCodes.Status200OK ? "public, max-age=60" : "no-store";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        if (status == StatusCodes.Status200OK)
        {
            var tag = "\"" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(html)).AsSpan(0, 12)) + "\"";
            headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch.Any(known => known?.Contains(tag, StringComparison.Ordinal) == true))
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }
        return TypedResults.Text(html, "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    private static string Render(HelpSite site, Page page, string address)
    {
        var title = page.Title == site.Title ? site.Title : $"{page.Title} · {site.Title}";
        var html = new StringBuilder(8192);
        var others = page.PathsIn(site).Where(one => one.Language != site.Language);
        html.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="{E(site.Language)}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{E(title)}</title>
            {HelpHead.Of(site, page, address)}<link rel="icon" href="{E(site.Picture("icon") ?? "data:,")}">
            <link rel="stylesheet" href="/help/help.css"><link rel="stylesheet" href="/help/theme.css?b={site.Home.Id:N}&amp;c={E(site.Color[1..])}">

            """);
        html.Append(CultureInfo.InvariantCulture, $"""
            </head>
            <body>
            <a class="skip" href="#main">{site.T("skip")}</a>
            <header class="top"><div class="wide">
            <a class="brand" href="/help/{E(site.Language)}">{Logo(site)}</a>
            <nav aria-label="{site.T("nav")}">{(site.Settings.Home is { } home ? $"<a href=\"{E(home)}\" rel=\"noopener\">{site.T("site")}</a>" : "")}{string.Concat(others.Select(one => $"<a href=\"{E(one.Path)}\" hreflang=\"{E(one.Language)}\" lang=\"{E(one.Language)}\">{E(NameOf(one.Language))}</a>"))}</nav>
            </div></header>
            <div class="band"><div class="wide">{Form(site, page.Search)}</div></div>
            <main id="main" class="wide">{page.Body}</main>
            <footer><div class="wide">{E(site.Title)}</div></footer>
            </body>
            </html>
            """);
        return html.ToString();
    }

    /// <summary>The firm's sign, with the name for whoever cannot see it; else the name.</summary>
    private static string Logo(HelpSite site)
    {
        if ((site.Picture("logo-light") ?? site.Picture("logo-dark")) is not { } light)
            return E(site.Title);
        var dark = site.Picture("logo-dark") is { } other && other != light ? $"<source media=\"(prefers-color-scheme: dark)\" srcset=\"{E(other)}\">" : "";
        return $"<picture>{dark}<img src=\"{E(light)}\" alt=\"{E(site.Title)}\" height=\"32\"></picture>";
    }

    private static string Form(HelpSite site, string words) => $"""
        <form role="search" action="/help/{E(site.Language)}/search" method="get"><label class="hidden" for="q">{site.T("search")}</label><input id="q" name="q" type="search" value="{E(words)}" placeholder="{site.T("search_placeholder")}" maxlength="200" autocomplete="off" required><button type="submit">{site.T("search")}</button></form>
        """;

    /// <summary>The same page in another language.</summary>
    public static string In(string path, string language) => "/help/" + language + (path.IndexOf('/', "/help/".Length) is > 0 and var rest ? path[rest..] : "");

    private static string NameOf(string language) => language switch
    {
        "zh-CN" or "zh" => "中文",
        "zh-TW" or "zh-HK" => "繁體中文",
        "en" => "English",
        _ => CultureInfo.GetCultureInfo(language).NativeName is { Length: > 0 } name ? name : language,
    };

    /// <summary>Where the world finds a page; the Host is believed only where it was checked or is a base's own.</summary>
    public static string AddressOf(HttpContext context, HelpSite site, PublicUrl url) =>
        site.Home.Host is { } host && host.Equals(context.Request.Host.Host, StringComparison.OrdinalIgnoreCase) ? $"{context.Request.Scheme}://{context.Request.Host}" : url.For(context.Request);
}
