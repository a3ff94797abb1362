using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Storage;

/// <summary>The key of one day's deliveries, sealed by the workspace's.</summary>
internal sealed class HookKey : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>Days since 1970 (UTC).</summary>
    public required int Day { get; init; }

    public required byte[] Wrapped { get; init; }
    public required long CreatedAt { get; init; }
}

/// <summary>What a provider delivered, as it came.</summary>
internal sealed class HookDelivery : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }
    public required int Day { get; init; }
    public required long ReceivedAt { get; init; }

    /// <summary>Sealed under the day's key.</summary>
    public required byte[] Body { get; init; }

    public required string State { get; set; }
    public required int Tries { get; set; }

    /// <summary>When it is looked at, if the node that received it did not; null: it is done.</summary>
    public long? NextAt { get; set; }
}

/// <summary>Where a delivery stands. Stored.</summary>
internal static class HookStates
{
    public const string Waiting = "waiting";
    public const string Done = "done";

    /// <summary>It failed too often.</summary>
    public const string Parked = "parked";
}

/// <summary>How somebody is reached on a channel (<see cref="Kinds.Reach"/>).</summary>
internal sealed class ReachRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>What stands for the identity, as in <c>contact_identity</c>.</summary>
    public required Guid Tag { get; init; }

    /// <summary>Whose key sealed it.</summary>
    public required Guid ContactId { get; init; }

    public required byte[] Sealed { get; set; }
    public required long ChangedAt { get; set; }
}

internal sealed class HookTables : IEntityTypeConfiguration<HookKey>, IEntityTypeConfiguration<HookDelivery>, IEntityTypeConfiguration<ReachRow>
{
    public void Configure(EntityTypeBuilder<HookKey> table)
    {
        table.ToTable("hook_key").HasKey(key => new { key.Ws, key.Day });
        table.Property(key => key.Day).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(key => key.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<HookDelivery> table)
    {
        table.ToTable("hook_delivery").HasKey(delivery => new { delivery.Ws, delivery.Id });
        table.HasOne<Channel>().WithMany().HasForeignKey(delivery => new { delivery.Ws, delivery.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(delivery => delivery.NextAt, "ix_hook_delivery_next").HasFilter("next_at IS NOT NULL");
        table.HasIndex(delivery => new { delivery.Ws, delivery.ChannelId, delivery.ReceivedAt }, "ix_hook_delivery_channel");
    }

    public void Configure(EntityTypeBuilder<ReachRow> table)
    {
        table.ToTable("channel_reach").HasKey(reach => new { reach.Ws, reach.ChannelId, reach.Tag });
        table.HasOne<Channel>().WithMany().HasForeignKey(reach => new { reach.Ws, reach.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(reach => new { reach.Ws, reach.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(reach => new { reach.Ws, reach.ContactId }, "ix_channel_reach_contact");
    }
}
