namespace Queqiao.Server.Identity.Devices;

/// <summary>
/// By what a browser is known again after the session is over: 256 random bits that say nothing about anybody. It signs nobody in; it is
/// only looked at together with a right password or a provider's word.
/// </summary>
internal static class DeviceCookie
{
    private const string Secure = "__Host-queqiao-device";
    private const string Loopback = "queqiao-device";

    /// <summary>As long as browsers keep a cookie (RFC 6265bis 5.5: 400 days).</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    public static string? Of(HttpRequest request) => request.Cookies[NameFor(request)];

    public static void Set(HttpContext context, string token) => context.Response.Cookies.Append(NameFor(context.Request), token, new CookieOptions
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = Kept,
        Path = "/",
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
    });

    private static string NameFor(HttpRequest request) => request.IsHttps ? Secure : Loopback;
}
