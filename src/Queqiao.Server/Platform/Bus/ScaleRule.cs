namespace Queqiao.Server.Platform.Bus;

/// <summary>What an autoscaler should know. A wish, not an order: how fast to follow it is the autoscaler's to decide.</summary>
/// <param name="Serving">Nodes that take requests now.</param>
/// <param name="Wanted">Nodes that the load of the last seconds asks for.</param>
/// <param name="Reason">What asks for them: <c>cpu</c>, <c>connections</c>, <c>queue_lag</c>, or <c>floor</c> when nothing does.</param>
/// <param name="Connections">Live connections of all nodes.</param>
/// <param name="CpuMilli">Thousandths of a processor that all nodes use.</param>
/// <param name="QueueLagSeconds">How long the job that waits longest is overdue.</param>
internal sealed record ScaleSignal(int Serving, int Wanted, string Reason, long Connections, long CpuMilli, long QueueLagSeconds);

/// <summary>Pure: from what nodes say of themselves to how many there should be.</summary>
internal static class ScaleRule
{
    /// <summary>A node is full at six tenths of its processors: above it, the slowest answers grow first.</summary>
    private const double FullCpu = 0.6;

    /// <summary>Live connections for which one node is meant; it takes more.</summary>
    private const long FullConnections = 10_000;

    /// <summary>Work that waits so long asks for one node more.</summary>
    private const long LateSeconds = 30;

    public static ScaleSignal Of(IReadOnlyList<KnownNode> nodes, long queueLagSeconds)
    {
        var serving = nodes.Where(node => node.IsServing).ToList();
        var (cpu, connections) = (serving.Sum(node => node.Facts.CpuMilli), serving.Sum(node => node.Facts.Connections));
        var cpus = serving.Count == 0 ? 1 : Math.Max(1, serving.Average(node => node.Facts.Cpus));
        (int Wanted, string Reason)[] wishes =
        [
            (1, "floor"),
            ((int)Math.Ceiling(cpu / (cpus * 1000 * FullCpu)), "cpu"),
            ((int)Math.Ceiling(connections / (double)FullConnections), "connections"),
            (queueLagSeconds > LateSeconds ? serving.Count + 1 : 0, "queue_lag"),
        ];
        var (wanted, reason) = wishes.MaxBy(wish => wish.Wanted);
        return new ScaleSignal(serving.Count, wanted, reason, connections, cpu, queueLagSeconds);
    }
}
