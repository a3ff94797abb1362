namespace Queqiao.Server.Platform.Web;

/// <summary>
/// Headers that keep browsers from doing more with an answer than it is for. They are added when the answer starts, so that no
/// error path can lose them; what a handler set itself stays.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next, WebSafetyOptions options)
{
    /// <summary>Nothing inline, nothing foreign. Measured with the console and its libraries; <c>frame-src</c> is for mail in a sandboxed frame.</summary>
    public const string ConsolePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; " +
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

    /// <summary>
    /// What could become script only through a policy of its own (https://www.w3.org/TR/trusted-types/). Vue has one, for what it drew at build
    /// time, and the editor of articles one for what is pasted. Reported and not refused: a library that is wrong about itself must not leave agents with a white page; a test takes every report as a fault.
    /// </summary>
    public const string TrustedTypesPolicy = "require-trusted-types-for 'script'; trusted-types vue queqiao-worker ProseMirrorClipboard";

    /// <summary>For answers that are no page.</summary>
    public const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    private readonly string? _hsts = options.HstsSeconds > 0 ? $"max-age={options.HstsSeconds}" : null;

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state => Add((Call)state), new Call(context, _hsts));
        return next(context);
    }

    private sealed record Call(HttpContext Context, string? Hsts);

    private static Task Add(Call call)
    {
        var (context, hsts) = call;
        var headers = context.Response.Headers;
        var path = context.Request.Path;
        var console = path.StartsWithSegments("/console");
        var widget = path.StartsWithSegments("/widget") || path == "/widget.js";

        headers.XContentTypeOptions = "nosniff";
        headers.TryAdd("Content-Security-Policy", console ? ConsolePolicy : NothingPolicy);
        headers.TryAdd("Referrer-Policy", console ? "strict-origin-when-cross-origin" : "no-referrer");
        headers.TryAdd("Cross-Origin-Resource-Policy", widget ? "cross-origin" : "same-origin");
        if (console)
        {
            headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
            headers.TryAdd("Content-Security-Policy-Report-Only", TrustedTypesPolicy);
            headers.TryAdd("Permissions-Policy", "microphone=(self), camera=(self), geolocation=()");
        }
        if (path.StartsWithSegments("/api") || path.StartsWithSegments("/widget/v1"))
            headers.TryAdd("Cache-Control", "no-store");
        if (hsts is not null && context.Request.IsHttps)
            headers.TryAdd("Strict-Transport-Security", hsts);
        return Task.CompletedTask;
    }
}
