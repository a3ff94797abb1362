using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Storage;

/// <summary>A one-time code that was sent. Neither the code nor the address stands here.</summary>
internal sealed class BotCodeRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid ContactId { get; init; }

    /// <summary>Stands for the address: how often it was written to.</summary>
    public required Guid AddressTag { get; init; }

    /// <summary>HMAC-SHA256 of row and code under a key of the workspace.</summary>
    public required byte[] CodeHash { get; init; }

    public required long SentAt { get; init; }
    public required long Until { get; init; }
    public required int Tries { get; set; }
    public long? UsedAt { get; set; }
}

internal sealed class CodeTables : IEntityTypeConfiguration<BotCodeRow>
{
    public void Configure(EntityTypeBuilder<BotCodeRow> table)
    {
        table.ToTable("bot_code").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.SentAt, row.ContactId, row.AddressTag }, "ix_bot_code_sent");
    }
}
