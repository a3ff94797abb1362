using System.Text.Json;
using Microsoft.Extensions.Options;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Logging;

namespace Queqiao.Server.Platform.Problems;

/// <summary>One place where whatever went wrong becomes an answer.</summary>
internal static class ProblemsModule
{
    private static readonly string[] ApiPrefixes = ["/api", "/widget/v1", "/gateway"];

    /// <summary>Bad requests are thrown in every environment, so that Development and Production answer alike.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);

    /// <summary>
    /// First in the pipeline. Requires <see cref="AddProblems"/>: without it Production would answer bad requests with an empty 400.
    /// </summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app)
    {
        if (!app.ApplicationServices.GetRequiredService<IOptions<RouteHandlerOptions>>().Value.ThrowOnBadRequest)
            throw new InvalidOperationException("UseProblems needs services.AddProblems().");

        return app.UseMiddleware<ProblemsMiddleware>();
    }

    /// <summary>Answers below these paths are read by programs and never left empty or as HTML.</summary>
    public static bool IsApi(PathString path)
    {
        foreach (var prefix in ApiPrefixes)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}

internal sealed class ProblemsMiddleware(RequestDelegate next, ILogger<ProblemsMiddleware> log, IHostEnvironment environment)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (IsEmptyFailure(context))
                await RequestFaults.OfStatus(context.Response.StatusCode).ToProblem().ExecuteAsync(context);
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            await Answer(context, fault);
        }
        catch (Exception fault)
        {
            // Half an answer is out: only a broken connection tells the reader that it is not whole.
            if (!IsHangUp(context, fault))
                Log(context, fault);
            context.Abort();
        }
    }

    private static bool IsHangUp(HttpContext context, Exception fault) =>
        context.RequestAborted.IsCancellationRequested && fault is (OperationCanceledException or IOException);

    private async Task Answer(HttpContext context, Exception fault)
    {
        var response = context.Response;
        if (IsHangUp(context, fault))
        {
            response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        var refusal = fault switch
        {
            StorageUnavailableException storage => Refusal.Unavailable(storage.Code, storage.RetryAfter),
            BadHttpRequestException bad => RequestFaults.Of(bad),
            JsonException json => RequestFaults.Of(json),
            _ when Damages.IsOfDatabase(fault) => Damaged(),
            _ => new Refusal(StatusCodes.Status500InternalServerError, "internal"),
        };
        if (refusal.Status >= StatusCodes.Status500InternalServerError)
            Log(context, fault);
        response.Clear();
        await refusal.ToProblem().ExecuteAsync(context);
    }

    private static Refusal Damaged()
    {
        Damages.Note("database");
        return new Refusal(StatusCodes.Status500InternalServerError, "storage_damaged");
    }

    // Messages of exceptions quote what they choked on (a name, a phone number), so Production logs the kinds and the places.
    // The route is logged as its pattern: addresses hold search words.
    private void Log(HttpContext context, Exception fault) => log.LogError(
        environment.IsDevelopment() ? fault : null,
        "{Method} {Route} failed, trace {TraceId}: {Kinds}\n{Places}",
        RequestLog.MethodOf(context),
        RequestLog.RouteOf(context),
        ProblemResult.TraceIdOf(context),
        FaultLog.Kinds(fault),
        FaultLog.Places(fault));

    private static bool IsEmptyFailure(HttpContext context) =>
        context.Response is { HasStarted: false, StatusCode: >= 400 and < 600, ContentLength: null, ContentType: null }
        && context.Response.StatusCode != StatusCodes.Status499ClientClosedRequest
        && ProblemsModule.IsApi(context.Request.Path);
}
