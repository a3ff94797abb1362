using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>People who share work. Teams form a tree; one that is given up keeps its row, for conversations remember it.</summary>
internal sealed class Team : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public Guid? ParentId { get; set; }
    public required string Name { get; set; }

    /// <summary>The name as compared: one team of a name in a workspace.</summary>
    public required string NameKey { get; set; }

    public required long CreatedAt { get; init; }
    public long? DeletedAt { get; set; }
}

internal sealed class TeamMember : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid TeamId { get; init; }
    public required Guid AgentId { get; init; }
    public bool Lead { get; set; }
}

internal sealed class TeamTables : IEntityTypeConfiguration<Team>, IEntityTypeConfiguration<TeamMember>
{
    public void Configure(EntityTypeBuilder<Team> table)
    {
        table.ToTable("team").HasKey(team => new { team.Ws, team.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(team => team.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Team>().WithMany().HasForeignKey(team => new { team.Ws, team.ParentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(team => new { team.Ws, team.NameKey }, "ux_team_name").IsUnique().HasFilter("deleted_at IS NULL");
        table.HasIndex(team => new { team.Ws, team.ParentId }, "ix_team_parent");
    }

    public void Configure(EntityTypeBuilder<TeamMember> table)
    {
        table.ToTable("team_member").HasKey(member => new { member.Ws, member.TeamId, member.AgentId });
        table.HasOne<Team>().WithMany().HasForeignKey(member => new { member.Ws, member.TeamId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(member => new { member.Ws, member.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(member => new { member.Ws, member.AgentId }, "ix_team_member_agent");
    }
}
