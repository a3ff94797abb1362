using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Search;

/// <summary>What is remembered of the index itself: one row.</summary>
internal sealed class SearchState : IUnscoped
{
    public int Id { get; init; } = 1;

    /// <summary>Of the tokens in it (<see cref="Platform.Search.WordKeys.Format"/>).</summary>
    public required int Format { get; set; }

    /// <summary>When a rebuild began that has not ended; null: none.</summary>
    public long? RebuildAt { get; set; }
}

internal sealed class SearchStateTable : IEntityTypeConfiguration<SearchState>
{
    public void Configure(EntityTypeBuilder<SearchState> table)
    {
        table.ToTable("search_state").HasKey(state => state.Id);
        table.Property(state => state.Id).ValueGeneratedNever();
    }
}
