namespace Queqiao.Server.Platform.Bus;

/// <summary>What a node says of itself every two seconds. Numbers only.</summary>
internal sealed record NodeFacts
{
    /// <summary>Live connections of its gateway.</summary>
    public long Connections { get; init; }

    /// <summary>Thousandths of one processor that the process used since the last time.</summary>
    public long CpuMilli { get; init; }

    /// <summary>Processors that it may use.</summary>
    public int Cpus { get; init; }

    public long MemoryBytes { get; init; }

    /// <summary>How words come to it now: <c>rabbitmq</c>, <c>postgres</c>, or <c>looking</c>.</summary>
    public string Bus { get; init; } = "looking";

}

/// <summary>A node as the registry knows it.</summary>
/// <param name="Age">Since it was last heard of, by the database's clock.</param>
internal sealed record KnownNode(Guid Id, string Name, string Version, string State, long StartedAt, TimeSpan Age, NodeFacts Facts)
{
    public bool IsServing => State == Storage.NodeState.Serving;
}
