using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>An e-mail address, phone number or other name of a person, apart from what their channels call them.</summary>
internal sealed class ContactIdentifier : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>One of <see cref="IdentityKinds"/>, or the firm's own word.</summary>
    public required string Kind { get; init; }

    /// <summary>What stands for kind and value: <c>IVault.Tag</c> of the normalised value.</summary>
    public required Guid Tag { get; init; }

    /// <summary>The value under the contact's key.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>A site has signed it, or a code that was sent there came back. What somebody typed is not.</summary>
    public required bool Verified { get; set; }

    /// <summary><c>site</c>, <c>agent</c>, <c>api</c> or <c>import</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The channel whose site signed it: the same user id means somebody else elsewhere.</summary>
    public Guid? ChannelId { get; init; }

    public required long CreatedAt { get; init; }
    public Guid? CreatedBy { get; init; }

    /// <summary>When it was last proved that it is theirs; null: before that was noted, or never.</summary>
    public long? ProvedAt { get; set; }
}

/// <summary>What else is known about a person.</summary>
internal sealed class ContactDetail : IScoped
{
    public required int Ws { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>Custom fields of the firm's own work: JSON in clear.</summary>
    public string? Fields { get; set; }

    /// <summary>Custom fields about the person, and what sites said of them: JSON under the contact's key.</summary>
    public byte[]? Sealed { get; set; }

    public required long ChangedAt { get; set; }
}

internal sealed class ContactTag : IScoped
{
    public required int Ws { get; init; }
    public required Guid ContactId { get; init; }
    public required string Tag { get; init; }
    public required long At { get; init; }
}

internal sealed class ContactNote : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ContactId { get; init; }
    public required byte[] Sealed { get; set; }
    public required Guid AuthorId { get; init; }
    public required string AuthorName { get; init; }
    public required long At { get; init; }
    public long? EditedAt { get; set; }
    public long? DeletedAt { get; set; }
}

/// <summary>One time that somebody was kept from writing.</summary>
internal sealed class ContactBlock : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>Under the contact's key.</summary>
    public byte[]? SealedReason { get; init; }

    public required long At { get; init; }
    public required Guid By { get; init; }
    public long? Until { get; init; }
    public long? EndedAt { get; set; }
    public Guid? EndedBy { get; set; }
}

/// <summary>Two contacts became one. Their rows stay their own, so it can be undone and nothing is sealed anew.</summary>
internal sealed class ContactMerge : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid IntoId { get; init; }
    public required Guid FromId { get; init; }
    public required long At { get; init; }

    /// <summary>The agent; empty when a key proved it.</summary>
    public required Guid By { get; init; }

    /// <summary>Which kind of identifier proved it; null: an agent said so.</summary>
    public string? KeyKind { get; init; }

    /// <summary>The row of that identifier with the contact that became part.</summary>
    public Guid? KeyId { get; init; }

    public long? UndoneAt { get; set; }
    public Guid? UndoneBy { get; set; }
}

/// <summary>A word or a part of one of somebody's name, as a keyed tag: names are found without being readable.</summary>
internal sealed class ContactWord : IScoped
{
    public required int Ws { get; init; }
    public required Guid Word { get; init; }
    public required Guid ContactId { get; init; }
}

internal sealed class ProfileTables :
    IEntityTypeConfiguration<ContactIdentifier>, IEntityTypeConfiguration<ContactDetail>, IEntityTypeConfiguration<ContactTag>, IEntityTypeConfiguration<ContactNote>,
    IEntityTypeConfiguration<ContactBlock>, IEntityTypeConfiguration<ContactMerge>, IEntityTypeConfiguration<ContactWord>
{
    public void Configure(EntityTypeBuilder<ContactIdentifier> table)
    {
        table.ToTable("contact_identifier").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId, row.Tag }, "ux_contact_identifier_contact").IsUnique();
        table.HasIndex(row => new { row.Ws, row.Tag }, "ix_contact_identifier_tag");
    }

    public void Configure(EntityTypeBuilder<ContactDetail> table)
    {
        table.ToTable("contact_detail").HasKey(row => new { row.Ws, row.ContactId });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ContactTag> table)
    {
        table.ToTable("contact_tag").HasKey(row => new { row.Ws, row.ContactId, row.Tag });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.Tag }, "ix_contact_tag_tag");
    }

    public void Configure(EntityTypeBuilder<ContactNote> table)
    {
        table.ToTable("contact_note").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId, row.At }, "ix_contact_note_contact");
    }

    public void Configure(EntityTypeBuilder<ContactBlock> table)
    {
        table.ToTable("contact_block").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId, row.At }, "ix_contact_block_contact");
    }

    public void Configure(EntityTypeBuilder<ContactMerge> table)
    {
        table.ToTable("contact_merge").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.IntoId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.FromId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.IntoId }, "ix_contact_merge_into");
        table.HasIndex(row => new { row.Ws, row.FromId }, "ix_contact_merge_from");
    }

    public void Configure(EntityTypeBuilder<ContactWord> table)
    {
        table.ToTable("contact_word").HasKey(row => new { row.Ws, row.Word, row.ContactId });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId }, "ix_contact_word_contact");
    }
}
