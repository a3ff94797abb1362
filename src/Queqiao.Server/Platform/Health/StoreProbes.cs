using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Health;

/// <summary>A transaction that is really written and synced.</summary>
internal sealed class StorageProbe(IStorageEngine storage) : IHealthProbe
{
    public string Name => "storage";

    public async ValueTask<HealthFinding> Look(CancellationToken ct) =>
        await storage.Ready(ct) ? HealthFinding.Fine : HealthFinding.Failed("storage_unavailable");
}

/// <summary>Room in the data folder: the store on SQLite, files, keys. On PostgreSQL the database's own disk shows as its refused writes.</summary>
internal sealed class DiskProbe(StorageOptions storage) : IHealthProbe
{
    /// <summary>Below this the next checkpoint may not fit.</summary>
    public const long Least = 32L << 20;

    /// <summary>Below this somebody should look.</summary>
    public const long Comfortable = 1L << 30;

    public string Name => "disk";

    public ValueTask<HealthFinding> Look(CancellationToken ct) => ValueTask.FromResult(Judge(new DriveInfo(storage.DataFolder).AvailableFreeSpace));

    internal static HealthFinding Judge(long free)
    {
        var detail = new Dictionary<string, long> { ["freeBytes"] = free };
        return free < Least ? new HealthFinding(HealthState.Fail, "disk_full", detail)
            : free < Comfortable ? new HealthFinding(HealthState.Warn, "disk_low", detail)
            : new HealthFinding(HealthState.Ok, null, detail);
    }
}

/// <summary>The root keys answer: what they wrap, they unwrap. With a key service behind them, this shows that it is away.</summary>
internal sealed class KeyProbe(IRootKeys roots) : IHealthProbe
{
    private static readonly byte[] Any = new byte[32];

    public string Name => "keys";

    public ValueTask<HealthFinding> Look(CancellationToken ct) =>
        ValueTask.FromResult(roots.Unwrap(roots.Current, roots.Wrap(Any, "health"u8), "health"u8).AsSpan().SequenceEqual(Any) ? HealthFinding.Fine : HealthFinding.Failed("keys_unavailable"));
}
