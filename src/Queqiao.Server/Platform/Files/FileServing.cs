using Microsoft.Net.Http.Headers;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Files;

/// <summary><c>/files/TOKEN</c>: gives out blobs to whoever has a link. Cookies are not looked at.</summary>
internal static class FileServing
{
    /// <summary>Should a browser ever show one of them as a page, it is a page that can do nothing.</summary>
    private const string Policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; frame-ancestors 'none'";

    /// <summary>
    /// For a PDF that colleagues look at: browsers show it by a program that is no page of ours (no script of it reaches us, no address is
    /// asked), and that does not start in a sandbox. Only the console may frame it.
    /// </summary>
    private const string ViewerPolicy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

    private const string Pdf = "application/pdf";

    public static void Map(IEndpointRouteBuilder app)
    {
        var methods = new[] { HttpMethods.Get, HttpMethods.Head };
        app.MapMethods("/files/{token}", methods, Give).IsPublic().TakesQuery("save", "view").WithName("file").WithSummary("The contents of a file, by a link from POST /api/v1/files/links");
    }

    private static async Task<IResult> Give(string token, string? save, string? view, HttpContext context, FileLinks links, StoredFiles files, CancellationToken ct)
    {
        if (links.Read(token) is not { } link
            || await files.Row(link.Ws, link.File, ct) is not { State: FileState.Ready } row
            || await files.Read(row, link.Variant, ct) is not { } content)
            return Refusal.NotFound().ToProblem();
        context.Response.RegisterForDispose(content);
        var file = await files.View(row, ct);
        var isThumb = link.Variant == Variant.Thumb;
        var isViewed = view is not null && link is { Audience: LinkAudience.Agent, Variant: Variant.Served } && file.ContentType == Pdf;
        var inline = (file.IsInline || isViewed) && save is null;
        var headers = context.Response.Headers;
        headers.CacheControl = "private, no-store";
        headers.ContentSecurityPolicy = isViewed ? ViewerPolicy : Policy;
        headers["Cross-Origin-Resource-Policy"] = link.Audience == LinkAudience.Visitor ? "cross-origin" : "same-origin";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentDisposition = Disposition(inline || isThumb, file.Name);
        return TypedResults.Stream(content, isThumb ? "image/webp" : file.ContentType, enableRangeProcessing: true);
    }

    private static string Disposition(bool inline, string name)
    {
        var disposition = new ContentDispositionHeaderValue(inline ? "inline" : "attachment");
        disposition.SetHttpFileName(name);
        return disposition.ToString();
    }
}
