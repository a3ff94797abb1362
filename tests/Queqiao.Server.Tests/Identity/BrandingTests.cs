using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetVips;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Branding;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

public sealed partial class BrandingTests
{
    private const string Built = """<html><head><title>Queqiao</title><link rel="icon" href="/console/favicon.svg" type="image/svg+xml" /><link rel="apple-touch-icon" href="/console/a.png" /></head><body></body></html>""";

    private static string Png(int width, int height)
    {
        using var image = Image.Black(width, height, bands: 3);
        return Convert.ToBase64String(image.PngsaveBuffer());
    }

    [Fact]
    public void Every_colour_has_shades_that_can_be_read_on_every_ground_of_the_console()
    {
        var css = File.ReadAllText(Path.Combine(Repository.Root, "console", "src", "app", "tokens.css"));
        var tokens = Token().Matches(css).ToDictionary(match => match.Groups[1].Value, match => (Light: match.Groups[2].Value, Dark: match.Groups[3].Value));
        foreach (var color in (string[])["#000000", "#ffffff", "#ffd400", "#00ff00", "#0000ff", "#ff0000", "#7f7f7f", "#1f5fd1", "#0a7d55", "#e91e63", "#000033", "#fafad2"])
        {
            var made = BrandColors.Of(color);
            foreach (var (shades, theme) in new[] { (made.Light, "light"), (made.Dark, "dark") })
            {
                string Ground(string name) => theme == "light" ? tokens[name].Light : tokens[name].Dark;
                void Reads(string ink, string ground, double least = 4.5) => Assert.True(BrandColors.Contrast(ink, ground) >= least, $"{color} {theme}: {ink} on {ground} is {BrandColors.Contrast(ink, ground):0.00}");
                Reads("#ffffff", shades.Fill);
                Reads("#ffffff", shades.Hover);
                Reads(shades.Fill, Ground("surface"), 3);
                foreach (var ground in (string[])["surface", "raised", "canvas", "hover"])
                    Reads(shades.Ink, Ground(ground));
                foreach (var ground in (string[])[shades.Soft, shades.Bubble])
                    Reads(shades.Ink, ground);
                foreach (var ink in (string[])["ink", "ink-2", "ink-3", "bad", "warn"])
                    Reads(Ground(ink), shades.Soft);
                foreach (var ink in (string[])["ink", "ink-2", "bad"])
                    Reads(Ground(ink), shades.Bubble);
            }
        }
        Assert.False(BrandColors.Of("#1f5fd1").IsMoved);
        Assert.True(BrandColors.Of("#ffd400").IsMoved);
    }

    [Fact]
    public void The_page_is_dressed_before_it_is_drawn_and_no_name_becomes_markup()
    {
        var brand = new Brand(3, "<b>A&B</b>", "#0a7d55", null, new Dictionary<string, string> { ["icon"] = "abc", ["logo-light"] = "def" });
        var page = BrandDress.Page(Built, brand);
        Assert.Contains("<title>&lt;b&gt;A&amp;B&lt;/b&gt;</title>", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/console/brand/3/colors.css?v=0a7d55\"", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"icon\" href=\"/console/brand/3/icon?v=abc\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("favicon.svg", page, StringComparison.Ordinal);
        var manifest = JsonDocument.Parse(BrandDress.Manifest("""{"name":"Queqiao","short_name":"Queqiao","description":"x","id":"/console/","icons":[{"src":"icon-192.png"}]}""", brand)).RootElement;
        Assert.Equal(("<b>A&B</b>", "/console/brand/3/icon?v=abc", "/console/"), (manifest.GetProperty("name").GetString(), manifest.GetProperty("icons")[0].GetProperty("src").GetString(), manifest.GetProperty("id").GetString()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_brand_is_set_shown_to_everybody_and_taken_back(string engine)
    {
        await using var site = await Site.Open(engine);
        using var stranger = new ApiClient(site.Address);
        Task<ApiAnswer> Put(string path, object body) => site.Owner.Api.Send(HttpMethod.Put, "/api/v1/branding" + path, body);
        var set = (await Put("", new { name = " 优选客服 ", color = "#0A7D55", mailFooter = "上海" })).Expect(HttpStatusCode.OK);
        Assert.Equal(("优选客服", "#0a7d55", "上海"), (set.Text("name"), set.Text("color"), set.Text("mailFooter")));
        var shown = (await Put("/images/icon", new { contentType = "image/png", data = Png(256, 256) })).Expect(HttpStatusCode.OK).GetProperty("images").Text("icon");

        using (var image = await stranger.Raw(HttpMethod.Get, shown))
            Assert.Equal((HttpStatusCode.OK, "image/png", true), (image.StatusCode, image.Content.Headers.ContentType!.MediaType, image.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal)));
        using (var css = await stranger.Raw(HttpMethod.Get, "/console/brand/1/colors.css"))
            Assert.Contains("--brand: light-dark(#0a7d55", await css.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("branding.image_set", (await site.Owner.Api.Get("/api/v1/audit?limit=5")).Expect(HttpStatusCode.OK).ToString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.BadRequest, (await Put("/images/icon", new { contentType = "image/png", data = Png(256, 200) })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Put("/images/logo-dark", new { contentType = "image/png", data = Convert.ToBase64String("<svg onload=alert(1)>"u8) })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Put("", new { color = "red" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Put("/images/banner", new { contentType = "image/png", data = Png(9, 9) })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("supervisor")).Api.Get("/api/v1/branding")).Status);

        (await site.Owner.Api.Delete("/api/v1/branding/images/icon")).Expect(HttpStatusCode.OK);
        (await Put("", new { })).Expect(HttpStatusCode.OK);
        Assert.True((await site.The<IBranding>().Of(1, default)).IsNone);
        using (var gone = await stranger.Raw(HttpMethod.Get, shown))
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [GeneratedRegex(@"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)")]
    private static partial Regex Token();
}
