using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Storage;

/// <summary>How a channel is. Nothing in it is about people.</summary>
internal sealed class ChannelState : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ChannelId { get; init; }
    public long? LastInAt { get; set; }
    public long? LastOutAt { get; set; }
    public long? LastRefusedAt { get; set; }

    /// <summary>Why the last delivery was refused: a name of ours.</summary>
    public string? Refusal { get; set; }

    public long RefusedCount { get; set; }
    public long? LastErrorAt { get; set; }

    /// <summary>JSON of the last failure of a request to the provider: class, code, reason.</summary>
    public string? Error { get; set; }

    /// <summary>When the consent of the account ends; null: never, or nobody says.</summary>
    public long? ConsentUntil { get; set; }

    /// <summary>How far it was pulled, sealed.</summary>
    public byte[]? Pulled { get; set; }

    /// <summary>What has to be remembered of its socket, sealed.</summary>
    public byte[]? Socket { get; set; }

    /// <summary>The node that pulls it or holds its socket.</summary>
    public string? Holder { get; set; }

    public long? HeldUntil { get; set; }
}

/// <summary>A provider's token, for all nodes.</summary>
internal sealed class ChannelToken : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>A blind tag of the key under which the adapter asks.</summary>
    public required Guid Key { get; init; }

    public required Guid ChannelId { get; init; }

    /// <summary>Null: nobody has fetched it yet.</summary>
    public byte[]? Sealed { get; set; }

    public required long ExpiresAt { get; set; }

    /// <summary>The provider no longer takes it.</summary>
    public required bool Forgotten { get; set; }

    /// <summary>Who fetches a new one now.</summary>
    public string? Holder { get; set; }

    public required long HeldUntil { get; set; }
}

internal sealed class ChannelStateTables : IEntityTypeConfiguration<ChannelState>, IEntityTypeConfiguration<ChannelToken>
{
    public void Configure(EntityTypeBuilder<ChannelState> table)
    {
        table.ToTable("channel_state").HasKey(state => new { state.Ws, state.ChannelId });
        table.HasOne<Channel>().WithMany().HasForeignKey(state => new { state.Ws, state.ChannelId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ChannelToken> table)
    {
        table.ToTable("channel_token").HasKey(token => new { token.Ws, token.Key });
        table.HasOne<Channel>().WithMany().HasForeignKey(token => new { token.Ws, token.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(token => new { token.Ws, token.ChannelId }, "ix_channel_token_channel");
    }
}
