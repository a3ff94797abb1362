using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A key that lives in somebody's device.</summary>
internal sealed class Passkey : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid AgentId { get; init; }
    public required byte[] CredentialId { get; init; }

    /// <summary>COSE (RFC 9052).</summary>
    public required byte[] PublicKey { get; init; }

    public required string Name { get; set; }
    public required long SignCount { get; set; }

    /// <summary>JSON; what the browser said of how it is reached.</summary>
    public string? Transports { get; init; }

    public required bool BackupEligible { get; init; }
    public required bool BackedUp { get; set; }
    public required long CreatedAt { get; init; }
    public long? LastUsedAt { get; set; }
}

/// <summary>A challenge that was answered.</summary>
internal sealed class UsedChallenge : IUnscoped
{
    public required int Ws { get; init; }
    public required byte[] ChallengeHash { get; init; }
    public required long ExpiresAt { get; init; }
}

internal sealed class PasskeyTables : IEntityTypeConfiguration<Passkey>, IEntityTypeConfiguration<UsedChallenge>
{
    public void Configure(EntityTypeBuilder<Passkey> table)
    {
        table.ToTable("passkey").HasKey(passkey => new { passkey.Ws, passkey.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(passkey => new { passkey.Ws, passkey.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(passkey => passkey.CredentialId, "ux_passkey_credential").IsUnique();
        table.HasIndex(passkey => new { passkey.Ws, passkey.AgentId }, "ix_passkey_agent");
    }

    public void Configure(EntityTypeBuilder<UsedChallenge> table)
    {
        table.ToTable("used_challenge").HasKey(used => new { used.Ws, used.ChallengeHash });
        table.HasIndex(used => used.ExpiresAt, "ix_used_challenge_expires");
    }
}
