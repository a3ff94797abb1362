using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Web;

/// <summary>
/// Stands in for a CSRF token: what changes something under <c>/api/v1</c> comes from our own pages or from a program that is no
/// browser, and is JSON, which no form can send. The cookie is SameSite besides.
/// </summary>
internal sealed class OriginGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments("/api/v1") || IsSafe(request.Method))
            return next(context);
        if (!IsByTokenAlone(request) && !IsSameOrigin(context))
            return Refusal.Forbidden("origin_not_allowed").ToProblem().ExecuteAsync(context);
        if (HasBody(context) && !IsJson(request) && !IsPiece(request))
            return new Refusal(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type").ToProblem().ExecuteAsync(context);
        return next(context);
    }

    /// <summary>
    /// True when the browser says so, or when nothing says that a browser is asking. Also for the socket's upgrade.
    /// Sec-Fetch-Site cannot be written by a page and knows the address that the user sees, so it outranks Origin, which has to be
    /// compared with a Host that a proxy may have replaced. Browsers send it only to HTTPS and loopback.
    /// </summary>
    public static bool IsSameOrigin(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.TryGetValue("Sec-Fetch-Site", out var site))
            return site.Count == 1 && site[0] is "same-origin" or "none";
        if (!headers.TryGetValue("Origin", out var origin))
            return true;
        return origin.Count == 1
            && Uri.TryCreate(origin[0], UriKind.Absolute, out var from)
            && (from.Scheme == Uri.UriSchemeHttps || (from.Scheme == Uri.UriSchemeHttp && !context.Request.IsHttps))
            && HostString.FromUriComponent(from).Equals(WithoutDefaultPort(context.Request, from.Scheme));
    }

    private static HostString WithoutDefaultPort(HttpRequest request, string scheme) =>
        request.Host.Port == (scheme == Uri.UriSchemeHttps ? 443 : 80) ? new HostString(request.Host.Host) : request.Host;

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    // Browsers never add a bearer token by themselves, so such a request was meant by whoever holds the token.
    private static bool IsByTokenAlone(HttpRequest request) =>
        request.Headers.Cookie.Count == 0
        && request.Headers.Authorization is [{ } authorization]
        && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    private static bool HasBody(HttpContext context) =>
        context.Request.ContentLength is > 0
        || (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true);

    /// <summary>A piece of an upload: like JSON, nothing that a form could send.</summary>
    private static bool IsPiece(HttpRequest request) =>
        HttpMethods.IsPatch(request.Method) && request.Path.StartsWithSegments("/api/v1/files")
        && string.Equals(request.ContentType, Files.UploadRequests.PieceType, StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || type.CharSet.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
