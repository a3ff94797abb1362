using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Storage;

/// <summary>What one brand or product answers from: categories, articles, FAQs, words and facts.</summary>
internal sealed class KnowledgeBaseRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required string Name { get; set; }

    /// <summary>The language that its texts have when nothing else is said.</summary>
    public required string Language { get; set; }

    /// <summary>JSON of the <c>HelpCentreSettings</c>.</summary>
    public required string Help { get; set; }

    /// <summary>The host name under which the help centre of this base is found; null: only under the server's own.</summary>
    public string? Host { get; set; }

    /// <summary>What somebody wrote is shown to readers by somebody else only.</summary>
    public bool NeedsSecond { get; set; }

    /// <summary>Grows by one in the transaction of every change that readers see. Its row is the lock: revisions are in the order of their commits.</summary>
    public required long Revision { get; set; }

    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

/// <summary>A shelf of a base; shelves may stand in shelves.</summary>
internal sealed class KnowledgeCategory : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }
    public Guid? ParentId { get; set; }
    public required string Name { get; set; }

    /// <summary>JSON: its name in other languages.</summary>
    public required string Names { get; set; }

    public required string Slug { get; set; }
    public required int Position { get; set; }
    public required long Revision { get; set; }
}

/// <summary>An article or an FAQ. What it says is in its versions; what stands here of that is of the published one, or of the newest as long as none is.</summary>
internal sealed class KnowledgeItem : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }

    /// <summary><c>faq</c> or <c>article</c>.</summary>
    public required string Kind { get; init; }

    public Guid? CategoryId { get; set; }
    public required string Title { get; set; }

    /// <summary>The title folded, for finding it again and for lists.</summary>
    public required string Lookup { get; set; }

    /// <summary>What another system calls it; an import recognises it by this.</summary>
    public string? ExternalKey { get; set; }

    /// <summary><c>public</c>, <c>internal</c> or <c>segment</c>.</summary>
    public required string Audience { get; set; }

    public Guid? OwnerId { get; set; }

    /// <summary>The newest version.</summary>
    public required int Version { get; set; }

    /// <summary>The version that readers see.</summary>
    public int? PublishedVersion { get; set; }
    public long? PublishedAt { get; set; }

    /// <summary><c>asked</c>: somebody shall look at the newest version. <c>returned</c>: somebody did and wants changes.</summary>
    public string? Review { get; set; }

    /// <summary>What whoever returned it wrote.</summary>
    public string? ReviewNote { get; set; }
    public Guid? ReviewerId { get; set; }

    /// <summary>When <see cref="PublishVersion"/> is published by itself.</summary>
    public long? PublishAt { get; set; }

    /// <summary>What was looked at when it was scheduled: later changes wait. Null: of an older server, the newest.</summary>
    public int? PublishVersion { get; set; }

    /// <summary>The run of the regression set that whoever scheduled it had seen: what it said is accepted.</summary>
    public Guid? AcceptedRun { get; set; }

    /// <summary>The run of the regression set for which the newest version was not published.</summary>
    public Guid? HeldRun { get; set; }

    /// <summary>Readers see it from then on.</summary>
    public long? ValidFrom { get; set; }

    /// <summary>Readers see it until then.</summary>
    public long? ValidTo { get; set; }

    /// <summary>When its owner is to look whether it still holds.</summary>
    public long? CheckAt { get; set; }
    public long? ArchivedAt { get; set; }
    public required int Position { get; set; }

    /// <summary>The base's revision when readers last saw a change of it.</summary>
    public required long Revision { get; set; }
    public required long CreatedAt { get; init; }
    public Guid? CreatedBy { get; init; }
    public required long ChangedAt { get; set; }
    public Guid? ChangedBy { get; set; }
}

/// <summary>What an item said at one time. Never changed once it was published.</summary>
internal sealed class KnowledgeVersion : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ItemId { get; init; }
    public required int Version { get; init; }

    /// <summary>JSON of a <c>KnowledgeContent</c>.</summary>
    public required string Content { get; set; }

    /// <summary>What its writer says has changed.</summary>
    public string? Note { get; set; }
    public Guid? ByAgent { get; set; }
    public required long CreatedAt { get; set; }
}

/// <summary>Words that mean the same here, or a word and what it means.</summary>
internal sealed class KnowledgeTerm : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }

    /// <summary><c>synonym</c> or <c>term</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>JSON: the words, the one that is shown first.</summary>
    public required string Words { get; set; }
    public string? Meaning { get; set; }
    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

/// <summary>A fact: a subject, how it stands to a target, and the target.</summary>
internal sealed class KnowledgeEdge : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }
    public required string Subject { get; set; }
    public required string Relation { get; set; }
    public required string Target { get; set; }

    /// <summary><c>public</c> or <c>internal</c>.</summary>
    public required string Audience { get; set; }
    public required int Position { get; set; }
    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

/// <summary>A fact as somebody wants it, until somebody else has said so.</summary>
internal sealed class KnowledgeEdgeProposal : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }
    public required Guid BaseId { get; init; }

    /// <summary>The fact that changes; null: a new one.</summary>
    public Guid? EdgeId { get; init; }

    /// <summary>Null, and with it the other words: the fact goes away.</summary>
    public string? Subject { get; init; }
    public string? Relation { get; init; }
    public string? Target { get; init; }
    public string? Audience { get; init; }
    public required Guid ByAgent { get; init; }
    public required long CreatedAt { get; init; }
}

internal sealed class KnowledgeTables : IEntityTypeConfiguration<KnowledgeBaseRow>, IEntityTypeConfiguration<KnowledgeCategory>, IEntityTypeConfiguration<KnowledgeItem>,
    IEntityTypeConfiguration<KnowledgeVersion>, IEntityTypeConfiguration<KnowledgeTerm>, IEntityTypeConfiguration<KnowledgeEdge>, IEntityTypeConfiguration<KnowledgeEdgeProposal>
{
    public void Configure(EntityTypeBuilder<KnowledgeBaseRow> table)
    {
        table.ToTable("knowledge_base").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
        table.Property(row => row.NeedsSecond).HasDefaultValue(false).ValueGeneratedNever(); // a server of the version before does not know it
        table.HasIndex(row => row.Host, "ux_knowledge_base_host").IsUnique().HasFilter("host IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<KnowledgeCategory> table)
    {
        table.ToTable("knowledge_category").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<KnowledgeCategory>().WithMany().HasForeignKey(row => new { row.Ws, row.ParentId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId, row.Slug }, "ux_knowledge_category_slug").IsUnique();
        table.HasIndex(row => new { row.Ws, row.ParentId }, "ix_knowledge_category_parent");
    }

    public void Configure(EntityTypeBuilder<KnowledgeItem> table)
    {
        table.ToTable("knowledge_item").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<KnowledgeCategory>().WithMany().HasForeignKey(row => new { row.Ws, row.CategoryId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<Agent>().WithMany().HasForeignKey(row => new { row.Ws, row.OwnerId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId, row.Kind, row.ChangedAt, row.Id }, "ix_knowledge_item_changed");
        table.HasIndex(row => new { row.Ws, row.BaseId, row.Revision }, "ix_knowledge_item_revision");
        table.HasIndex(row => new { row.Ws, row.BaseId, row.Lookup }, "ix_knowledge_item_lookup");
        table.HasIndex(row => new { row.Ws, row.BaseId, row.ExternalKey }, "ux_knowledge_item_external").IsUnique().HasFilter("external_key IS NOT NULL");
        table.HasIndex(row => new { row.Ws, row.CategoryId }, "ix_knowledge_item_category");
        table.HasIndex(row => new { row.Ws, row.OwnerId }, "ix_knowledge_item_owner");
        table.HasIndex(row => row.PublishAt, "ix_knowledge_item_publish").HasFilter("publish_at IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<KnowledgeVersion> table)
    {
        table.ToTable("knowledge_version").HasKey(row => new { row.Ws, row.ItemId, row.Version });
        table.HasOne<KnowledgeItem>().WithMany().HasForeignKey(row => new { row.Ws, row.ItemId }).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<KnowledgeTerm> table)
    {
        table.ToTable("knowledge_term").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId }, "ix_knowledge_term_base");
    }

    public void Configure(EntityTypeBuilder<KnowledgeEdge> table)
    {
        table.ToTable("knowledge_edge").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId, row.Subject }, "ix_knowledge_edge_subject");
    }

    public void Configure(EntityTypeBuilder<KnowledgeEdgeProposal> table)
    {
        table.ToTable("knowledge_edge_proposal").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<KnowledgeBaseRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BaseId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<KnowledgeEdge>().WithMany().HasForeignKey(row => new { row.Ws, row.EdgeId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BaseId }, "ix_knowledge_edge_proposal_base");
        table.HasIndex(row => new { row.Ws, row.EdgeId }, "ix_knowledge_edge_proposal_edge");
    }
}
