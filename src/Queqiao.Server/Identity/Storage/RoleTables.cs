using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A role of a workspace.</summary>
internal sealed class Role : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>A built-in role's name, or a UUIDv7.</summary>
    public required string Id { get; init; }

    public required string Name { get; set; }

    /// <summary>The name as compared; of built-in roles one that nobody can type.</summary>
    public required string NameKey { get; set; }

    public string? Description { get; set; }

    /// <summary>JSON of <see cref="Platform.Access.RolePolicy"/>; null: a built-in role, see <see cref="Platform.Access.BuiltInRoles"/>.</summary>
    public string? Policy { get; set; }

    /// <summary>Raised by each change.</summary>
    public required long Version { get; set; }

    public required long CreatedAt { get; init; }
    public Guid? CreatedBy { get; init; }
    public required long ChangedAt { get; set; }
}

/// <summary>That an agent has a role. <see cref="Agent.Role"/> repeats the first of them for lists.</summary>
internal sealed class AgentRole : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public required string RoleId { get; init; }
}

/// <summary>One row a workspace.</summary>
internal sealed class AccessState : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>Raised by whatever changes who may do what: by it other nodes notice.</summary>
    public required long Version { get; set; }

    /// <summary>System, security and audit administration are kept apart.</summary>
    public required bool Separated { get; set; }

    public required long ChangedAt { get; set; }
}

/// <summary>How often somebody did something on a day.</summary>
internal sealed class AccessUse : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid AgentId { get; init; }
    public required string Kind { get; init; }

    /// <summary>Days since 1970-01-01 in the workspace's time zone.</summary>
    public required int Day { get; init; }

    public required int Used { get; set; }
}

internal sealed class RoleTables : IEntityTypeConfiguration<Role>, IEntityTypeConfiguration<AgentRole>, IEntityTypeConfiguration<AccessState>, IEntityTypeConfiguration<AccessUse>
{
    public void Configure(EntityTypeBuilder<Role> table)
    {
        table.ToTable("role").HasKey(role => new { role.Ws, role.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(role => role.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(role => new { role.Ws, role.CreatedBy }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(role => new { role.Ws, role.NameKey }, "ux_role_name").IsUnique();
        table.HasIndex(role => new { role.Ws, role.CreatedBy }, "ix_role_created_by");
    }

    public void Configure(EntityTypeBuilder<AgentRole> table)
    {
        table.ToTable("agent_role").HasKey(held => new { held.Ws, held.AgentId, held.RoleId });
        table.HasOne<Agent>().WithMany().HasForeignKey(held => new { held.Ws, held.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Role>().WithMany().HasForeignKey(held => new { held.Ws, held.RoleId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(held => new { held.Ws, held.RoleId }, "ix_agent_role_role");
    }

    public void Configure(EntityTypeBuilder<AccessState> table)
    {
        table.ToTable("access_state").HasKey(state => state.Ws);
        table.Property(state => state.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(state => state.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<AccessUse> table)
    {
        table.ToTable("access_use").HasKey(use => new { use.Ws, use.AgentId, use.Kind, use.Day });
        table.HasOne<Agent>().WithMany().HasForeignKey(use => new { use.Ws, use.AgentId }).OnDelete(DeleteBehavior.NoAction);
    }
}
