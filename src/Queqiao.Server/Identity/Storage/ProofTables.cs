using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>An agent's authenticator app.</summary>
internal sealed class SecondFactor : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }

    /// <summary>Sealed with the workspace's key.</summary>
    public required byte[] Secret { get; set; }

    public required long CreatedAt { get; init; }

    /// <summary>When a first code proved that the app has it; until then it protects nothing.</summary>
    public long? ConfirmedAt { get; set; }

    /// <summary>The newest time step whose code was taken: a code counts once (RFC 6238 5.2).</summary>
    public required long LastStep { get; set; }
}

/// <summary>Stands in for the authenticator, once. Only a keyed hash is here.</summary>
internal sealed class RecoveryCode : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public required byte[] CodeHash { get; init; }
    public required long CreatedAt { get; init; }
    public long? UsedAt { get; set; }
}

/// <summary>A program's key to the API. Here is its SHA-256 and how it begins.</summary>
internal sealed class ApiToken : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required byte[] TokenHash { get; init; }

    /// <summary>Its first letters, to recognise it by.</summary>
    public required string Hint { get; init; }

    /// <summary>For whom it acts; it can never do more than they.</summary>
    public required Guid AgentId { get; init; }

    public required string Name { get; init; }

    /// <summary>JSON: what it may do.</summary>
    public required string Permissions { get; init; }

    /// <summary>JSON: networks it may come from; null: from anywhere.</summary>
    public string? Addresses { get; init; }

    public required long CreatedAt { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastUsedAt { get; set; }
    public long? RevokedAt { get; set; }
}

internal sealed class ProofTables : IEntityTypeConfiguration<SecondFactor>, IEntityTypeConfiguration<RecoveryCode>, IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<SecondFactor> table)
    {
        table.ToTable("second_factor").HasKey(factor => new { factor.Ws, factor.AgentId });
        table.HasOne<Agent>().WithMany().HasForeignKey(factor => new { factor.Ws, factor.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<RecoveryCode> table)
    {
        table.ToTable("recovery_code").HasKey(code => new { code.Ws, code.AgentId, code.CodeHash });
        table.HasOne<Agent>().WithMany().HasForeignKey(code => new { code.Ws, code.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ApiToken> table)
    {
        table.ToTable("api_token").HasKey(token => new { token.Ws, token.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(token => new { token.Ws, token.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(token => token.TokenHash, "ux_api_token_token_hash").IsUnique();
        table.HasIndex(token => new { token.Ws, token.AgentId }, "ix_api_token_agent");
        table.HasIndex(token => token.RevokedAt, "ix_api_token_revoked").HasFilter("revoked_at IS NOT NULL");
    }
}
