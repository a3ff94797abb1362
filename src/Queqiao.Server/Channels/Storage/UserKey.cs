using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Storage;

/// <summary>What a site signs its users with, for one channel. A channel has several while they are changed.</summary>
internal sealed class UserKey : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary><c>HS256</c>, <c>RS256</c> or <c>ES256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The secret of HS256, sealed; null for the others.</summary>
    public byte[]? Sealed { get; init; }

    /// <summary>PEM; null for HS256.</summary>
    public string? PublicKey { get; init; }

    public required long CreatedAt { get; init; }

    /// <summary>From when it no longer counts; null: until somebody says so.</summary>
    public long? EndsAt { get; set; }
}

internal sealed class UserKeyTable : IEntityTypeConfiguration<UserKey>
{
    public void Configure(EntityTypeBuilder<UserKey> table)
    {
        table.ToTable("user_key").HasKey(key => new { key.Ws, key.Id });
        table.HasOne<Channel>().WithMany().HasForeignKey(key => new { key.Ws, key.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(key => new { key.Ws, key.ChannelId }, "ix_user_key_channel");
    }
}
