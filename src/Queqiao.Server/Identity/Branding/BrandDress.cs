using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Branding;

/// <summary>
/// The brand is in the page before anything is drawn: name and icon in its head, colours in a style sheet that it waits for. Whoever is
/// signed in gets their workspace's, everybody else the first workspace's.
/// </summary>
internal sealed partial class BrandDress(BrandBook book, IActors actors) : IConsoleDress
{
    public async ValueTask<string?> Dress(HttpContext context, string plain, bool isPage)
    {
        var brand = await Whose(context);
        return brand.IsNone ? null : isPage ? Page(plain, brand) : Manifest(plain, brand);
    }

    public async ValueTask<Brand> Whose(HttpContext context) =>
        await actors.Of(context) is { } actor ? await book.Of(actor.Ws, context.RequestAborted) : await book.OfServer(context.RequestAborted);

    public static string ImagePath(Brand brand, string kind) => $"/console/brand/{brand.Ws}/{kind}?v={brand.Images[kind]}";

    public static string? SheetPath(Brand brand) => brand.Color is { } color ? $"/console/brand/{brand.Ws}/colors.css?v={color[1..]}" : null;

    internal static string Page(string plain, Brand brand)
    {
        var page = plain;
        if (brand.Name is { } name)
            page = TitleTag().Replace(page, _ => $"<title>{WebUtility.HtmlEncode(name)}</title>");
        if (brand.Images.ContainsKey("icon"))
        {
            page = IconTag().Replace(page, _ => $"<link rel=\"icon\" href=\"{ImagePath(brand, "icon")}\" />");
            page = AppleTag().Replace(page, _ => $"<link rel=\"apple-touch-icon\" href=\"{ImagePath(brand, "icon")}\" />");
        }
        var about = JsonSerializer.Serialize(BrandView.Shown(brand), StrictJson.Options);
        var head = $"<meta name=\"queqiao-brand\" content=\"{WebUtility.HtmlEncode(about)}\" />";
        if (SheetPath(brand) is { } sheet)
            head += $"<link rel=\"stylesheet\" href=\"{sheet}\" data-brand />";
        return page.Replace("</head>", head + "</head>", StringComparison.Ordinal);
    }

    internal static string Manifest(string plain, Brand brand)
    {
        var manifest = JsonNode.Parse(plain)!.AsObject();
        if (brand.Name is { } name)
        {
            manifest["name"] = name;
            manifest["short_name"] = name.Length <= 12 ? name : name[..12];
            manifest.Remove("description");
        }
        if (brand.Images.ContainsKey("icon"))
            manifest["icons"] = new JsonArray(new JsonObject { ["src"] = ImagePath(brand, "icon"), ["sizes"] = "512x512", ["type"] = "image/png" });
        return manifest.ToJsonString();
    }

    [GeneratedRegex("<title>[^<]*</title>", RegexOptions.NonBacktracking)]
    private static partial Regex TitleTag();

    [GeneratedRegex("<link rel=\"icon\"[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex IconTag();

    [GeneratedRegex("<link rel=\"apple-touch-icon\"[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex AppleTag();
}
