using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>A code by which somebody shows on one channel that they are a person of another. Good once.</summary>
internal sealed class ContactLink : IScoped
{
    public required int Ws { get; init; }

    /// <summary>What stands for the code: <c>IVault.Tag(ws, "contact link", …)</c>.</summary>
    public required Guid Tag { get; init; }

    /// <summary>Whom whoever brings the code is then part of.</summary>
    public required Guid ContactId { get; init; }

    /// <summary>The agent who asked for it; null: the person themselves.</summary>
    public Guid? MadeBy { get; init; }

    public required long CreatedAt { get; init; }
    public required long ExpiresAt { get; init; }
    public long? UsedAt { get; set; }
}

internal sealed class ContactLinkTable : IEntityTypeConfiguration<ContactLink>
{
    public void Configure(EntityTypeBuilder<ContactLink> table)
    {
        table.ToTable("contact_link").HasKey(row => new { row.Ws, row.Tag });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId }, "ix_contact_link_contact");
    }
}
