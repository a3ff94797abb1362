using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Storage;

/// <summary>Something that becomes articles or FAQs.</summary>
internal sealed class KnowledgeImport : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }
    public required Guid ByAgent { get; init; }

    /// <summary>csv, markdown, html, pdf, docx or site.</summary>
    public required string Source { get; init; }

    /// <summary>Of the file, or the address.</summary>
    public required string Name { get; init; }

    /// <summary>JSON of the <c>ImportPlan</c>.</summary>
    public required string Plan { get; set; }

    /// <summary>reading, draft, running, done or cancelled.</summary>
    public required string Phase { get; set; }
    public Guid? JobId { get; set; }

    /// <summary>What the regression set said of publishing it.</summary>
    public Guid? RunId { get; set; }
    public required int Total { get; set; }

    /// <summary>JSON of the <c>ImportCounts</c>.</summary>
    public required string Counts { get; set; }
    public required long CreatedAt { get; init; }
    public long? FinishedAt { get; set; }
}

/// <summary>A row of an import: what it would become, what it became, or why not.</summary>
internal sealed class KnowledgeImportRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ImportId { get; init; }
    public required int No { get; init; }
    public required string Title { get; init; }

    /// <summary>Where it stood: a line, a page's address.</summary>
    public required string Place { get; init; }

    /// <summary>JSON of the <c>ImportedItem</c>.</summary>
    public string? Content { get; set; }

    /// <summary>ready, failed, added, changed or same.</summary>
    public required string Outcome { get; set; }

    /// <summary>Why nothing came of it, or why it is not published.</summary>
    public string? Code { get; set; }
    public string? Arg { get; set; }
    public Guid? ItemId { get; set; }

    /// <summary>The version that came of it.</summary>
    public int? Version { get; set; }
}

/// <summary>A question of the regression set and what must come of it.</summary>
internal sealed class KnowledgeCheck : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }

    /// <summary>Equal for equal questions.</summary>
    public required Guid Tag { get; init; }

    /// <summary>The question, masked: it may come from a conversation.</summary>
    public required byte[] Sealed { get; init; }
    public required string Language { get; init; }

    /// <summary>item, refusal or person.</summary>
    public required string Expects { get; set; }
    public Guid? ItemId { get; set; }

    /// <summary>editor, conversation or search.</summary>
    public required string Source { get; init; }
    public Guid? CreatedBy { get; init; }
    public required long CreatedAt { get; init; }
}

/// <summary>What the regression set said about a change.</summary>
internal sealed class KnowledgeRun : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }
    public Guid? ItemId { get; init; }
    public Guid? ByAgent { get; init; }
    public required long At { get; init; }
    public required int Total { get; init; }
    public required int RightBefore { get; init; }
    public required int RightAfter { get; init; }

    /// <summary>JSON of the <c>RunDetail</c>.</summary>
    public required string Detail { get; init; }
}

/// <summary>What somebody asked and nothing answered.</summary>
internal sealed class KnowledgeMiss : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public Guid? BaseId { get; init; }
    public required Guid Tag { get; init; }
    public required byte[] Sealed { get; init; }
    public required string Source { get; init; }
    public required int Times { get; set; }
    public required long FirstAt { get; init; }
    public required long LastAt { get; set; }

    /// <summary>open, done or dismissed.</summary>
    public required string State { get; set; }
}

/// <summary>How often an item was used on one day.</summary>
internal sealed class KnowledgeUsed : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ItemId { get; init; }

    /// <summary>Days since 1970-01-01.</summary>
    public required int Day { get; init; }
    public required int Viewed { get; set; }
    public required int Cited { get; set; }
    public required int Solved { get; set; }
    public required int Liked { get; set; }
    public required int Disliked { get; set; }
}

/// <summary>A thumb up or down, perhaps with words.</summary>
internal sealed class KnowledgeFeedback : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ItemId { get; init; }
    public required int Version { get; init; }
    public required int Liked { get; init; }
    public byte[]? Sealed { get; init; }
    public required string Source { get; init; }
    public required long At { get; init; }
    public long? DoneAt { get; set; }
    public Guid? DoneBy { get; set; }
}

/// <summary>A picture or document of articles.</summary>
internal sealed class KnowledgeFile : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required int Size { get; init; }
    public required byte[] Sealed { get; init; }
    public Guid? ByAgent { get; init; }
    public required long CreatedAt { get; init; }
}

internal sealed class WorkTables : IEntityTypeConfiguration<KnowledgeImport>, IEntityTypeConfiguration<KnowledgeImportRow>, IEntityTypeConfiguration<KnowledgeCheck>, IEntityTypeConfiguration<KnowledgeRun>,
    IEntityTypeConfiguration<KnowledgeMiss>, IEntityTypeConfiguration<KnowledgeUsed>, IEntityTypeConfiguration<KnowledgeFeedback>, IEntityTypeConfiguration<KnowledgeFile>
{
    public void Configure(EntityTypeBuilder<KnowledgeImport> table)
    {
        table.ToTable("knowledge_import").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId }, "ix_knowledge_import_base");
    }

    public void Configure(EntityTypeBuilder<KnowledgeImportRow> table)
    {
        table.ToTable("knowledge_import_row").HasKey(row => new { row.Ws, row.ImportId, row.No });
        table.HasOne<KnowledgeImport>().WithMany().HasForeignKey(row => new { row.Ws, row.ImportId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<KnowledgeCheck> table)
    {
        table.ToTable("knowledge_check").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<KnowledgeItem>().WithMany().HasForeignKey(row => new { row.Ws, row.ItemId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId, row.Tag }, "ux_knowledge_check_tag").IsUnique();
        table.HasIndex(row => new { row.Ws, row.ItemId }, "ix_knowledge_check_item");
    }

    public void Configure(EntityTypeBuilder<KnowledgeRun> table)
    {
        table.ToTable("knowledge_run").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId, row.At }, "ix_knowledge_run_base");
    }

    public void Configure(EntityTypeBuilder<KnowledgeMiss> table)
    {
        table.ToTable("knowledge_miss").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.Tag }, "ux_knowledge_miss_tag").IsUnique();
        table.HasIndex(row => new { row.Ws, row.LastAt, row.Id }, "ix_knowledge_miss_last");
    }

    public void Configure(EntityTypeBuilder<KnowledgeUsed> table)
    {
        table.ToTable("knowledge_use").HasKey(row => new { row.Ws, row.ItemId, row.Day });
        table.HasOne<KnowledgeItem>().WithMany().HasForeignKey(row => new { row.Ws, row.ItemId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<KnowledgeFeedback> table)
    {
        table.ToTable("knowledge_feedback").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeItem>().WithMany().HasForeignKey(row => new { row.Ws, row.ItemId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ItemId, row.At }, "ix_knowledge_feedback_item");
        table.HasIndex(row => new { row.Ws, row.At, row.Id }, "ix_knowledge_feedback_at");
    }

    public void Configure(EntityTypeBuilder<KnowledgeFile> table)
    {
        table.ToTable("knowledge_file").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId }, "ix_knowledge_file_base");
    }
}
