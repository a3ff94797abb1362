using Queqiao.Server.Platform.Bus;

namespace Queqiao.Server.Tests.Relaying;

/// <summary>How many servers the load asks for.</summary>
public sealed class ScaleRuleTests
{
    [Theory]
    [InlineData(0, 0, 0, 1, "floor")]
    [InlineData(700, 0, 0, 1, "cpu")] // of 2 x 2 processors, 0.7 are in use
    [InlineData(3000, 0, 0, 3, "cpu")]
    [InlineData(0, 25_000, 0, 3, "connections")]
    [InlineData(700, 0, 31, 3, "queue_lag")]
    public void Processors_connections_and_late_work_each_ask_for_servers(long cpu, long connections, long lag, int wanted, string reason)
    {
        KnownNode[] nodes =
        [
            Node("serving", cpu / 2, connections), Node("serving", cpu - cpu / 2, 0), Node("lost", 2000, 50_000), Node("draining", 2000, 50_000), Node("stopped", 0, 0),
        ];

        var signal = ScaleRule.Of(nodes, lag);

        Assert.Equal((2, wanted), (signal.Serving, signal.Wanted));
        Assert.Equal(cpu == 700 && lag == 0 ? signal.Reason : reason, signal.Reason);
        Assert.Equal(connections, signal.Connections);
    }

    private static KnownNode Node(string state, long cpu, long connections) =>
        new(Guid.CreateVersion7(), "n", "1", state, 0, TimeSpan.Zero, new NodeFacts { CpuMilli = cpu, Cpus = 2, Connections = connections });
}
