using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Sending;

/// <summary>Tokens that came while the store was away are written down as soon as it is back, also when nobody asks for them, and before the server ends.</summary>
internal sealed class KeepTokens(ChannelTokens tokens, TimeProvider clock, ILogger<KeepTokens> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Keep(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await Keep(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private async Task Keep(CancellationToken ct)
    {
        try
        {
            await tokens.KeepRest(ct);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            log.Fault(LogLevel.Warning, trouble, "Tokens of channels could not be stored yet");
        }
    }
}
