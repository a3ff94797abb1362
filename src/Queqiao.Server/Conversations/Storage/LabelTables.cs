using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Storage;

/// <summary>A word that colleagues mark conversations with. Archived ones stay readable and are not offered any more.</summary>
internal sealed class Tag : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Name { get; set; }

    /// <summary>The name as compared: one tag of a name in a workspace.</summary>
    public required string NameKey { get; set; }

    /// <summary>As <c>#rrggbb</c>.</summary>
    public required string Color { get; set; }

    public long? ArchivedAt { get; set; }
    public required long CreatedAt { get; init; }
}

/// <summary>JSON of a workspace's <c>ConversationSettings</c>; no row: the defaults.</summary>
internal sealed class ConversationSettingRow : IUnscoped
{
    public required int Ws { get; init; }
    public required string Settings { get; set; }
}

internal sealed class LabelTables : IEntityTypeConfiguration<Tag>, IEntityTypeConfiguration<ConversationSettingRow>
{
    public void Configure(EntityTypeBuilder<Tag> table)
    {
        table.ToTable("tag").HasKey(tag => new { tag.Ws, tag.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(tag => tag.Ws).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(tag => new { tag.Ws, tag.NameKey }, "ux_tag_name").IsUnique();
    }

    public void Configure(EntityTypeBuilder<ConversationSettingRow> table)
    {
        table.ToTable("conversation_setting").HasKey(row => row.Ws);
        table.Property(row => row.Ws).ValueGeneratedNever();
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
