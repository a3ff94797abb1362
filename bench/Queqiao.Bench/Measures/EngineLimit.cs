using Queqiao.Bench.Servers;

namespace Queqiao.Bench.Measures;

/// <summary>What the database alone can take, measured in the same run on the same disk: no server can be faster.</summary>
internal static class EngineLimit
{
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(5);

    public static async Task<double> Measure(Store store, int conversations, CancellationToken ct) => store.Postgres is { } postgres
        ? await PostgresLimit.Measure(await postgres.CreateDatabase("limit_run", ct), conversations, Warmup, Length, ct)
        : SqliteLimit.Measure(Path.Combine(store.Folder, "limit"), conversations, Warmup, Length, ct);
}
