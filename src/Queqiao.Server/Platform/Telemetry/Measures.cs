using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Queqiao.Server.Platform.Telemetry;

/// <summary>
/// What the server counts while it works. Instruments cost nothing while nobody listens. Names and units are those of
/// OpenTelemetry; labels are codes and kinds of ours, never ids or texts.
/// </summary>
internal static class Measures
{
    public const string Name = "Queqiao";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] };

    /// <summary>Messages on disk, by <c>direction</c> (in, out, note).</summary>
    public static readonly Counter<long> Messages = Meter.CreateCounter<long>("queqiao.messages", "{message}", "Messages and notes that were acknowledged.");

    /// <summary>From the moment a command was queued until its sender was told.</summary>
    public static readonly Histogram<double> Ack = Meter.CreateHistogram("queqiao.log.ack.duration", "s", "Time from queueing a command of the log to its answer.", advice: Seconds);

    /// <summary>Commands that became one transaction.</summary>
    public static readonly Histogram<int> Batch = Meter.CreateHistogram("queqiao.log.batch.size", "{command}", "Commands in one transaction of the log.", advice: Sizes);

    /// <summary>How long the oldest of a batch had waited for the lane (SQLite) or its shard (PostgreSQL).</summary>
    public static readonly Histogram<double> LaneWait = Meter.CreateHistogram("queqiao.storage.lane.wait", "s", "Time that the oldest write of a batch had waited.", advice: Seconds);

    /// <summary>Writing and syncing one batch.</summary>
    public static readonly Histogram<double> Commit = Meter.CreateHistogram("queqiao.storage.commit.duration", "s", "Time from the begin of a batch's transaction to its commit.", advice: Seconds);

    /// <summary>Work that was turned away because there was too much of it, by <c>worth</c>.</summary>
    public static readonly Counter<long> Shed = Meter.CreateCounter<long>("queqiao.overload.shed", "{request}", "Requests and messages that were turned away because there was too much to do.");

    /// <summary>Refusals, by <c>code</c>; on the gateway as in REST.</summary>
    public static readonly Counter<long> Problems = Meter.CreateCounter<long>("queqiao.problems", "{problem}", "Requests and frames that were refused or failed.");

    /// <summary>Stored things that turned out to be changed, by <c>what</c> (entry, conversation, file, database). Anything above zero wants a look.</summary>
    public static readonly Counter<long> Broken = Meter.CreateCounter<long>("queqiao.invariants.broken", "{finding}", "Things that were found to break an invariant, by its number.");

    public static readonly Counter<long> Damaged = Meter.CreateCounter<long>("queqiao.damaged", "{finding}", "Stored things that were found to be damaged, each time somebody asked for them.");

    public static void Problem(string code, int status) =>
        Problems.Add(1, new KeyValuePair<string, object?>("code", code), new KeyValuePair<string, object?>("status", status));

    public static double Since(long timestamp) => Stopwatch.GetElapsedTime(timestamp).TotalSeconds;
}
