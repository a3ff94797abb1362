using System.Globalization;
using System.Security;
using System.Text;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary><c>/help/sitemap.xml</c> and <c>/robots.txt</c>.</summary>
internal static class HelpSitemap
{
    /// <summary>Addresses with all their languages; the format allows 50,000 and 50 MB.</summary>
    private const int Most = 20_000;

    public static async Task<IResult> Map(HttpContext context, HelpSites sites, PublicUrl url, CancellationToken ct)
    {
        // An address that nobody has set is no address: search engines would be led nowhere.
        if (await sites.Of(context, null, ct) is not { Settings.IsIndexed: true } site)
            return TypedResults.NotFound();
        var address = HelpFrame.AddressOf(context, site, url);
        if (!HelpHead.IsKnown(address))
            return TypedResults.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Text(Of(site, address), "application/xml; charset=utf-8");
    }

    public static async Task<IResult> Robots(HttpContext context, HelpSites sites, PublicUrl url, CancellationToken ct)
    {
        var site = await sites.Of(context, null, ct);
        context.Response.Headers.CacheControl = "public, max-age=300";
        if (site is not { Settings.IsIndexed: true })
            return TypedResults.Text("User-agent: *\nDisallow: /\n", "text/plain; charset=utf-8");
        var address = HelpFrame.AddressOf(context, site, url);
        return TypedResults.Text($"User-agent: *\nAllow: /help\n{(HelpHead.IsKnown(address) ? $"Sitemap: {address}/help/sitemap.xml\n" : "")}Disallow: /\n", "text/plain; charset=utf-8");
    }

    internal static string Of(HelpSite site, string address)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
        List<(string Language, string Path)> Alike(Func<HelpSite, string?> path) =>
            [.. site.Languages.Select(language => (language, path: path(site with { Language = language }))).Where(one => one.path is not null).Select(one => (one.language, one.path!))];
        void Add(List<(string Language, string Path)> alike, long? changed)
        {
            var others = alike.Count < 2 ? "" : string.Concat(alike.Select(one => $"<xhtml:link rel=\"alternate\" hreflang=\"{one.Language}\" href=\"{SecurityElement.Escape(address + one.Path)}\"/>"));
            foreach (var (_, path) in alike)
                xml.Append(CultureInfo.InvariantCulture, $"<url><loc>{SecurityElement.Escape(address + path)}</loc>{(changed is { } at ? $"<lastmod>{DateTimeOffset.FromUnixTimeMilliseconds(at):yyyy-MM-dd}</lastmod>" : "")}{others}</url>\n");
        }
        var items = site.Shelf.Items.Where(site.Shows).OrderBy(item => item.Id).Take(Most / Math.Max(1, site.Languages.Count)).ToList();
        Add(Alike(here => $"/help/{here.Language}"), items.Count == 0 ? null : items.Max(item => item.PublishedAt));
        foreach (var category in site.Shelf.Categories.Values.Where(row => row.BaseId == site.Home.Id).OrderBy(row => row.Position).ThenBy(row => row.Id))
            Add(Alike(here => HelpPages.HasAnything(here, category.Id) ? HelpPages.Link(here, category) : null), null);
        foreach (var item in items)
            Add(Alike(here => here.SpeaksHere(item) ? PublicPath.To(item, here.Language) : null), item.PublishedAt);
        return xml.Append("</urlset>\n").ToString();
    }
}
