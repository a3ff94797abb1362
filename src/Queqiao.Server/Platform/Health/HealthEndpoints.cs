using System.Text.Json.Serialization;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Platform.Health;

/// <summary>What a supervisor of processes and a balancer ask. Live: the process answers. Ready: it should get requests now.</summary>
internal static class HealthEndpoints
{
    public static void AddHealth(this IServiceCollection services, MonitoringOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<Insiders>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<IHealthProbe, StorageProbe>();
        services.AddSingleton<IHealthProbe, DiskProbe>();
        services.AddSingleton<IHealthProbe, KeyProbe>();
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", static () => TypedResults.Ok(new HealthAnswer("live"))).IsPublic().ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).IsPublic().ExcludeFromDescription();
        app.MapGet("/health/balancer", Balancer).IsPublic().ExcludeFromDescription();
    }

    /// <summary>The world hears one word; what is behind it tells an attacker when to strike, so only operators hear that.</summary>
    private static async Task<IResult> Ready(HttpContext context, Readiness readiness, Insiders insiders)
    {
        var report = await readiness.Look();
        var checks = await insiders.Includes(context) ? report.Lines.Select(CheckAnswer.Of).ToList() : null;
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new HealthAnswer(report.Status, checks), statusCode: report.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>
    /// For balancers that tell "send nothing new, keep what runs" from "cut it off": 200, 404 while the node leaves, 503 when it cannot serve
    /// (HAProxy: <c>http-check disable-on-404</c>).
    /// </summary>
    private static async Task<IResult> Balancer(HttpContext context, Readiness readiness)
    {
        var report = await readiness.Look();
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new HealthAnswer(report.Status), statusCode: report.IsReady ? StatusCodes.Status200OK
            : report.Status == "stopping" ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable);
    }

    internal sealed record HealthAnswer(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CheckAnswer>? Checks = null);

    internal sealed record CheckAnswer(
        string Name, string Status, long Ms,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, long>? Detail)
    {
        public static CheckAnswer Of(HealthLine line) =>
            new(line.Name, line.Finding.State switch { HealthState.Ok => "ok", HealthState.Warn => "warn", _ => "fail" }, line.Milliseconds, line.Finding.Code, line.Finding.Detail);
    }
}
