using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Storage;

/// <summary>What a state of the knowledge has taught: a few dozen numbers. Nothing of the texts can be read from them.</summary>
internal sealed class BotLearntRow : IUnscoped
{
    public required int Ws { get; init; }

    /// <summary>Of wordings, texts and synonyms.</summary>
    public required string Digest { get; init; }

    /// <summary>JSON.</summary>
    public required string Learnt { get; set; }

    public required long At { get; set; }
}

internal sealed class LearntTables : IEntityTypeConfiguration<BotLearntRow>
{
    public void Configure(EntityTypeBuilder<BotLearntRow> table)
    {
        table.ToTable("bot_learnt").HasKey(row => new { row.Ws, row.Digest });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }
}
