using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Routing.Storage;

internal sealed class RoutingSetting : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary><c>manual</c> or <c>automatic</c>.</summary>
    public required string Mode { get; set; }

    /// <summary>Milliseconds after which a waiting customer's conversation leaves somebody who is gone; null: never.</summary>
    public long? RequeueAfter { get; set; }

    public required long ChangedAt { get; set; }
}

internal sealed class AgentPresenceRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }

    /// <summary>What the agent chose: <c>online</c>, <c>away</c> or <c>offline</c>.</summary>
    public required string Status { get; set; }

    public string? Reason { get; set; }
    public required long Since { get; set; }
    public long GivenAt { get; set; }
}

internal sealed class PresenceChange : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public required long At { get; init; }
    public required string Status { get; init; }
    public string? Reason { get; init; }
}

internal sealed class AgentLease : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public required string Node { get; init; }
    public required long Until { get; set; }
}

internal sealed class RoutingTables :
    IEntityTypeConfiguration<RoutingSetting>, IEntityTypeConfiguration<AgentPresenceRow>, IEntityTypeConfiguration<PresenceChange>, IEntityTypeConfiguration<AgentLease>
{
    public void Configure(EntityTypeBuilder<RoutingSetting> table)
    {
        table.ToTable("routing_setting").HasKey(setting => setting.Ws);
        table.Property(setting => setting.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(setting => setting.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<AgentPresenceRow> table)
    {
        table.ToTable("agent_presence").HasKey(row => new { row.Ws, row.AgentId });
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<PresenceChange> table)
    {
        table.ToTable("presence_change").HasKey(row => new { row.Ws, row.AgentId, row.At });
        table.HasIndex(row => new { row.Ws, row.At }, "ix_presence_change_at");
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<AgentLease> table)
    {
        table.ToTable("agent_lease").HasKey(row => new { row.Ws, row.AgentId, row.Node });
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }
}
