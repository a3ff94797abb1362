using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Setup;

/// <summary>Prints the set-up link at each start of an empty store, once the server listens and its address is known.</summary>
internal sealed class SetupLink(SetupToken token, IServer server, PublicUrl url, IdentityOptions options) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!await token.IsNeeded(cancellationToken))
            return;
        var address = url.Configured ?? Reachable(server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());
        // In the fragment: browsers do not send it, so it is in no log and no Referer.
        await options.Output.WriteLineAsync($"Set up Queqiao: {address}/console/setup#token={token.New()}");
        await options.Output.FlushAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A server that listens on every address is found under localhost by whoever reads its console.</summary>
    internal static string Reachable(string? listening)
    {
        if (listening is null)
            return "http://localhost:5080";
        var anywhere = listening.Replace("://[::]", "://localhost", StringComparison.Ordinal)
            .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
            .Replace("://+", "://localhost", StringComparison.Ordinal)
            .Replace("://*", "://localhost", StringComparison.Ordinal);
        return anywhere.TrimEnd('/');
    }
}
