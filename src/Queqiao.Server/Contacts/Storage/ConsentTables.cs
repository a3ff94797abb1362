using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Storage;

/// <summary>One version of what a channel tells people before it stores anything about them. Never changed.</summary>
internal sealed class ConsentNotice : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ChannelId { get; init; }
    public required string Locale { get; init; }
    public required int Version { get; init; }
    public required string Text { get; init; }

    /// <summary>JSON: purpose to sentence, in the order of <see cref="Purposes.Optional"/>.</summary>
    public required string Purposes { get; init; }

    public required byte[] Hash { get; init; }
    public required long CreatedAt { get; init; }
    public required Guid CreatedBy { get; init; }
}

/// <summary>A line of the ledger. Never changed; what holds follows from the newest line of each purpose.</summary>
internal sealed class ConsentRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ContactId { get; init; }
    public required string Purpose { get; init; }

    /// <summary><c>shown</c>, <c>given</c> or <c>withdrawn</c>.</summary>
    public required string Act { get; init; }

    public byte[]? NoticeHash { get; init; }
    public string? NoticeLocale { get; init; }
    public int? NoticeVersion { get; init; }
    public Guid? ChannelId { get; init; }
    public required long At { get; init; }
    public required string How { get; init; }
    public Guid? ActorId { get; init; }
}

internal sealed class ConsentTables : IEntityTypeConfiguration<ConsentNotice>, IEntityTypeConfiguration<ConsentRow>
{
    public void Configure(EntityTypeBuilder<ConsentNotice> table)
    {
        table.ToTable("consent_notice").HasKey(notice => new { notice.Ws, notice.ChannelId, notice.Locale, notice.Version });
        table.HasOne<Channel>().WithMany().HasForeignKey(notice => new { notice.Ws, notice.ChannelId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ConsentRow> table)
    {
        table.ToTable("consent").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Contact>().WithMany().HasForeignKey(row => new { row.Ws, row.ContactId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ContactId, row.At }, "ix_consent_contact");
    }
}
