using System.Globalization;
using System.Text;
using Queqiao.Server.Identity;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary>How a help centre looks: <c>/help/help.css</c> is everybody's, <c>/help/theme.css</c> and the pictures are the firm's. All of it is under the help centre's own name.</summary>
internal static class HelpLook
{
    private static readonly string Css = Resource("help.css");

    public static Microsoft.AspNetCore.Http.HttpResults.ContentHttpResult Style(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Text(Css, "text/css; charset=utf-8");
    }

    public static async Task<IResult> Theme(HttpContext context, HelpSites sites, CancellationToken ct)
    {
        var color = (await sites.Of(context, null, ct))?.Color ?? HelpCentreSettings.OwnColor;
        context.Response.Headers.CacheControl = "public, max-age=86400"; // its address has the colour in it
        return TypedResults.Text(ThemeOf(color), "text/css; charset=utf-8");
    }

    public static async Task<IResult> Picture(string kind, HttpContext context, HelpSites sites, IBranding branding, CancellationToken ct)
    {
        if (await sites.Of(context, null, ct) is not { } site || site.Picture(kind) is null || await branding.Picture(site.Ws, kind, ct) is not { } picture)
            return TypedResults.NotFound();
        context.Response.Headers.CacheControl = context.Request.Query["v"] == picture.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return TypedResults.Bytes(picture.Bytes, picture.ContentType);
    }

    /// <summary>The firm's colour as it is, and letters on it that can be read: inline styles are not allowed.</summary>
    internal static string ThemeOf(string color) => $":root{{--brand:{color};--on-brand:{(Luminance(color) > Middle ? "#000000" : "#ffffff")}}}";

    /// <summary>Above this, black has the better contrast: 4.58 to 1 there, more everywhere else.</summary>
    private const double Middle = 0.179;

    /// <summary>Relative luminance (WCAG 2).</summary>
    internal static double Luminance(string color)
    {
        double Part(int at)
        {
            var value = int.Parse(color.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }

    private static string Resource(string name)
    {
        using var stream = System.Reflection.Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Server.Knowledge." + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
