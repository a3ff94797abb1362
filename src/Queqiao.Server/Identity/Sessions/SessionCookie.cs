namespace Queqiao.Server.Identity.Sessions;

/// <summary>
/// The cookie that holds the session's token. With HTTPS its name begins with <c>__Host-</c>: browsers then take it only from this
/// host itself and only over HTTPS, so neither a sister domain nor somebody on the line can slip one in (RFC 6265bis 4.1.3.2).
/// </summary>
internal static class SessionCookie
{
    public const string Secure = "__Host-queqiao";
    public const string Loopback = "queqiao";

    /// <summary>The token that a request carries: in the cookie, or as a bearer (RFC 6750) when a program asks.</summary>
    public static string? TokenOf(HttpRequest request)
    {
        if (request.Headers.Authorization is [{ } authorization] && authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return authorization["Bearer ".Length..].Trim();
        return request.Cookies[NameFor(request)];
    }

    /// <summary>A cookie of the browser's session: when it ends is the server's to say.</summary>
    public static void Set(HttpContext context, string token) =>
        context.Response.Cookies.Append(NameFor(context.Request), token, Options(context.Request));

    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(NameFor(context.Request), Options(context.Request));

    private static string NameFor(HttpRequest request) => request.IsHttps ? Secure : Loopback;

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        Path = "/",
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
    };
}
