using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A browser that an agent signed in with. What it is known by is a cookie of its own; here is the SHA-256.</summary>
internal sealed class KnownDevice : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid AgentId { get; init; }
    public required byte[] TokenHash { get; init; }

    /// <summary>What it called itself the last time.</summary>
    public string? UserAgent { get; set; }

    public string? Address { get; set; }
    public required long FirstSeenAt { get; init; }
    public required long LastSeenAt { get; set; }

    /// <summary>Until when it stands in for the second factor; null: never.</summary>
    public long? TrustedUntil { get; set; }
}

/// <summary>Wrong passwords for an account from an address; neither stands here, only a keyed hash of both.</summary>
internal sealed class SignInLock : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Key { get; init; }
    public required int Tries { get; set; }
    public required long LockedUntil { get; set; }
    public required long LastAt { get; set; }
}

/// <summary>Something an agent should hear although they did not ask.</summary>
internal sealed class Notice : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="NoticeKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The id of what it is about.</summary>
    public string? About { get; init; }

    /// <summary>JSON; no names and no texts.</summary>
    public string? Detail { get; init; }

    public required long At { get; init; }
    public long? ReadAt { get; set; }
}

internal sealed class DeviceTables : IEntityTypeConfiguration<KnownDevice>, IEntityTypeConfiguration<SignInLock>, IEntityTypeConfiguration<Notice>
{
    public void Configure(EntityTypeBuilder<KnownDevice> table)
    {
        table.ToTable("known_device").HasKey(device => new { device.Ws, device.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(device => new { device.Ws, device.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(device => new { device.Ws, device.AgentId, device.TokenHash }, "ux_known_device_token").IsUnique();
    }

    public void Configure(EntityTypeBuilder<SignInLock> table)
    {
        table.ToTable("sign_in_lock").HasKey(one => new { one.Ws, one.Key });
        table.HasIndex(one => one.LastAt, "ix_sign_in_lock_last");
    }

    public void Configure(EntityTypeBuilder<Notice> table)
    {
        table.ToTable("notice").HasKey(notice => new { notice.Ws, notice.AgentId, notice.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(notice => new { notice.Ws, notice.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(notice => new { notice.Ws, notice.AgentId }, "ix_notice_unread").HasFilter("read_at IS NULL");
    }
}
