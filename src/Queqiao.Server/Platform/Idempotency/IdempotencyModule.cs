using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Platform.Idempotency;

/// <summary><c>Idempotency-Key</c>: a write of /api/v1 that is sent again is not done again (decisions.md §20).</summary>
internal static class IdempotencyModule
{
    public static void AddIdempotency(this IServiceCollection services)
    {
        services.AddSingleton<IdempotentRequests>();
        services.AddJob<ForgetKeys>();
        services.AddRecurringJob("idempotency.forget", ForgetKeys.Name, "every 1h");
    }

    /// <summary>After UseAccess: keys belong to whoever is signed in.</summary>
    public static void UseIdempotency(this WebApplication app) => app.Use((context, next) =>
        IdempotentRequests.Takes(context) && context.Features.Get<Actor>() is { } actor
            ? context.RequestServices.GetRequiredService<IdempotentRequests>().Run(context, actor, next)
            : next(context));

    /// <summary>The endpoint has a key of its own (<c>clientId</c>) and takes no notice of the header, or its bodies are too large to remember.</summary>
    public static TBuilder HasKeyOfItsOwn<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new KeyOfItsOwn());
}

internal sealed record KeyOfItsOwn;
