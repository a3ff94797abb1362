using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Storage;

/// <summary>A change of many conversations at once.</summary>
internal sealed class BulkChange : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ByAgent { get; init; }
    public required Guid JobId { get; init; }

    /// <summary>JSON of the <c>BulkAction</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Conversations that matched when it was asked for.</summary>
    public required int Total { get; init; }
    public int Changed { get; set; }

    /// <summary>Were already as wished.</summary>
    public int Unchanged { get; set; }
    public int Failed { get; set; }
    public required long CreatedAt { get; init; }
    public long? FinishedAt { get; set; }
    public Guid? UndoJobId { get; set; }
    public int Undone { get; set; }

    /// <summary>Something else had happened to them since.</summary>
    public int NotUndone { get; set; }
}

/// <summary>What became of one conversation; those that were already as wished have none.</summary>
internal sealed class BulkItem : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid BulkId { get; init; }
    public required Guid ConversationId { get; init; }

    /// <summary>The last entry of the change; null: it failed.</summary>
    public long? Seq { get; init; }

    /// <summary>JSON of the <c>BulkBefore</c>: ids and states, no names.</summary>
    public string? Before { get; init; }
    public string? Reason { get; set; }
    public string? ReasonArg { get; set; }
    public long? UndoneAt { get; set; }
}

internal sealed class BulkTables : IEntityTypeConfiguration<BulkChange>, IEntityTypeConfiguration<BulkItem>
{
    public void Configure(EntityTypeBuilder<BulkChange> table)
    {
        table.ToTable("bulk_change").HasKey(change => new { change.Ws, change.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(change => new { change.Ws, change.ByAgent }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(change => new { change.Ws, change.ByAgent, change.CreatedAt }, "ix_bulk_change_agent");
        table.HasIndex(change => change.CreatedAt, "ix_bulk_change_created");
    }

    public void Configure(EntityTypeBuilder<BulkItem> table)
    {
        table.ToTable("bulk_item").HasKey(item => new { item.Ws, item.BulkId, item.ConversationId });
        table.HasOne<BulkChange>().WithMany().HasForeignKey(item => new { item.Ws, item.BulkId }).OnDelete(DeleteBehavior.NoAction);
    }
}
