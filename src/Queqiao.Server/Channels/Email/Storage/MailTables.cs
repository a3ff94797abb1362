using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Storage;

/// <summary>How far a mailbox was read, by which node, and how it was last time.</summary>
internal sealed class MailBox : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ChannelId { get; init; }

    /// <summary>0: never looked. Another number than the server's: its UIDs are new ones.</summary>
    public long UidValidity { get; set; }

    public long LastUid { get; set; }
    public long? CheckedAt { get; set; }

    /// <summary>What is wrong: a code of <see cref="MailTroubles"/>.</summary>
    public string? Trouble { get; set; }

    public long? TroubleAt { get; set; }
    public string? Holder { get; set; }
    public long HeldUntil { get; set; }
}

/// <summary>A mail between the mailbox and the conversation, as it came, sealed.</summary>
internal sealed class MailArrival : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }
    public required long ReceivedAt { get; init; }
    public required int Size { get; init; }
    public required byte[] Body { get; init; }
    public required string State { get; set; }

    /// <summary>Why it is not in a conversation: a code.</summary>
    public string? Reason { get; set; }

    public int Tries { get; set; }
    public long? NextAt { get; set; }
}

internal static class ArrivalState
{
    public const string Waiting = "waiting";

    /// <summary>Could not be digested: an administrator looks.</summary>
    public const string Held = "held";

    /// <summary>Deliberately not taken in: our own, an automatic answer to nothing, a loop.</summary>
    public const string Left = "left";
}

/// <summary>Mails that answer each other. The number is in our message ids and reply addresses, signed.</summary>
internal sealed class MailThread : IScoped
{
    public required int Ws { get; init; }
    public required long Number { get; init; }
    public required Guid ChannelId { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>A blind tag of the customer's address.</summary>
    public required Guid AddressTag { get; init; }

    /// <summary>Whether the address was proven when the thread began, or by the first answer to us.</summary>
    public required bool IsProven { get; set; }

    /// <summary><see cref="ThreadFacts"/>.</summary>
    public required byte[] Sealed { get; set; }

    public required long CreatedAt { get; init; }

    /// <summary>When a program last answered in it.</summary>
    public long? AnsweredAt { get; set; }
}

/// <summary>A mail that stands in a conversation: what it said besides its text.</summary>
internal sealed class MailMessageRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ChannelId { get; init; }
    public required long Thread { get; init; }

    /// <summary>A blind tag of its message id.</summary>
    public required Guid MailKey { get; init; }

    /// <summary>A blind tag of the sender's address; null: we sent it.</summary>
    public Guid? SenderTag { get; init; }

    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary><see cref="MailFacts"/>.</summary>
    public required byte[] Sealed { get; init; }

    public required long CreatedAt { get; init; }
}

internal sealed class MailTables : IEntityTypeConfiguration<MailBox>, IEntityTypeConfiguration<MailArrival>, IEntityTypeConfiguration<MailThread>, IEntityTypeConfiguration<MailMessageRow>
{
    public void Configure(EntityTypeBuilder<MailBox> table)
    {
        table.ToTable("mail_box").HasKey(box => new { box.Ws, box.ChannelId });
        table.HasOne<Channel>().WithMany().HasForeignKey(box => new { box.Ws, box.ChannelId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<MailArrival> table)
    {
        table.ToTable("mail_arrival").HasKey(mail => new { mail.Ws, mail.Id });
        table.HasOne<Channel>().WithMany().HasForeignKey(mail => new { mail.Ws, mail.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(mail => mail.NextAt, "ix_mail_arrival_next").HasFilter("next_at IS NOT NULL");
        table.HasIndex(mail => new { mail.Ws, mail.ChannelId, mail.State, mail.Id }, "ix_mail_arrival_channel");
    }

    public void Configure(EntityTypeBuilder<MailThread> table)
    {
        table.ToTable("mail_thread").HasKey(thread => new { thread.Ws, thread.Number });
        table.Property(thread => thread.Number).ValueGeneratedNever();
        table.HasOne<Channel>().WithMany().HasForeignKey(thread => new { thread.Ws, thread.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(thread => new { thread.Ws, thread.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(thread => new { thread.Ws, thread.AddressTag, thread.CreatedAt }, "ix_mail_thread_address");
        table.HasIndex(thread => new { thread.Ws, thread.ContactId }, "ix_mail_thread_contact");
        table.HasIndex(thread => new { thread.Ws, thread.ChannelId }, "ix_mail_thread_channel");
    }

    public void Configure(EntityTypeBuilder<MailMessageRow> table)
    {
        table.ToTable("mail_message").HasKey(mail => new { mail.Ws, mail.Id });
        table.HasOne<Channel>().WithMany().HasForeignKey(mail => new { mail.Ws, mail.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Contact>().WithMany().HasForeignKey(mail => new { mail.Ws, mail.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<MailThread>().WithMany().HasForeignKey(mail => new { mail.Ws, mail.Thread }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(mail => new { mail.Ws, mail.ChannelId, mail.MailKey }, "ux_mail_message_key").IsUnique();
        table.HasIndex(mail => new { mail.Ws, mail.ConversationId, mail.Seq }, "ix_mail_message_conversation");
        table.HasIndex(mail => new { mail.Ws, mail.ChannelId, mail.SenderTag, mail.CreatedAt }, "ix_mail_message_sender");
        table.HasIndex(mail => new { mail.Ws, mail.Thread }, "ix_mail_message_thread");
        table.HasIndex(mail => new { mail.Ws, mail.ContactId }, "ix_mail_message_contact");
    }
}
