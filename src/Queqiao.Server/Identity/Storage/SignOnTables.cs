using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>An OpenID Connect provider that people of the workspace may sign in by.</summary>
internal sealed class SsoProvider : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>As the button of the sign-in page says it.</summary>
    public required string Name { get; set; }

    /// <summary>What the form began with: <c>entra</c>, <c>google</c> …; says nothing about how it works.</summary>
    public required string Preset { get; init; }

    public required string Issuer { get; set; }
    public required string ClientId { get; set; }

    /// <summary>Sealed with the workspace's key; null: a public client, by PKCE alone.</summary>
    public byte[]? ClientSecret { get; set; }

    /// <summary>JSON of <c>ProviderSettings</c>.</summary>
    public required string Settings { get; set; }

    public required bool Enabled { get; set; }
    public required long CreatedAt { get; init; }
    public long? DeletedAt { get; set; }
}

/// <summary>Who somebody is at a provider: issuer and subject (OpenID Connect Core 5.7), never an address.</summary>
internal sealed class ExternalIdentity : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ProviderId { get; init; }
    public required string Issuer { get; init; }
    public required string Subject { get; init; }
    public required Guid AgentId { get; init; }
    public required long CreatedAt { get; init; }
    public long? LastUsedAt { get; set; }
}

/// <summary>What belongs to a session that a provider began.</summary>
internal sealed class SsoSession : IUnscoped
{
    public required int Ws { get; init; }
    public required byte[] TokenHash { get; init; }
    public required Guid ProviderId { get; init; }
    public required string Subject { get; init; }

    /// <summary>The provider's own session, for back-channel logout.</summary>
    public string? Sid { get; init; }

    /// <summary>Sealed: names the session when somebody signs out here and there (RP-Initiated Logout 1.0).</summary>
    public byte[]? IdToken { get; init; }
}

/// <summary>How people of a workspace may sign in; no row: as everybody begins.</summary>
internal sealed class SignInPolicyRow : IUnscoped
{
    public required int Ws { get; init; }
    public required bool SsoOnly { get; set; }

    /// <summary>The owner who may still use a password while everybody else has to come by a provider.</summary>
    public Guid? BreakGlassId { get; set; }

    /// <summary>JSON of <c>SignInSettings</c>.</summary>
    public required string Settings { get; set; }

    /// <summary>Sessions that one agent may have at once; null: any number.</summary>
    public int? MostSessions { get; set; }

    /// <summary>Minutes after which an idle session ends; null: as the server is set.</summary>
    public int? IdleMinutes { get; set; }

    /// <summary>Days for which a browser may stand in for the second factor; 0: never; null: as everybody begins.</summary>
    public int? TrustDays { get; set; }
}

internal sealed class SignOnTables
    : IEntityTypeConfiguration<SsoProvider>, IEntityTypeConfiguration<ExternalIdentity>, IEntityTypeConfiguration<SsoSession>, IEntityTypeConfiguration<SignInPolicyRow>
{
    public void Configure(EntityTypeBuilder<SsoProvider> table)
    {
        table.ToTable("sso_provider").HasKey(provider => new { provider.Ws, provider.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(provider => provider.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ExternalIdentity> table)
    {
        table.ToTable("external_identity").HasKey(identity => new { identity.Ws, identity.Id });
        table.HasOne<SsoProvider>().WithMany().HasForeignKey(identity => new { identity.Ws, identity.ProviderId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(identity => new { identity.Ws, identity.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(identity => new { identity.Ws, identity.Issuer, identity.Subject }, "ux_external_identity_subject").IsUnique();
        table.HasIndex(identity => new { identity.Ws, identity.AgentId }, "ix_external_identity_agent");
        table.HasIndex(identity => new { identity.Ws, identity.ProviderId }, "ix_external_identity_provider");
    }

    public void Configure(EntityTypeBuilder<SsoSession> table)
    {
        table.ToTable("sso_session").HasKey(session => new { session.Ws, session.TokenHash });
        table.HasOne<Session>().WithMany().HasForeignKey(session => new { session.Ws, session.TokenHash }).OnDelete(DeleteBehavior.Cascade);
        table.HasOne<SsoProvider>().WithMany().HasForeignKey(session => new { session.Ws, session.ProviderId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(session => new { session.Ws, session.ProviderId, session.Subject }, "ix_sso_session_provider");
    }

    public void Configure(EntityTypeBuilder<SignInPolicyRow> table)
    {
        table.ToTable("sign_in_policy").HasKey(policy => policy.Ws);
        table.Property(policy => policy.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(policy => policy.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(policy => new { policy.Ws, policy.BreakGlassId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(policy => new { policy.Ws, policy.BreakGlassId }, "ix_sign_in_policy_break_glass");
    }
}
