using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>A file that becomes contacts, or became them.</summary>
internal sealed class ContactImport : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ByAgent { get; init; }

    /// <summary>The uploaded file; null once its bytes are deleted.</summary>
    public Guid? FileId { get; set; }

    /// <summary>JSON of its name, its format and its plan under the workspace's key.</summary>
    public required byte[] Sealed { get; set; }

    /// <summary>One of <c>ImportPhase</c>: what the job is about.</summary>
    public required string Phase { get; set; }

    /// <summary>Of the checking or importing that was asked for last.</summary>
    public Guid? JobId { get; set; }
    public Guid? UndoJobId { get; set; }

    /// <summary>Rows in the file.</summary>
    public required int Total { get; set; }

    /// <summary>JSON of the <c>ImportCounts</c> of the phase.</summary>
    public required string Counts { get; set; }
    public int Undone { get; set; }

    /// <summary>Something had happened to them since.</summary>
    public int NotUndone { get; set; }
    public required long CreatedAt { get; init; }
    public long? FinishedAt { get; set; }
}

/// <summary>What became of a row: somebody was added or changed, or why not. Rows that changed nothing have none.</summary>
internal sealed class ContactImportRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid ImportId { get; init; }
    public required int No { get; init; }

    /// <summary><c>added</c>, <c>changed</c>, or the kind of a <c>RowFault</c>.</summary>
    public required string Outcome { get; init; }

    public Guid? ContactId { get; init; }

    /// <summary>JSON of what was before, under the contact's key.</summary>
    public byte[]? Before { get; init; }

    /// <summary>What the contact came to afterwards (<c>ContactTraces</c>).</summary>
    public byte[]? Trace { get; init; }

    /// <summary>The row as it stood in the file, under the workspace's key; only of rows that nothing came of.</summary>
    public byte[]? Cells { get; set; }

    public string? Code { get; set; }
    public int? ColumnNo { get; init; }
    public string? Arg { get; init; }
    public long? UndoneAt { get; set; }
}

internal sealed class ImportTables : IEntityTypeConfiguration<ContactImport>, IEntityTypeConfiguration<ContactImportRow>
{
    public void Configure(EntityTypeBuilder<ContactImport> table)
    {
        table.ToTable("contact_import").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.ByAgent }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ByAgent, row.CreatedAt }, "ix_contact_import_agent");
        table.HasIndex(row => row.CreatedAt, "ix_contact_import_created");
    }

    public void Configure(EntityTypeBuilder<ContactImportRow> table)
    {
        table.ToTable("contact_import_row").HasKey(row => new { row.Ws, row.ImportId, row.No });
        table.HasOne<ContactImport>().WithMany().HasForeignKey(row => new { row.Ws, row.ImportId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId }, "ix_contact_import_row_contact").HasFilter("contact_id IS NOT NULL");
    }
}
