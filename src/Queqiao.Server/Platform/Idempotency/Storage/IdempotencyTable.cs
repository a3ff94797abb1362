using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Idempotency.Storage;

/// <summary>A request that carried a key, and what it was answered.</summary>
internal sealed class IdempotencyRow : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>Of (agent, key): nobody meets somebody else's.</summary>
    public required Guid Key { get; init; }

    /// <summary>Of method, address and body.</summary>
    public required Guid Request { get; init; }

    /// <summary>Null: still at work.</summary>
    public int? Status { get; set; }

    public string? ContentType { get; set; }
    public string? Location { get; set; }

    /// <summary>Sealed; null when the answer had no body.</summary>
    public byte[]? Answer { get; set; }

    public required long CreatedAt { get; init; }
}

internal sealed class IdempotencyTable : IEntityTypeConfiguration<IdempotencyRow>
{
    public void Configure(EntityTypeBuilder<IdempotencyRow> table)
    {
        table.ToTable("idempotency_key").HasKey(row => new { row.Ws, row.Key });
        table.HasIndex(row => row.CreatedAt, "ix_idempotency_key_created");
    }
}
