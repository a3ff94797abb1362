using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Pushing.Storage;

/// <summary>By what a workspace's pushes are signed, and what they may say.</summary>
internal sealed class PushSetting : IUnscoped
{
    public required int Ws { get; init; }
    public required byte[] PublicKey { get; init; }

    /// <summary>The private key, under the workspace's key.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>Where operators of push services reach the firm.</summary>
    public required string Subject { get; init; }

    /// <summary>One of <see cref="PushContent"/>.</summary>
    public required string Content { get; set; }

    public required long ChangedAt { get; set; }
}

/// <summary>What an agent wants to be called for away from the console.</summary>
internal sealed class PushChoice : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }

    /// <summary>JSON of <see cref="PushRules"/>.</summary>
    public required string Rules { get; set; }

    public required long ChangedAt { get; set; }
}

/// <summary>A browser that takes pushes for an agent, as long as the session in which it began lasts.</summary>
internal sealed class PushSubscription : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid AgentId { get; init; }

    /// <summary>A browser subscribes once, whoever is signed in.</summary>
    public required Guid EndpointTag { get; init; }

    public required byte[] SessionHash { get; set; }

    /// <summary>JSON of <see cref="PushAddress"/>, under the workspace's key.</summary>
    public required byte[] Sealed { get; set; }

    /// <summary>What browser it is, in its own words.</summary>
    public required string Name { get; set; }

    public required long CreatedAt { get; init; }
    public long? SentAt { get; set; }

    /// <summary>Why the last one did not get there; null: it did.</summary>
    public string? Trouble { get; set; }
}

internal sealed class PushTables : IEntityTypeConfiguration<PushSetting>, IEntityTypeConfiguration<PushChoice>, IEntityTypeConfiguration<PushSubscription>
{
    public void Configure(EntityTypeBuilder<PushSetting> table)
    {
        table.ToTable("push_setting").HasKey(row => row.Ws);
        table.Property(row => row.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<PushChoice> table)
    {
        table.ToTable("push_choice").HasKey(row => new { row.Ws, row.AgentId });
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<PushSubscription> table)
    {
        table.ToTable("push_subscription").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.EndpointTag }, "ux_push_subscription_endpoint").IsUnique();
        table.HasIndex(row => new { row.Ws, row.AgentId }, "ix_push_subscription_agent");
    }
}
