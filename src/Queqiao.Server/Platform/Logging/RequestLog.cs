using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;

namespace Queqiao.Server.Platform.Logging;

/// <summary>
/// A line for each request, and the name of its span: method, route as its pattern, status, time, trace. Never the address as it came (it holds search words
/// and ids), nor the caller's, nor a header or body. Probes and the web pages' own files are left out: they are many and say nothing.
/// </summary>
internal sealed class RequestLog(RequestDelegate next, ILoggerFactory logs, LogOptions options)
{
    private readonly ILogger _log = logs.CreateLogger("Queqiao.Requests");

    public async Task InvokeAsync(HttpContext context)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Write(context, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private void Write(HttpContext context, double took)
    {
        var status = context.Response.StatusCode;
        var failed = status >= StatusCodes.Status500InternalServerError;
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span)
            Name(span, context, status);
        if (options.Requests == LoggedRequests.Off || (!failed && (options.Requests == LoggedRequests.Failed || IsBoring(context.Request.Path))))
            return;
        _log.Log(failed ? LogLevel.Warning : LogLevel.Information, "{Method} {Route} {Status} {Ms:0.0} ms", MethodOf(context), RouteOf(context), status, took);
    }

    /// <summary>The request's span says the same as its line (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).</summary>
    private static void Name(Activity span, HttpContext context, int status)
    {
        span.DisplayName = $"{MethodOf(context)} {RouteOf(context)}";
        span.SetTag("http.request.method", MethodOf(context)).SetTag("http.route", RouteOf(context)).SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error);
    }

    private static bool IsBoring(PathString path) =>
        path.StartsWithSegments("/health") || path.StartsWithSegments("/metrics") || path.StartsWithSegments("/console/assets");

    /// <summary>A method that nobody knows may be anything, a name too.</summary>
    public static string MethodOf(HttpContext context) => HttpMethods.GetCanonicalizedValue(context.Request.Method) is var method
        && (HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method)
            || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)) ? method : "OTHER";

    public static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
}
