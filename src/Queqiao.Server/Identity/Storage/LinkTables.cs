using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A link that makes an account, once. The secret is in the link only; here is its SHA-256.</summary>
internal sealed class Invitation : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required byte[] TokenHash { get; set; }
    public required string Email { get; init; }
    public required string EmailKey { get; init; }
    public required string Role { get; init; }

    /// <summary>JSON: ids of all roles; null: only <see cref="Role"/>.</summary>
    public string? Roles { get; init; }

    /// <summary>JSON: the teams the new colleague will be in.</summary>
    public required string TeamIds { get; init; }

    public Guid? InvitedBy { get; init; }
    public required long CreatedAt { get; init; }
    public required long ExpiresAt { get; set; }
    public long? AcceptedAt { get; set; }

    /// <summary>Who it became.</summary>
    public Guid? AgentId { get; set; }

    public long? RevokedAt { get; set; }
}

/// <summary>A link that sets another password, once.</summary>
internal sealed class PasswordReset : IUnscoped
{
    public required int Ws { get; init; }
    public required byte[] TokenHash { get; init; }
    public required Guid AgentId { get; init; }
    public required Guid CreatedBy { get; init; }
    public required long CreatedAt { get; init; }
    public required long ExpiresAt { get; init; }

    /// <summary>Used, or replaced by a newer one.</summary>
    public long? UsedAt { get; set; }
}

internal sealed class LinkTables : IEntityTypeConfiguration<Invitation>, IEntityTypeConfiguration<PasswordReset>
{
    public void Configure(EntityTypeBuilder<Invitation> table)
    {
        table.ToTable("invitation").HasKey(invitation => new { invitation.Ws, invitation.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(invitation => new { invitation.Ws, invitation.InvitedBy }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(invitation => new { invitation.Ws, invitation.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(invitation => invitation.TokenHash, "ux_invitation_token_hash").IsUnique();
        table.HasIndex(invitation => new { invitation.Ws, invitation.EmailKey }, "ux_invitation_waiting").IsUnique().HasFilter("accepted_at IS NULL AND revoked_at IS NULL");
        table.HasIndex(invitation => new { invitation.Ws, invitation.InvitedBy }, "ix_invitation_invited_by");
        table.HasIndex(invitation => new { invitation.Ws, invitation.AgentId }, "ix_invitation_agent");
    }

    public void Configure(EntityTypeBuilder<PasswordReset> table)
    {
        table.ToTable("password_reset").HasKey(reset => new { reset.Ws, reset.TokenHash });
        table.HasOne<Agent>().WithMany().HasForeignKey(reset => new { reset.Ws, reset.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(reset => new { reset.Ws, reset.CreatedBy }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(reset => reset.TokenHash, "ux_password_reset_token_hash").IsUnique();
        table.HasIndex(reset => new { reset.Ws, reset.AgentId }, "ix_password_reset_agent");
        table.HasIndex(reset => new { reset.Ws, reset.CreatedBy }, "ix_password_reset_created_by");
    }
}
