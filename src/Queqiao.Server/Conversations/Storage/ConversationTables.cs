using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Storage;

/// <summary>A row of the log as stored, its body sealed; <see cref="ConversationSeals"/> opens it.</summary>
internal sealed class EntryRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public long? PublicPrev { get; init; }
    public required long At { get; init; }
    public required string Type { get; init; }
    public required string SenderKind { get; init; }
    public Guid? SenderId { get; init; }
    public required byte[] Body { get; init; }
    public required short Slot { get; init; }
    public required long Position { get; init; }

    public LogEntry ToEntry(EntryBody body, string? senderName) =>
        new(Ws, ConversationId, Seq, PublicPrev, At, new Sender(SenderKind, SenderId, senderName), body, Slot, Position);
}

internal sealed class EntryKeyRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid Key { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required long At { get; init; }
}

internal sealed class SlotRow : IUnscoped
{
    public required short Slot { get; init; }
    public required long Position { get; init; }
}

internal sealed class ListenerCursor : IUnscoped
{
    public required string Listener { get; init; }
    public required short Slot { get; init; }
    public required long Position { get; set; }
}

internal sealed class ListenerHold : IUnscoped
{
    public required string Listener { get; init; }
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long FromSeq { get; set; }
    public required int Tries { get; set; }
    public required long NextAt { get; set; }
    public required string Error { get; set; }
}

internal sealed class ListenerParked : IUnscoped
{
    public required string Listener { get; init; }
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required int Tries { get; init; }
    public required string Error { get; init; }
    public required long ParkedAt { get; init; }
}

internal sealed class ConversationTables :
    IEntityTypeConfiguration<ConversationHead>, IEntityTypeConfiguration<EntryRow>, IEntityTypeConfiguration<EntryKeyRow>, IEntityTypeConfiguration<SlotRow>,
    IEntityTypeConfiguration<ListenerCursor>, IEntityTypeConfiguration<ListenerHold>, IEntityTypeConfiguration<ListenerParked>
{
    public void Configure(EntityTypeBuilder<ConversationHead> table)
    {
        table.ToTable("conversation").HasKey(head => new { head.Ws, head.Id });
        table.Ignore(head => head.IsResolved);
        table.Ignore(head => head.Personal).Ignore(head => head.Identity).Ignore(head => head.ContactName).Ignore(head => head.LastSenderName).Ignore(head => head.LastPreview)
            .Ignore(head => head.Subject).Ignore(head => head.PersonalFields).Ignore(head => head.Place);
        table.Property(head => head.Sealed).HasConversion(sealedHead => sealedHead!.Bytes, bytes => new SealedHead(bytes));
        table.HasOne<Channel>().WithMany().HasForeignKey(head => new { head.Ws, head.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(head => new { head.Ws, head.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(head => new { head.Ws, head.AssigneeId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(head => new { head.Ws, head.ChannelId, head.IdentityTag }, "ux_conversation_unresolved").IsUnique().HasFilter("status <> 'resolved'");
        table.HasIndex(head => new { head.Ws, head.ChannelId, head.IdentityTag, head.CreatedAt }, "ix_conversation_identity");
        table.HasIndex(head => new { head.Ws, head.Status, head.LastActivityAt, head.Id }, "ix_conversation_activity");
        table.HasIndex(head => new { head.Ws, head.AssigneeId, head.Status, head.LastActivityAt, head.Id }, "ix_conversation_assignee");
        table.HasIndex(head => new { head.Ws, head.WaitingSince, head.Id }, "ix_conversation_waiting").HasFilter("waiting_since IS NOT NULL");
        table.HasIndex(head => new { head.Ws, head.ContactId }, "ix_conversation_contact");
        table.HasIndex(head => head.SnoozedUntil, "ix_conversation_snoozed").HasFilter("snoozed_until IS NOT NULL");
        table.HasIndex(head => new { head.Ws, head.MergedInto }, "ix_conversation_merged").HasFilter("merged_into IS NOT NULL");
        table.HasIndex(head => new { head.Ws, head.TeamId, head.Status, head.LastActivityAt, head.Id }, "ix_conversation_team").HasFilter("team_id IS NOT NULL");
        table.Property(head => head.RatingAskedSeq).HasDefaultValue(0L);
        table.Property(head => head.RevisedSeq).HasDefaultValue(0L);
    }

    public void Configure(EntityTypeBuilder<EntryRow> table)
    {
        table.ToTable("entry").HasKey(entry => new { entry.Ws, entry.ConversationId, entry.Seq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(entry => new { entry.Ws, entry.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(entry => new { entry.Slot, entry.Position }, "ux_entry_position").IsUnique();
    }

    public void Configure(EntityTypeBuilder<EntryKeyRow> table) => table.ToTable("entry_key").HasKey(key => new { key.Ws, key.Key });

    public void Configure(EntityTypeBuilder<SlotRow> table)
    {
        table.ToTable("slot").HasKey(slot => slot.Slot);
        table.Property(slot => slot.Slot).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<ListenerCursor> table) => table.ToTable("listener_cursor").HasKey(cursor => new { cursor.Listener, cursor.Slot });

    public void Configure(EntityTypeBuilder<ListenerHold> table) => table.ToTable("listener_hold").HasKey(hold => new { hold.Listener, hold.Ws, hold.ConversationId });

    public void Configure(EntityTypeBuilder<ListenerParked> table) =>
        table.ToTable("listener_parked").HasKey(parked => new { parked.Listener, parked.Ws, parked.ConversationId, parked.Seq });
}
