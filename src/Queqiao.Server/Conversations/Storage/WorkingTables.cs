using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Storage;

/// <summary>A list that somebody made.</summary>
internal sealed class SavedViewRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid OwnerId { get; init; }
    public required bool Shared { get; set; }
    public required string Name { get; set; }

    /// <summary>JSON of the conditions.</summary>
    public required string Conditions { get; set; }

    public required string Sort { get; set; }
    public required int Position { get; set; }
    public required long CreatedAt { get; init; }
}

/// <summary>What an agent has typed and not sent yet.</summary>
internal sealed class DraftRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required Guid AgentId { get; init; }

    /// <summary><c>reply</c> or <c>note</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Counts the savings: who saves must have seen the last one.</summary>
    public required long Version { get; set; }

    /// <summary>Sealed; null: nothing is left of it.</summary>
    public byte[]? Text { get; set; }

    public required long UpdatedAt { get; set; }
}

internal sealed class WorkingTables : IEntityTypeConfiguration<SavedViewRow>, IEntityTypeConfiguration<DraftRow>
{
    public void Configure(EntityTypeBuilder<SavedViewRow> table)
    {
        table.ToTable("saved_view").HasKey(view => new { view.Ws, view.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(view => new { view.Ws, view.OwnerId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(view => new { view.Ws, view.OwnerId }, "ix_saved_view_owner");
    }

    public void Configure(EntityTypeBuilder<DraftRow> table)
    {
        table.ToTable("draft").HasKey(draft => new { draft.Ws, draft.ConversationId, draft.AgentId, draft.Kind });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(draft => new { draft.Ws, draft.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(draft => new { draft.Ws, draft.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(draft => new { draft.Ws, draft.AgentId }, "ix_draft_agent");
    }
}
