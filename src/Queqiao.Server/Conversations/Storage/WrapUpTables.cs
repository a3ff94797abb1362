using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Storage;

/// <summary>JSON of a workspace's <see cref="WrappingUp.WrapUpPlan"/>.</summary>
internal sealed class WrapUpPlanRow : IUnscoped
{
    public required int Ws { get; init; }
    public required string Plan { get; set; }
    public required long ChangedAt { get; set; }
}

/// <summary>A wrap-up as it is counted: what follows from its entry, without anything personal.</summary>
internal sealed class WrapUpRow : IScoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }
    public required long Seq { get; init; }
    public required Guid CategoryId { get; init; }
    public string? ResultId { get; init; }
    public Guid? TeamId { get; init; }
    public Guid? AgentId { get; init; }
    public required long At { get; init; }
}

internal sealed class WrapUpTables : IEntityTypeConfiguration<WrapUpPlanRow>, IEntityTypeConfiguration<WrapUpRow>
{
    public void Configure(EntityTypeBuilder<WrapUpPlanRow> table)
    {
        table.ToTable("wrap_up_plan").HasKey(row => row.Ws);
        table.Property(row => row.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<WrapUpRow> table)
    {
        table.ToTable("wrap_up").HasKey(row => new { row.Ws, row.ConversationId, row.Seq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(row => new { row.Ws, row.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.At, row.CategoryId }, "ix_wrap_up_at");
    }
}
