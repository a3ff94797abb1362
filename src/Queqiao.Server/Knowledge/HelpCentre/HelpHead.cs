using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary>What stands in a page's head for search engines and for whoever shows a link to it. Nothing of it is for readers.</summary>
internal static class HelpHead
{
    private static string E(string? text) => HelpFrame.E(text);

    /// <param name="address">Scheme and host. Where nobody has said what they are, nothing is said that needs them: a wrong canonical address is worse than none.</param>
    public static string Of(HelpSite site, HelpFrame.Page page, string address)
    {
        var html = new StringBuilder(2048);
        var description = page.Description ?? site.Lead ?? site.Title;
        html.Append(CultureInfo.InvariantCulture, $"<meta name=\"description\" content=\"{E(description)}\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<meta property=\"og:title\" content=\"{E(page.Title)}\"><meta property=\"og:description\" content=\"{E(description)}\"><meta property=\"og:type\" content=\"{(page.ChangedAt is null ? "website" : "article")}\"><meta property=\"og:site_name\" content=\"{E(site.Title)}\"><meta property=\"og:locale\" content=\"{E(site.Language.Replace('-', '_'))}\"><meta name=\"twitter:card\" content=\"summary\">\n");
        if (page.ChangedAt is { } changed)
            html.Append(CultureInfo.InvariantCulture, $"<meta property=\"article:modified_time\" content=\"{DateTimeOffset.FromUnixTimeMilliseconds(changed):yyyy-MM-ddTHH:mm:ssZ}\">\n");
        if (!page.IsIndexed || !site.Settings.IsIndexed)
            return html.Append("<meta name=\"robots\" content=\"noindex\">\n").ToString();
        if (IsKnown(address))
            Addresses(html, site, page, address);
        return html.ToString();
    }

    public static bool IsKnown(string address) => address != PublicUrl.Unknown;

    private static void Addresses(StringBuilder html, HelpSite site, HelpFrame.Page page, string address)
    {
        html.Append(CultureInfo.InvariantCulture, $"<link rel=\"canonical\" href=\"{E(address + page.Path)}\"><meta property=\"og:url\" content=\"{E(address + page.Path)}\">\n");
        if (site.Picture("logo-light") is { } logo)
            html.Append(CultureInfo.InvariantCulture, $"<meta property=\"og:image\" content=\"{E(address + logo)}\">\n");
        var paths = page.PathsIn(site);
        if (paths.Count > 1)
        {
            foreach (var (language, path) in paths)
                html.Append(CultureInfo.InvariantCulture, $"<link rel=\"alternate\" hreflang=\"{E(language)}\" href=\"{E(address + path)}\">\n");
            html.Append(CultureInfo.InvariantCulture, $"<link rel=\"alternate\" hreflang=\"x-default\" href=\"{E(address + paths[0].Path)}\">\n");
        }
        foreach (var data in Data(site, page, address))
            html.Append("<script type=\"application/ld+json\">").Append(JsonSerializer.Serialize(data, Embedded)).Append("</script>\n");
    }

    private static IEnumerable<Dictionary<string, object>> Data(HelpSite site, HelpFrame.Page page, string address)
    {
        if (page.Data is { } about)
        {
            var whole = new Dictionary<string, object>(about) { ["@context"] = "https://schema.org", ["inLanguage"] = site.Language, ["url"] = address + page.Path };
            if (about["@type"] is "Article")
                (whole["mainEntityOfPage"], whole["publisher"]) = (address + page.Path, Publisher(site, address));
            yield return whole;
        }
        if (page.Trail is not { Count: > 0 } trail)
            yield break;
        yield return new Dictionary<string, object>
        {
            ["@context"] = "https://schema.org", ["@type"] = "BreadcrumbList",
            ["itemListElement"] = trail.Select((step, i) => new Dictionary<string, object> { ["@type"] = "ListItem", ["position"] = i + 1, ["name"] = step.Name, ["item"] = address + step.Path }).ToArray(),
        };
    }

    private static Dictionary<string, object> Publisher(HelpSite site, string address)
    {
        var firm = new Dictionary<string, object> { ["@type"] = "Organization", ["name"] = site.Title };
        if (site.Picture("logo-light") is { } logo)
            firm["logo"] = address + logo;
        return firm;
    }

    /// <summary>Inside a script element: every sign that could end it is escaped.</summary>
    private static readonly JsonSerializerOptions Embedded = new() { Encoder = JavaScriptEncoder.Default };
}
