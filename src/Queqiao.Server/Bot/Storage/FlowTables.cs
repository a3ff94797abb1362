using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Storage;

internal sealed class BotFlowRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Key { get; set; }

    /// <summary>What is being written, as JSON; it may be wrong still.</summary>
    public required string Draft { get; set; }

    public int? PublishedVersion { get; set; }
    public required bool Enabled { get; set; }
    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

internal sealed class BotFlowVersionRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid FlowId { get; init; }
    public required int Version { get; init; }
    public required string Flow { get; init; }
    public string? Note { get; init; }
    public required long At { get; init; }
    public Guid? ByAgent { get; init; }
}

internal sealed class BotActionRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Key { get; set; }
    public required string Definition { get; set; }

    /// <summary>Headers with secrets, sealed for the workspace.</summary>
    public byte[]? SealedHeaders { get; set; }

    public required bool Enabled { get; set; }
    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

internal sealed class BotSuggestionRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary><c>new_faq</c> or <c>similar</c>.</summary>
    public required string Kind { get; set; }

    /// <summary><c>open</c>, <c>published</c>, <c>dismissed</c> or <c>undone</c>.</summary>
    public required string State { get; set; }

    /// <summary>What was asked and what it may be answered with, sealed for the workspace.</summary>
    public required byte[] Sealed { get; set; }

    /// <summary>The entry that comes nearest.</summary>
    public string? Entry { get; set; }

    public double? Score { get; set; }
    public required int Size { get; set; }

    /// <summary>Of the last seven days.</summary>
    public required int Recent { get; set; }

    /// <summary>Of the seven days before.</summary>
    public required int Earlier { get; set; }

    /// <summary>What it became.</summary>
    public Guid? ItemId { get; set; }

    /// <summary>Whether nobody decided: it was published behind the gate.</summary>
    public required bool ByItself { get; set; }

    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
    public long? DecidedAt { get; set; }
    public Guid? DecidedBy { get; set; }
}

/// <summary>A question that belongs to a suggestion; its words stand in the log.</summary>
internal sealed class BotQuestionRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required long At { get; init; }
    public required Guid SuggestionId { get; init; }
}

/// <summary>A question that was looked at and from which there is nothing to learn.</summary>
internal sealed class BotQuestionPassedRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required long At { get; init; }
}

/// <summary>What a model has cost on a day (UTC).</summary>
internal sealed class BotSpendRow : IUnscoped
{
    public required int Ws { get; init; }
    public required string Day { get; init; }
    public required long Calls { get; set; }
    public required long Tokens { get; set; }
    public required long Failures { get; set; }
}

internal sealed class FlowTables :
    IEntityTypeConfiguration<BotFlowRow>, IEntityTypeConfiguration<BotFlowVersionRow>, IEntityTypeConfiguration<BotActionRow>, IEntityTypeConfiguration<BotSuggestionRow>,
    IEntityTypeConfiguration<BotQuestionRow>, IEntityTypeConfiguration<BotQuestionPassedRow>, IEntityTypeConfiguration<BotSpendRow>
{
    public void Configure(EntityTypeBuilder<BotFlowRow> table)
    {
        table.ToTable("bot_flow").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.Key }, "ux_bot_flow_key").IsUnique();
    }

    public void Configure(EntityTypeBuilder<BotFlowVersionRow> table)
    {
        table.ToTable("bot_flow_version").HasKey(row => new { row.Ws, row.FlowId, row.Version });
        table.HasOne<BotFlowRow>().WithMany().HasForeignKey(row => new { row.Ws, row.FlowId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<BotActionRow> table)
    {
        table.ToTable("bot_action").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.Key }, "ux_bot_action_key").IsUnique();
    }

    public void Configure(EntityTypeBuilder<BotSuggestionRow> table)
    {
        table.ToTable("bot_suggestion").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.State, row.Size, row.Id }, "ix_bot_suggestion_state");
    }

    public void Configure(EntityTypeBuilder<BotQuestionRow> table)
    {
        table.ToTable("bot_question").HasKey(row => new { row.Ws, row.ConversationId, row.Seq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(row => new { row.Ws, row.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<BotSuggestionRow>().WithMany().HasForeignKey(row => new { row.Ws, row.SuggestionId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.SuggestionId, row.At }, "ix_bot_question_suggestion");
    }

    public void Configure(EntityTypeBuilder<BotQuestionPassedRow> table)
    {
        table.ToTable("bot_question_passed").HasKey(row => new { row.Ws, row.ConversationId, row.Seq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(row => new { row.Ws, row.ConversationId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<BotSpendRow> table)
    {
        table.ToTable("bot_spend").HasKey(row => new { row.Ws, row.Day });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
