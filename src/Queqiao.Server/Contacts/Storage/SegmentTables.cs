using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>Saved conditions over contacts.</summary>
internal sealed class ContactSegment : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Name { get; set; }

    /// <summary>JSON of the conditions.</summary>
    public required string Conditions { get; set; }

    public required long CreatedAt { get; init; }
}

internal sealed class SegmentTables : IEntityTypeConfiguration<ContactSegment>
{
    public void Configure(EntityTypeBuilder<ContactSegment> table)
    {
        table.ToTable("contact_segment").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
