using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Conversations.Scheduling;
using Queqiao.Server.Identity.Storage;

namespace Queqiao.Server.Conversations.Storage;

internal sealed class ScheduledTable : IEntityTypeConfiguration<ScheduledRow>
{
    public void Configure(EntityTypeBuilder<ScheduledRow> table)
    {
        table.ToTable("scheduled_message").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(row => new { row.Ws, row.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.AgentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.ConversationId, row.State }, "ix_scheduled_message_conversation");
        table.HasIndex(row => new { row.Ws, row.AgentId }, "ix_scheduled_message_agent");
    }
}
