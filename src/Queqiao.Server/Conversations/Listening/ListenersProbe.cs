using Queqiao.Server.Platform.Health;

namespace Queqiao.Server.Conversations.Listening;

/// <summary>
/// Listeners run: a node whose screens are alive and whose listeners are not would look well and forget its work. A long way
/// behind is a warning: taking requests away from the node would not make it faster.
/// </summary>
internal sealed class ListenersProbe(Listeners listeners) : IHealthProbe
{
    /// <summary>Entries behind that somebody should look at.</summary>
    public const long Far = 10_000;

    /// <summary>A turn longer than this is stuck.</summary>
    public static readonly TimeSpan Stuck = TimeSpan.FromMinutes(1);

    public string Name => "listeners";

    public ValueTask<HealthFinding> Look(CancellationToken ct) => ValueTask.FromResult(Judge(listeners.HaveBegun, listeners.QuietFor, listeners.Lag));

    internal static HealthFinding Judge(bool begun, TimeSpan quietFor, IReadOnlyDictionary<string, long> lag)
    {
        if (!begun)
            return HealthFinding.Failed("listeners_not_started");
        return quietFor > Stuck ? new HealthFinding(HealthState.Warn, "listeners_stuck", lag)
            : lag.Values.Any(entries => entries > Far) ? new HealthFinding(HealthState.Warn, "listeners_behind", lag)
            : new HealthFinding(HealthState.Ok, null, lag);
    }
}
