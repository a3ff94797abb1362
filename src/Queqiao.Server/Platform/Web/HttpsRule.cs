using System.Net;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Web;

/// <summary>Passwords and the cookie they buy do not cross a network in clear: signing in needs HTTPS, or the server's own machine.</summary>
internal sealed class HttpsRule(RequestDelegate next, WebSafetyOptions options)
{
    private static readonly PathString[] SignIns = 
    [
        "/api/v1/session", "/api/v1/setup", "/api/v1/session/proof", "/api/v1/me/password", "/api/v1/invitations/accept", "/api/v1/password-resets/use",
    ];

    public Task InvokeAsync(HttpContext context)
    {
        var isSignIn = HttpMethods.IsPost(context.Request.Method) && Array.Exists(SignIns, path => path == TrimmedPath(context));
        return isSignIn && !options.AllowHttpSignIn && !IsProtected(context.Request)
            ? Refusal.Forbidden("https_required").ToProblem().ExecuteAsync(context)
            : next(context);
    }

    /// <summary>True on HTTPS and on loopback: there the cookie may be set.</summary>
    public static bool IsProtected(HttpRequest request) => request.IsHttps || IsLoopback(request.Host);

    private static PathString TrimmedPath(HttpContext context) => context.Request.Path.Value?.TrimEnd('/');

    public static bool IsLoopback(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host, out var address) && IPAddress.IsLoopback(address));
}
