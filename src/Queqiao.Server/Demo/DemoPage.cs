using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Demo;

/// <summary><c>/demo</c>: a page of the shop as any web site would be, with the chat embedded by its snippet.</summary>
internal static class DemoPage
{
    /// <summary>As strict as the console's: a site that embeds the widget needs no hole in its policy beyond the server's own address.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly string Css = Resource("shop.css");
    private static readonly string Icons = Resource("icons.svg");

    /// <summary>Category of the shop's files → symbol in <c>icons.svg</c> and class in <c>shop.css</c>.</summary>
    private static readonly (string Category, string Icon)[] Shelves = [("服装", "clothes"), ("鞋靴", "shoes"), ("小家电", "home"), ("手机配件", "phone")];

    public static IResult Show(HttpContext context, DemoState state, string? lang = null)
    {
        var locale = lang is null ? Locale.Of(context) : Locale.FromTag(lang);
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentLanguage = locale.Tag;
        context.Response.Headers.Append("Vary", "Accept-Language");
        return TypedResults.Text(Page(locale, state.Access.ChannelId), "text/html; charset=utf-8");
    }

    public static IResult Style(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Text(Css, "text/css; charset=utf-8");
    }

    private static string Page(Locale locale, Guid channel)
    {
        string T(string code) => Html.Encode(Messages.Text(locale, "demo_" + code));
        var other = locale == Locale.En ? Locale.ZhCn : Locale.En;
        return $"""
            <!doctype html>
            <html lang="{locale.Tag}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{T("title")}</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="/demo/shop.css">
            </head>
            <body>
            {Icons}
            <header class="top">
            <a class="brand" href="/demo"><svg aria-hidden="true"><use href="#i-bridge"/></svg><span>{T("shop")}</span></a>
            <nav aria-label="{T("shelves")}">{string.Concat(Shelves.Select(shelf => $"<a href=\"#{shelf.Icon}\">{T(shelf.Icon)}</a>"))}</nav>
            <a class="lang" href="/demo?lang={other.Tag}" hreflang="{other.Tag}" lang="{other.Tag}">{(other == Locale.En ? "English" : "中文")}</a>
            </header>
            <main>
            <section class="hero">
            <div><p class="season">{T("season")}</p><h1>{T("headline")}</h1><p class="lead">{T("lead")}</p></div>
            <ul class="promises">{string.Concat(((string[])["ship", "return", "care"]).Select(promise => $"<li><strong>{T(promise)}</strong><span>{T(promise + "_more")}</span></li>"))}</ul>
            </section>
            {string.Concat(Shelves.Select(shelf => Shelf(locale, shelf.Category, shelf.Icon, T(shelf.Icon))))}
            </main>
            <footer><p>{T("footer")}</p></footer>
            <script src="/widget.js" data-channel="{channel}" async></script>
            </body>
            </html>
            """;
    }

    private static string Shelf(Locale locale, string category, string icon, string title)
    {
        var page = new StringBuilder($"<section class=\"shelf {icon}\" id=\"{icon}\"><h2>{title}</h2><ul class=\"goods\">");
        foreach (var product in DemoShop.Instance.Products.Where(product => product.Category == category))
        {
            var name = Html.Encode(locale == Locale.En ? product.NameEn : product.NameZh);
            page.Append(CultureInfo.InvariantCulture,
                $"<li><div class=\"picture\"><svg aria-hidden=\"true\"><use href=\"#i-{icon}\"/></svg></div><h3>{name}</h3><p class=\"price\"><small>¥</small>{product.Price:0}</p><p class=\"sku\">{product.Sku}</p></li>");
        }
        return page.Append("</ul></section>").ToString();
    }

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Queqiao.Server.Demo.Shop.{name}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
