using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Bus.Storage;

/// <summary>One server, while it runs and for a day after.</summary>
internal sealed class NodeRow : IUnscoped
{
    public required Guid Id { get; init; }

    /// <summary>What people call it: the machine's name, or <c>--node-name</c>.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>One of <see cref="NodeState"/>.</summary>
    public required string State { get; init; }

    public required long StartedAt { get; init; }

    /// <summary>By the clock of the database.</summary>
    public required long SeenAt { get; init; }

    /// <summary><see cref="NodeFacts"/> as JSON.</summary>
    public required string Facts { get; init; }
}

internal static class NodeState
{
    public const string Serving = "serving";

    /// <summary>Told to stop: it answers what is under way and takes nothing new.</summary>
    public const string Draining = "draining";

    public const string Stopped = "stopped";

    /// <summary>It has not been heard of for a while; never stored.</summary>
    public const string Lost = "lost";
}

internal sealed class NodeTable : IEntityTypeConfiguration<NodeRow>
{
    public void Configure(EntityTypeBuilder<NodeRow> table)
    {
        table.ToTable("node").HasKey(node => node.Id);
        table.Property(node => node.Id).ValueGeneratedNever();
    }
}
