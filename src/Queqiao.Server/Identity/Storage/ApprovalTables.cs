using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Storage;

/// <summary>A request that somebody else has to agree to, kept until it is done.</summary>
internal sealed class ApprovalRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>One of <see cref="Approving.Acts"/>, or a permission that a role marks.</summary>
    public required string Act { get; init; }

    public required string State { get; init; }
    public required string Method { get; init; }

    /// <summary>The pattern of the route, by which it is found again.</summary>
    public required string Route { get; init; }

    public required string Path { get; init; }

    /// <summary>Query, values of the route and body, sealed under the workspace's key; gone when it is over.</summary>
    public byte[]? Request { get; init; }

    /// <summary>Why, in the words of who asked; sealed.</summary>
    public byte[]? Reason { get; init; }

    public required Guid RequestedBy { get; init; }
    public required long RequestedAt { get; init; }
    public required long ExpiresAt { get; init; }
    public Guid? DecidedBy { get; init; }
    public long? DecidedAt { get; init; }

    /// <summary>Why it was approved or refused; sealed.</summary>
    public byte[]? Note { get; init; }

    public long? FinishedAt { get; init; }

    /// <summary>The status that the request was answered with.</summary>
    public int? Outcome { get; init; }

    public string? OutcomeCode { get; init; }
}

/// <summary>A deed for which the workspace wants a second person.</summary>
internal sealed class ApprovalRule : IUnscoped
{
    public required int Ws { get; init; }
    public required string Act { get; init; }
    public required long Since { get; init; }
}

internal sealed class ApprovalTables : IEntityTypeConfiguration<ApprovalRow>, IEntityTypeConfiguration<ApprovalRule>
{
    public void Configure(EntityTypeBuilder<ApprovalRow> table)
    {
        table.ToTable("approval").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.RequestedBy }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.DecidedBy }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.State, row.Id }, "ix_approval_state");
        table.HasIndex(row => new { row.Ws, row.RequestedBy, row.Id }, "ix_approval_requester");
        table.HasIndex(row => new { row.Ws, row.DecidedBy }, "ix_approval_decider");
    }

    public void Configure(EntityTypeBuilder<ApprovalRule> table)
    {
        table.ToTable("approval_rule").HasKey(rule => new { rule.Ws, rule.Act });
        table.HasOne<Workspace>().WithMany().HasForeignKey(rule => rule.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
