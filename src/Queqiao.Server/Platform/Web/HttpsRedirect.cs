using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Web;

/// <summary>
/// With <c>--redirect-http</c>: who comes by plain HTTP is sent to HTTPS. What is not a plain look (a sign-in, a socket) is refused
/// instead: it has crossed the network in clear already, and a redirect would hide that. Probes and this machine are let through.
/// </summary>
internal sealed class HttpsRedirect(RequestDelegate next, WebSafetyOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (options.RedirectHttpTo is not { } target || request.IsHttps || HttpsRule.IsLoopback(request.Host) || request.Path.StartsWithSegments("/health") || request.Path.StartsWithSegments("/metrics"))
            return next(context);
        var isLook = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !ProblemsModule.IsApi(request.Path);
        if (!isLook)
            return Refusal.Forbidden("https_required").ToProblem().ExecuteAsync(context);
        // To the configured address: a Host header is anybody's to write, and browsers keep a permanent redirect.
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"{target}{request.PathBase}{request.Path}{request.QueryString}";
        return Task.CompletedTask;
    }
}
