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

    /// <summary>JSON of the kind's settings type.</summary>
    public required string Settings { get; set; }

    public required bool Enabled { get; set; }
    public required long CreatedAt { get; init; }
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
