using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>One firm. <see cref="Ws"/> leads every key of everything it owns.</summary>
internal sealed class Workspace : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Name { get; set; }
    public required long CreatedAt { get; init; }

    /// <summary>IANA name; office hours and reports are in it.</summary>
    public string TimeZone { get; set; } = "Asia/Shanghai";

    /// <summary>What new colleagues and texts begin with.</summary>
    public string Locale { get; set; } = "zh-CN";

    /// <summary><c>optional</c>, or <c>required</c>: whoever signs in without one has to set it up first.</summary>
    public string SecondFactor { get; set; } = "optional";
}

/// <summary>Somebody who works here.</summary>
internal sealed class Agent : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Email { get; set; }

    /// <summary>The address as compared: NFC, lower case. One agent in all workspaces.</summary>
    public required string EmailKey { get; set; }

    public required string Name { get; set; }

    /// <summary>owner, admin, supervisor, agent or viewer.</summary>
    public required string Role { get; set; }

    public required string PasswordHash { get; set; }
    public required string Locale { get; set; }
    public long? DisabledAt { get; set; }
    public required long CreatedAt { get; init; }

    /// <summary>Conversations that may be given to them at once.</summary>
    public int Capacity { get; set; } = 5;

    /// <summary>IANA name; null: the workspace's.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Of their initials' circle; null: by name.</summary>
    public string? Color { get; set; }

    public string? Signature { get; set; }

    /// <summary>JSON of when to call them; null: as everybody begins.</summary>
    public string? Notifications { get; set; }
}

/// <summary>A sign-in. The token itself is only in the browser; here is its SHA-256.</summary>
internal sealed class Session : IUnscoped
{
    public required int Ws { get; init; }
    public required byte[] TokenHash { get; init; }
    public required Guid AgentId { get; init; }
    public required long CreatedAt { get; init; }
    public required long LastSeenAt { get; set; }
    public required long ExpiresAt { get; init; }
    public long? RevokedAt { get; set; }
    public string? Address { get; init; }
    public string? UserAgent { get; init; }

    /// <summary>When a password or second factor was last proven in it; null: when it began.</summary>
    public long? ProvenAt { get; set; }

    /// <summary>When a second factor was last proven; null: never.</summary>
    public long? SecondFactorAt { get; set; }

    /// <summary>What it is good for until somebody has done it (<c>second_factor</c>: set one up); null: everything.</summary>
    public string? LimitedTo { get; set; }

    /// <summary>How it began: <c>password</c>, <c>sso</c>, <c>passkey</c>, <c>link</c> (an invitation).</summary>
    public string Method { get; init; } = "password";

    /// <summary>The browser it began in; null in sessions of versions that did not know browsers.</summary>
    public Guid? DeviceId { get; init; }
}

/// <summary>Who did what, written in the transaction of the deed; never changed.</summary>
internal sealed class AuditRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required long At { get; init; }
    public required string ActorKind { get; init; }
    public Guid? ActorId { get; init; }

    /// <summary>Object and verb in the past: <c>channel.created</c>.</summary>
    public required string Action { get; init; }

    public required string ObjectKind { get; init; }
    public string? ObjectId { get; init; }

    /// <summary>JSON of what changed; no secrets, no personal data.</summary>
    public string? Detail { get; init; }

    public string? Address { get; init; }

    /// <summary>What they acted through: <c>session:ID</c>, <c>token:ID</c>, <c>approval:ID</c>.</summary>
    public string? Via { get; init; }

    /// <summary>Keyed digest of all of the above; null in rows of versions that had none.</summary>
    public byte[]? Mac { get; set; }
}

internal sealed class IdentityTables : IEntityTypeConfiguration<Workspace>, IEntityTypeConfiguration<Agent>, IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Workspace> table)
    {
        table.ToTable("workspace").HasKey(workspace => workspace.Ws);
        table.Property(workspace => workspace.Ws).ValueGeneratedNever();
        table.Property(workspace => workspace.TimeZone).HasDefaultValue("Asia/Shanghai").ValueGeneratedNever();
        table.Property(workspace => workspace.Locale).HasDefaultValue("zh-CN").ValueGeneratedNever();
        table.Property(workspace => workspace.SecondFactor).HasDefaultValue("optional").ValueGeneratedNever();
        table.HasIndex(workspace => workspace.Id, "ux_workspace_id").IsUnique();
    }

    public void Configure(EntityTypeBuilder<Agent> table)
    {
        table.ToTable("agent").HasKey(agent => new { agent.Ws, agent.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(agent => agent.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(agent => agent.EmailKey, "ux_agent_email_key").IsUnique();
        table.Property(agent => agent.Capacity).HasDefaultValue(5).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<Session> table)
    {
        table.ToTable("session").HasKey(session => new { session.Ws, session.TokenHash });
        table.HasOne<Agent>().WithMany().HasForeignKey(session => new { session.Ws, session.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(session => session.TokenHash, "ux_session_token_hash").IsUnique();
        table.HasIndex(session => new { session.Ws, session.AgentId }, "ix_session_agent");
        table.Property(session => session.Method).HasDefaultValue("password").ValueGeneratedNever();
        table.HasIndex(session => session.RevokedAt, "ix_session_revoked").HasFilter("revoked_at IS NOT NULL");
    }
}
