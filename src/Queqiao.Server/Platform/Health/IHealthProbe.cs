namespace Queqiao.Server.Platform.Health;

/// <summary>One thing that must work before this node should get requests. Modules register their own; <see cref="Readiness"/> asks them all.</summary>
internal interface IHealthProbe
{
    /// <summary>One word, as in the answer and in the metrics.</summary>
    string Name { get; }

    /// <summary>Quick, and without a lasting trace: balancers ask every second. An exception counts as failed.</summary>
    ValueTask<HealthFinding> Look(CancellationToken ct);
}

/// <summary>What a probe found.</summary>
/// <param name="State">Whether the node may serve.</param>
/// <param name="Code">What it is, for programs: <c>storage_unavailable</c>, <c>disk_low</c>; null when there is nothing to say.</param>
/// <param name="Detail">Numbers behind it. Never anything about a person.</param>
internal sealed record HealthFinding(HealthState State, string? Code = null, IReadOnlyDictionary<string, long>? Detail = null)
{
    public static readonly HealthFinding Fine = new(HealthState.Ok);

    public static HealthFinding Failed(string code) => new(HealthState.Fail, code);
}

/// <summary>Warn: serves, and somebody should look.</summary>
internal enum HealthState
{
    Ok,
    Warn,
    Fail,
}
