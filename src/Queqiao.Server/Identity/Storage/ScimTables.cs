using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A directory's key. It acts within the rights of who made it.</summary>
internal sealed class ScimToken : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required byte[] TokenHash { get; init; }
    public required string Hint { get; init; }
    public required string Name { get; init; }

    /// <summary>Who made it.</summary>
    public required Guid AgentId { get; init; }

    /// <summary>Of people in no group that gives one.</summary>
    public required string DefaultRole { get; init; }

    public required long CreatedAt { get; init; }
    public long? LastUsedAt { get; set; }
    public long? RevokedAt { get; set; }
}

/// <summary>What the directory says of an agent.</summary>
internal sealed class ScimUser : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public string? ExternalId { get; set; }
    public required string UserName { get; set; }

    /// <summary>JSON: the parts of the name as they were sent.</summary>
    public string? Name { get; set; }

    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }

    /// <summary>Deleted there: disabled here, and the directory no longer sees them.</summary>
    public long? DeletedAt { get; set; }
}

/// <summary>A group of the directory, and what it means here.</summary>
internal sealed class ScimGroup : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public string? ExternalId { get; set; }
    public required string Name { get; set; }
    public required string NameKey { get; set; }
    public string? RoleId { get; set; }
    public Guid? TeamId { get; set; }
    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

internal sealed class ScimMember : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid GroupId { get; init; }
    public required Guid AgentId { get; init; }
}

internal sealed class ScimTables : IEntityTypeConfiguration<ScimToken>, IEntityTypeConfiguration<ScimUser>, IEntityTypeConfiguration<ScimGroup>, IEntityTypeConfiguration<ScimMember>
{
    public void Configure(EntityTypeBuilder<ScimToken> table)
    {
        table.ToTable("scim_token").HasKey(token => new { token.Ws, token.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(token => new { token.Ws, token.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(token => token.TokenHash, "ux_scim_token_hash").IsUnique();
        table.HasIndex(token => new { token.Ws, token.AgentId }, "ix_scim_token_agent");
    }

    public void Configure(EntityTypeBuilder<ScimUser> table)
    {
        table.ToTable("scim_user").HasKey(user => new { user.Ws, user.AgentId });
        table.HasOne<Agent>().WithMany().HasForeignKey(user => new { user.Ws, user.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ScimGroup> table)
    {
        table.ToTable("scim_group").HasKey(group => new { group.Ws, group.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(group => group.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Team>().WithMany().HasForeignKey(group => new { group.Ws, group.TeamId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(group => new { group.Ws, group.NameKey }, "ux_scim_group_name").IsUnique();
        table.HasIndex(group => new { group.Ws, group.TeamId }, "ix_scim_group_team");
    }

    public void Configure(EntityTypeBuilder<ScimMember> table)
    {
        table.ToTable("scim_member").HasKey(member => new { member.Ws, member.GroupId, member.AgentId });
        table.HasOne<ScimGroup>().WithMany().HasForeignKey(member => new { member.Ws, member.GroupId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(member => new { member.Ws, member.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(member => new { member.Ws, member.AgentId }, "ix_scim_member_agent");
    }
}
