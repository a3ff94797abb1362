using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Storage;

/// <summary>How far a message came that a provider has to bring.</summary>
internal sealed class Delivery : IScoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>As in <see cref="DeliveryStates"/>.</summary>
    public required string State { get; set; }

    /// <summary>Requests that succeeded.</summary>
    public required int Done { get; set; }

    /// <summary>A request is out whose end nobody has written down.</summary>
    public required bool Trying { get; set; }

    /// <summary>Of the last failure, also of one that is tried again.</summary>
    public string? Code { get; set; }

    public string? ReasonZh { get; set; }
    public string? ReasonEn { get; set; }

    /// <summary>What the provider calls its parts, sealed under the person's key; null: it gave no names, or there is nothing left of it there.</summary>
    public byte[]? External { get; set; }

    /// <summary>The newest change of the message that the provider knows of.</summary>
    public long? RevisedSeq { get; set; }

    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

internal sealed class DeliveryTable : IEntityTypeConfiguration<Delivery>
{
    public void Configure(EntityTypeBuilder<Delivery> table)
    {
        table.ToTable("delivery").HasKey(delivery => new { delivery.Ws, delivery.ConversationId, delivery.Seq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(delivery => new { delivery.Ws, delivery.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Channel>().WithMany().HasForeignKey(delivery => new { delivery.Ws, delivery.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(delivery => new { delivery.Ws, delivery.ChannelId, delivery.State, delivery.CreatedAt }, "ix_delivery_channel");
    }
}
