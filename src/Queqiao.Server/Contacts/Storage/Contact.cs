using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>A person who contacts the firm.</summary>
internal sealed class Contact : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>Their name under their own key (<c>contact.name</c>, their id). Null until somebody names them.</summary>
    public byte[]? SealedName { get; set; }

    public required long CreatedAt { get; init; }
    public required long LastSeenAt { get; set; }

    /// <summary>When everything about them was made unreadable; null: it was not.</summary>
    public long? ErasedAt { get; set; }

    /// <summary>The contact that this one is part of since they were merged; always one that is part of nobody. Null: it stands for itself.</summary>
    public Guid? MergedInto { get; set; }

    /// <summary>The agent who added them; null when they came by themselves.</summary>
    public Guid? CreatedBy { get; init; }

    /// <summary>The words that they are found by are to be made anew (a newer server makes others).</summary>
    public bool WordsDue { get; init; }

    /// <summary>Since when they may not write; null: they may.</summary>
    public long? BlockedAt { get; set; }
}

/// <summary>What a channel calls a person.</summary>
internal sealed class ContactIdentity : IScoped
{
    public required int Ws { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>What stands for the identity: <c>IVault.Tag(ws, "channel identity", …)</c>.</summary>
    public required Guid Tag { get; init; }

    public required Guid ContactId { get; init; }

    /// <summary>The identity itself under the contact's key (<c>contact_identity</c>, the channel's id).</summary>
    public required byte[] Sealed { get; init; }

    public required long CreatedAt { get; init; }
}

internal sealed class ContactTables : IEntityTypeConfiguration<Contact>, IEntityTypeConfiguration<ContactIdentity>
{
    public void Configure(EntityTypeBuilder<Contact> table)
    {
        table.ToTable("contact").HasKey(contact => new { contact.Ws, contact.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(contact => contact.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(contact => new { contact.Ws, contact.LastSeenAt, contact.Id }, "ix_contact_seen");
        table.Property(contact => contact.WordsDue).HasDefaultValue(false);
        table.HasIndex(contact => new { contact.Ws, contact.Id }, "ix_contact_words_due").HasFilter("words_due");
        table.HasIndex(contact => new { contact.Ws, contact.MergedInto }, "ix_contact_merged").HasFilter("merged_into IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<ContactIdentity> table)
    {
        table.ToTable("contact_identity").HasKey(identity => new { identity.Ws, identity.ChannelId, identity.Tag });
        table.HasOne<Channel>().WithMany().HasForeignKey(identity => new { identity.Ws, identity.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(identity => new { identity.Ws, identity.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(identity => new { identity.Ws, identity.ContactId }, "ix_contact_identity_contact");
    }
}
