using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>One erasure: a line of the ledger. It names nobody; a restored backup is taken through the lines again.</summary>
internal sealed class ErasureRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>Who was asked for. No foreign key: the line outlives everything.</summary>
    public required Guid ContactId { get; init; }

    /// <summary>Everybody who was erased with them (merged contacts), themselves too: ids between commas.</summary>
    public required string ContactIds { get; init; }

    public Guid? ById { get; init; }

    /// <summary>Why, in somebody's words, sealed under the workspace's key: it may name a person.</summary>
    public required byte[] Reason { get; init; }

    public required long At { get; init; }

    /// <summary>When every store had done its part.</summary>
    public long? FinishedAt { get; set; }

    /// <summary>JSON: store to count.</summary>
    public required string Receipt { get; set; }
}

internal sealed class ErasureTables : IEntityTypeConfiguration<ErasureRow>
{
    public void Configure(EntityTypeBuilder<ErasureRow> table)
    {
        table.ToTable("erasure").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId }, "ix_erasure_contact");
    }
}
