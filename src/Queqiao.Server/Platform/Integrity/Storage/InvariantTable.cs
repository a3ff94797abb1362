using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Integrity.Storage;

/// <summary>How the last look at an invariant ended.</summary>
internal sealed class InvariantRow : IUnscoped
{
    public required int Ws { get; init; }
    public required int No { get; init; }
    public required long CheckedAt { get; set; }
    public required long Looked { get; set; }
    public required long Broken { get; set; }

    /// <summary>Some of what breaks it, as JSON: ids.</summary>
    public string? Sample { get; set; }

    public required long TookMs { get; set; }
}

internal sealed class InvariantTable : IEntityTypeConfiguration<InvariantRow>
{
    public void Configure(EntityTypeBuilder<InvariantRow> table) => table.ToTable("invariant_check").HasKey(row => new { row.Ws, row.No });
}
