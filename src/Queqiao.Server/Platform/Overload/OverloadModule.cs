using System.Threading.RateLimiting;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Telemetry;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Overload;

internal static class OverloadModule
{
    /// <summary>Bulk requests at once, and how many may wait for their turn: the rest is told to come again.</summary>
    private static readonly ConcurrencyLimiterOptions BulkAtOnce = new()
    {
        PermitLimit = Math.Max(2, Environment.ProcessorCount),
        QueueLimit = 32,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    };

    public static void AddOverload(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new OverloadOptions { On = Setting.Switch(configuration, "admission", otherwise: true) });
        services.AddSingleton(all => all.GetRequiredService<IStorageEngine>().Backlog);
        services.AddSingleton<Pressure>();
        services.AddHostedService<PressureWatch>();
        services.AddSingleton(_ => new ConcurrencyLimiter(BulkAtOnce));
        services.AddGauge("queqiao.overload.level", "{kind}", "Kinds of work that are turned away: 0 none, 1 bulk, 2 new chats too, 3 arrivals too.", all => [new(all.GetRequiredService<Pressure>().Level)]);
        services.AddGauge("queqiao.overload.wait", "ms", "How long a write that comes now would wait.", all => [new((long)all.GetRequiredService<Pressure>().Wait.TotalMilliseconds)]);
        services.AddGauge("queqiao.storage.backlog", "{write}", "Writes that wait.", all => [new(all.GetRequiredService<Backlog>().Waiting)]);
    }

    /// <summary>This endpoint is work in bulk: the first to be turned away, and only a few at once.</summary>
    public static TBuilder IsBulkWork<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new BulkWork());

    /// <summary>After routing and before anything that costs.</summary>
    public static void UseAdmission(this WebApplication app)
    {
        var pressure = app.Services.GetRequiredService<Pressure>();
        var turns = app.Services.GetRequiredService<ConcurrencyLimiter>();
        app.Use((context, next) => context.GetEndpoint()?.Metadata.GetMetadata<BulkWork>() is null ? next(context) : InTurn(context, next, pressure, turns));
    }

    private static async Task InTurn(HttpContext context, RequestDelegate next, Pressure pressure, ConcurrencyLimiter turns)
    {
        if (pressure.Of(Worth.Bulk) is { } busy)
        {
            await busy.ToProblem().ExecuteAsync(context);
            return;
        }
        using var turn = await turns.AcquireAsync(1, context.RequestAborted);
        if (turn.IsAcquired)
            await next(context);
        else
            await Refusal.Unavailable("busy", Pressure.ComeBack(Worth.Bulk)).ToProblem().ExecuteAsync(context);
    }

    internal sealed record BulkWork;
}
