using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Knowledge.HelpCentre;

/// <summary><c>/help</c>: the public help centre, made by the server. It sets no cookie, reads none, and shows what is for everybody only.</summary>
internal static class HelpEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private const int MostWords = 200;

    public static void MapHelpCentre(this IEndpointRouteBuilder app)
    {
        void Get(string path, Delegate handler) => app.MapMethods(path, Reading, handler).IsPublic().ExcludeFromDescription();
        Get("/help", Begin);
        Get("/help/{language}", Home);
        Get("/help/{language}/categories/{slug}", Category);
        Get("/help/{language}/articles/{id:guid}/{slug?}", Article);
        Get("/help/{language}/search", Search);
        app.MapPost("/help/{language}/articles/{id:guid}/feedback", Feedback).IsPublic().ExcludeFromDescription().DisableAntiforgery();
        Get("/help/sitemap.xml", HelpSitemap.Map);
        Get("/help/help.css", HelpLook.Style);
        Get("/help/theme.css", HelpLook.Theme);
        Get("/help/brand/{kind}", HelpLook.Picture);
        Get("/help/files/{id:guid}", Files.ServeFile.Public);
        Get("/help/{language}/{**rest}", (string language, string? rest, HttpContext context, HelpSites sites, PublicUrl url, CancellationToken ct) => On(language, context, sites, url, _ => null, ct));
        Get("/robots.txt", HelpSitemap.Robots);
    }

    private static async Task<IResult> Begin(HttpContext context, HelpSites sites, CancellationToken ct)
    {
        context.Response.Headers.Append("Vary", "Accept-Language");
        context.Response.Headers.CacheControl = "no-cache";
        return await sites.Of(context, null, ct) is { } site ? TypedResults.Redirect($"/help/{site.Language}") : TypedResults.NotFound();
    }

    private static Task<IResult> Home(string language, HttpContext context, HelpSites sites, PublicUrl url, CancellationToken ct) => On(language, context, sites, url, site => HelpPages.Home(site), ct);

    private static Task<IResult> Category(string language, string slug, HttpContext context, HelpSites sites, PublicUrl url, CancellationToken ct) => On(language, context, sites, url, site => HelpPages.Category(site, slug), ct);

    private static Task<IResult> Article(string language, Guid id, string? slug, HttpContext context, HelpSites sites, IKnowledge knowledge, PublicUrl url, CancellationToken ct) => On(language, context, sites, url, site =>
    {
        _ = slug; // for people and search engines; the id says which
        if (site.Find(id) is not { } item)
            return null;
        knowledge.Note(site.Ws, id, KnowledgeUse.Viewed);
        return HelpPages.Article(site, item, thanks: context.Request.Query.ContainsKey("thanks"));
    }, ct);

    private static async Task<IResult> Search(string language, HttpContext context, HelpSites sites, IKnowledge knowledge, RateLimits limits, PublicUrl url, CancellationToken ct, string? q = null)
    {
        if (await sites.Of(context, language, ct) is not { } site)
            return TypedResults.NotFound();
        if (limits.OfAddress(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        var words = (q ?? "").Trim();
        words = words.Length > MostWords ? words[..MostWords] : words;
        if (words.Length == 0)
            return TypedResults.Redirect($"/help/{language}");
        var found = await knowledge.Search(site.Ws, new KnowledgeQuery(words, KnowledgeReader.Stranger, site.Home.Id, language, Limit: 20), ct);
        var path = await knowledge.Path(site.Ws, site.Home.Id, words, KnowledgeReader.Stranger, ct);
        if (found.Hits.Count == 0 && path is null)
            knowledge.Missed(site.Ws, site.Home.Id, words, "help");
        return HelpFrame.Answer(context, site, HelpPages.Search(site, words, found, path?.Path ?? []), HelpFrame.AddressOf(context, site, url));
    }

    private static async Task<IResult> Feedback(string language, Guid id, HttpContext context, HelpSites sites, ReaderFeedback feedback, RateLimits limits, CancellationToken ct)
    {
        if (await sites.Of(context, language, ct) is not { } site || site.Find(id) is not { } item)
            return TypedResults.NotFound();
        if (!OriginGuard.IsSameOrigin(context))
            return Refusal.Forbidden("origin_not_allowed").ToProblem();
        if (limits.OfNewSession(context.Connection.RemoteIpAddress) is { } tooMany)
            return tooMany.ToProblem();
        if (!context.Request.HasFormContentType)
            return new Refusal(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type").ToProblem();
        var form = await context.Request.ReadFormAsync(new Microsoft.AspNetCore.Http.Features.FormOptions { ValueCountLimit = 4, ValueLengthLimit = 8_000, KeyLengthLimit = 20 }, ct);
        if (form["liked"] is not [("1" or "0") and var liked])
            return Refusal.Invalid("liked", "required").ToProblem();
        await feedback.Give(site.Ws, item, liked == "1", form["comment"], "help", ct);
        return TypedResults.Redirect(PublicPath.To(item, language) + "?thanks#thanks");
    }

    private static async Task<IResult> On(string language, HttpContext context, HelpSites sites, PublicUrl url, Func<HelpSite, HelpFrame.Page?> make, CancellationToken ct)
    {
        var site = await sites.Of(context, language, ct);
        if ((site ?? await sites.Of(context, null, ct)) is not { } shown) // a language that is not spoken here: the page that says so is in the first one
            return TypedResults.NotFound();
        var address = HelpFrame.AddressOf(context, shown, url);
        if (site is null)
            return HelpFrame.Answer(context, shown, HelpPages.Missing(shown), address, StatusCodes.Status404NotFound);
        return make(site) is { } page ? HelpFrame.Answer(context, site, page, address) : HelpFrame.Answer(context, site, HelpPages.Missing(site), address, StatusCodes.Status404NotFound);
    }
}
