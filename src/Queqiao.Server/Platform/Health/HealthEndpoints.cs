using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Health;

/// <summary>What a supervisor of processes and a balancer ask. Live: the process answers. Ready: it can store what it is given.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", static () => TypedResults.Ok(new HealthAnswer("live"))).IsPublic().ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).IsPublic().ExcludeFromDescription();
    }

    private static async Task<IResult> Ready(IStorageEngine storage, CancellationToken ct) => await storage.Ready(ct)
        ? TypedResults.Ok(new HealthAnswer("ready"))
        : TypedResults.Json(new HealthAnswer("storage_unavailable"), statusCode: StatusCodes.Status503ServiceUnavailable);

    internal sealed record HealthAnswer(string Status);
}
