using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Storage;

/// <summary>A configured way in: one web site's chat, one WeChat account, one mailbox.</summary>
internal sealed class Channel : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>A kind of api.md (<c>web</c>, <c>wechat-official</c> …).</summary>
    public required string Kind { get; init; }

    public required string Name { get; set; }

    /// <summary>JSON of the kind's settings, without what is secret.</summary>
    public required string Settings { get; set; }

    /// <summary>JSON of the settings that are secret, sealed; null when there are none.</summary>
    public byte[]? Secrets { get; set; }

    public required bool Enabled { get; set; }
    public required long CreatedAt { get; init; }

    /// <summary>When it was taken away. The row stays: conversations came by it.</summary>
    public long? DeletedAt { get; set; }
}

internal sealed class ChannelTable : IEntityTypeConfiguration<Channel>
{
    public void Configure(EntityTypeBuilder<Channel> table)
    {
        table.ToTable("channel").HasKey(channel => new { channel.Ws, channel.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(channel => channel.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(channel => channel.Id, "ux_channel_id").IsUnique();
    }
}
