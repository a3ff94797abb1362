using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Automation.Storage;

/// <summary>A text that agents send again and again, with places for what differs (<c>{{contact.name}}</c>).</summary>
internal sealed class CannedReply : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>What is typed after the slash: lower case.</summary>
    public required string Shortcut { get; set; }

    public required string Title { get; set; }
    public required string Body { get; set; }

    /// <summary>Whose own it is; null: shared.</summary>
    public Guid? OwnerId { get; init; }

    /// <summary>Shared with this team and those below it only; null: with everybody.</summary>
    public Guid? TeamId { get; set; }

    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

internal sealed class CannedReplyTable : IEntityTypeConfiguration<CannedReply>
{
    public void Configure(EntityTypeBuilder<CannedReply> table)
    {
        table.ToTable("canned_reply").HasKey(reply => new { reply.Ws, reply.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(reply => reply.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(reply => new { reply.Ws, reply.OwnerId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Team>().WithMany().HasForeignKey(reply => new { reply.Ws, reply.TeamId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(reply => new { reply.Ws, reply.Shortcut }, "ux_canned_reply_shared").IsUnique().HasFilter("owner_id IS NULL");
        table.HasIndex(reply => new { reply.Ws, reply.OwnerId, reply.Shortcut }, "ux_canned_reply_own").IsUnique().HasFilter("owner_id IS NOT NULL");
        table.HasIndex(reply => new { reply.Ws, reply.TeamId }, "ix_canned_reply_team");
    }
}
