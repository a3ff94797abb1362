using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Storage;

/// <summary>Two or more answers of one FAQ, each for a share of the customers. Who gets which follows from their id and this one's: no row says it.</summary>
internal sealed class BotExperimentRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The FAQ.</summary>
    public required Guid ItemId { get; init; }

    /// <summary>JSON; cannot change once it has begun.</summary>
    public required string Variants { get; init; }

    public required long StartedAt { get; init; }
    public required Guid StartedBy { get; init; }

    /// <summary>Null: it runs.</summary>
    public long? EndedAt { get; set; }

    public Guid? EndedBy { get; set; }

    /// <summary>The variant that was chosen; null: none.</summary>
    public string? Winner { get; set; }
}

internal sealed class ExperimentTables : IEntityTypeConfiguration<BotExperimentRow>
{
    public void Configure(EntityTypeBuilder<BotExperimentRow> table)
    {
        table.ToTable("bot_experiment").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ItemId }, "ux_bot_experiment_running").IsUnique().HasFilter("ended_at IS NULL");
    }
}
