using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Gateway;

internal static class GatewayModule
{
    public static void AddGateway(this IServiceCollection services, GatewayOptions? options = null)
    {
        services.AddSingleton(options ?? new GatewayOptions());
        services.Configure<HostOptions>(host => host.ShutdownTimeout = GatewayOptions.StopWithin + (options?.Drain ?? TimeSpan.Zero));
        // Everybody comes back at once after a restart: what does not fit here is lost, and tries again only seconds later.
        services.Configure<SocketTransportOptions>(transport => transport.Backlog = 4096);
        services.AddSingleton<Gateway>();
        services.AddSingleton<Bus.INodeGauge, GatewayGauge>();
        services.AddHostedService(all => all.GetRequiredService<Gateway>());
        services.AddGauge("queqiao.gateway.connections", "{connection}", "Live connections by kind of party and transport.", all => all.GetRequiredService<Gateway>().Count());
    }

    /// <summary>Maps the socket and the event stream. Public: who is speaking is said in the hello.</summary>
    public static void MapGateway(this WebApplication app)
    {
        // A plain delegate: what stands between the web server and an idle socket is kept for as long as the socket lives.
        app.MapGet("/gateway", context => Socket(context, app.Services.GetRequiredService<Gateway>())).IsPublic().ExcludeFromDescription();
        app.MapGet("/gateway/events", Events).IsPublic().TakesQuery("conversation", "after", "list", "cursor").ExcludeFromDescription();
    }

    private static Task Socket(HttpContext context, Gateway gateway) =>
        context.Request.Query.Keys.FirstOrDefault() is { } unknown ? Refusal.BadRequest("unknown_parameter", unknown).ToProblem().ExecuteAsync(context)
        : !context.WebSockets.IsWebSocketRequest ? Refusal.BadRequest("websocket_required").ToProblem().ExecuteAsync(context)
        : gateway.Socket(context);

    private static async Task<IResult> Events(HttpContext context, Gateway gateway, Guid? conversation, long? after, string? list, string? cursor)
    {
        // A visitor's token comes in the header that agents' programs use for theirs: the doors tell them apart.
        var bearer = context.Request.Headers.Authorization is [{ } value] && (value.StartsWith("Bearer v1.", StringComparison.Ordinal) || value.StartsWith("Bearer v2.", StringComparison.Ordinal)) ? value["Bearer ".Length..] : null;
        var hello = new ClientFrame { Op = "hello", Token = bearer, Conversation = conversation, After = after, List = list, Cursor = cursor };
        return await gateway.Stream(context, hello) ? Results.Empty : Refusal.Unauthenticated().ToProblem();
    }
}
