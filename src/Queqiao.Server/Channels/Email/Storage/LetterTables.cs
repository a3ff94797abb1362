using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Storage;

/// <summary>How the server itself writes to colleagues of a workspace.</summary>
internal sealed class ServerMailRow : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>JSON of <c>LetterSettings</c>.</summary>
    public required string Settings { get; set; }

    /// <summary>The password, sealed; null: none.</summary>
    public byte[]? Secret { get; set; }

    public required long ChangedAt { get; set; }
    public long? SentAt { get; set; }

    /// <summary>What was wrong last: a code of <see cref="MailTroubles"/>.</summary>
    public string? Trouble { get; set; }

    public long? TroubleAt { get; set; }
}

/// <summary>A letter until it is sent.</summary>
internal sealed class ServerLetter : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public required byte[] Sealed { get; init; }
    public required long CreatedAt { get; init; }
}

internal sealed class LetterTables : IEntityTypeConfiguration<ServerMailRow>, IEntityTypeConfiguration<ServerLetter>
{
    public void Configure(EntityTypeBuilder<ServerMailRow> table)
    {
        table.ToTable("server_mail").HasKey(row => row.Ws);
        table.Property(row => row.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<ServerLetter> table)
    {
        table.ToTable("server_letter").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
