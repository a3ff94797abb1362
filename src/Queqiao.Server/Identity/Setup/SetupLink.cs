using Microsoft.AspNetCore.Hosting.Server;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Setup;

/// <summary>Prints the set-up link at each start of an empty store, once the server listens and its address is known.</summary>
internal sealed class SetupLink(SetupToken token, IServer server, PublicUrl url, IdentityOptions options) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!await token.IsNeeded(cancellationToken))
            return;
        // In the fragment: browsers do not send it, so it is in no log and no Referer.
        await options.Output.WriteLineAsync($"Set up Queqiao: {url.For(server)}/console/setup#token={token.New()}");
        await options.Output.FlushAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
