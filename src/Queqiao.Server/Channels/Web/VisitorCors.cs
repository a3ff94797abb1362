namespace Queqiao.Server.Channels.Web;

/// <summary>
/// Lets pages of other origins call what the widget calls. No cookies are ever involved, so any page may ask;
/// which pages a channel welcomes is decided where its settings are known.
/// </summary>
internal static class VisitorCors
{
    public static void UseVisitorCors(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        var isWidgets = request.Path.StartsWithSegments("/widget/v1") || request.Path.StartsWithSegments("/gateway/events");
        if (!isWidgets || request.Headers.Origin is not [{ Length: > 0 } origin])
        {
            return next(context);
        }
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
        headers.AccessControlExposeHeaders = "Retry-After, Upload-Offset, Upload-Length";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (!HttpMethods.IsOptions(request.Method))
        {
            return next(context);
        }
        headers.AccessControlAllowMethods = "GET, HEAD, POST, PATCH, DELETE";
        headers.AccessControlAllowHeaders = "authorization, content-type, accept-language, upload-offset";
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });
}
