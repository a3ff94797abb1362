using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A row's place in the chain of its workspace; never changed.</summary>
internal sealed class AuditLink : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>1, 2, 3 … without gaps.</summary>
    public required long No { get; init; }

    public required Guid AuditId { get; init; }

    /// <summary>When it was linked.</summary>
    public required long At { get; init; }

    /// <summary>The row has no digest of its own: a version wrote it that knew none.</summary>
    public required bool Adopted { get; init; }

    /// <summary>Keyed digest over the link before, this link and the row.</summary>
    public required byte[] Hash { get; init; }
}

/// <summary>A row that waits to be linked. Written by the database itself when a row comes.</summary>
internal sealed class AuditTailRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
}

/// <summary>Where a chain begins now: what came up to here has expired.</summary>
internal sealed class AuditCut : IUnscoped
{
    public required int Ws { get; init; }
    public required long No { get; set; }

    /// <summary>Of the last link that went.</summary>
    public required byte[] Hash { get; set; }

    public required long At { get; set; }
    public required byte[] Mac { get; set; }
}

/// <summary>How long a workspace keeps its rows, and how the last verification ended.</summary>
internal sealed class AuditState : IUnscoped
{
    public required int Ws { get; init; }
    public required int KeepDays { get; set; }
    public long? CheckedAt { get; set; }
    public long CheckedRows { get; set; }

    /// <summary>What is wrong with the first bad row (<see cref="Auditing.BadRow"/>); null: nothing.</summary>
    public string? BadCode { get; set; }

    public long? BadNo { get; set; }
    public Guid? BadId { get; set; }
}

internal sealed class AuditTables :
    IEntityTypeConfiguration<AuditRow>, IEntityTypeConfiguration<AuditLink>, IEntityTypeConfiguration<AuditTailRow>, IEntityTypeConfiguration<AuditCut>, IEntityTypeConfiguration<AuditState>
{
    public void Configure(EntityTypeBuilder<AuditRow> table)
    {
        table.ToTable("audit").HasKey(row => new { row.Ws, row.Id });
        table.HasIndex(row => new { row.Ws, row.ObjectId, row.Id }, "ix_audit_object");
        table.HasIndex(row => new { row.Ws, row.ActorId, row.Id }, "ix_audit_actor");
    }

    public void Configure(EntityTypeBuilder<AuditLink> table)
    {
        table.ToTable("audit_link").HasKey(link => new { link.Ws, link.No });
        table.Property(link => link.No).ValueGeneratedNever();
        table.HasIndex(link => new { link.Ws, link.AuditId }, "ux_audit_link_row").IsUnique();
    }

    public void Configure(EntityTypeBuilder<AuditTailRow> table) => table.ToTable("audit_tail").HasKey(row => new { row.Ws, row.Id });

    public void Configure(EntityTypeBuilder<AuditCut> table)
    {
        table.ToTable("audit_cut").HasKey(cut => cut.Ws);
        table.Property(cut => cut.Ws).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<AuditState> table)
    {
        table.ToTable("audit_state").HasKey(state => state.Ws);
        table.Property(state => state.Ws).ValueGeneratedNever();
    }
}
