using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Storage;

/// <summary>What a visitor is looking at.</summary>
internal sealed class VisitorContext : IScoped
{
    public required int Ws { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>JSON of <see cref="SeenPage"/> under the contact's key.</summary>
    public required byte[] Sealed { get; set; }

    public required long At { get; set; }

    /// <summary>Stored in effect: never rename.</summary>
    public static SealedPlace Place(Guid contact) => new("visitor_context", contact);
}

/// <summary>A page that somebody visited who agreed to that being kept.</summary>
internal sealed class VisitedPage : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ContactId { get; init; }
    public required byte[] Sealed { get; init; }
    public required long At { get; init; }

    /// <summary>Stored in effect: never rename.</summary>
    public static SealedPlace Place(Guid row) => new("visited_page", row);
}

internal sealed class LookingTables : IEntityTypeConfiguration<VisitorContext>, IEntityTypeConfiguration<VisitedPage>
{
    public void Configure(EntityTypeBuilder<VisitorContext> table)
    {
        table.ToTable("visitor_context").HasKey(row => new { row.Ws, row.ContactId });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<VisitedPage> table)
    {
        table.ToTable("visited_page").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId, row.At }, "ix_visited_page_contact");
        table.HasIndex(row => new { row.Ws, row.At }, "ix_visited_page_at");
    }
}
