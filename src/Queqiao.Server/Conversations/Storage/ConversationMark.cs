using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Storage;

/// <summary>One of several things that lists are filtered by: a tag of a conversation, a value of a custom field, somebody who was named.</summary>
internal sealed class ConversationMark : IUnscoped
{
    public required int Ws { get; init; }
    public required short Kind { get; init; }

    /// <summary>As it stands in the column of the head.</summary>
    public required string Mark { get; init; }
    public required Guid ConversationId { get; init; }

    /// <summary>Kinds and the columns they are taken from.</summary>
    public static readonly IReadOnlyDictionary<string, short> KindOf = new Dictionary<string, short>
    {
        [nameof(ConversationHead.Tags)] = 1, [nameof(ConversationHead.Facets)] = 2, [nameof(ConversationHead.Mentioned)] = 3, [nameof(ConversationHead.UnseenMentions)] = 4,
    };

    /// <summary>The marks of a head, each once.</summary>
    public static HashSet<(short Kind, string Mark)> Of(ConversationHead? head)
    {
        var marks = new HashSet<(short, string)>();
        if (head is null)
            return marks;
        Add(1, head.Tags, ',');
        Add(2, head.Facets, '\n');
        Add(3, head.Mentioned, ',');
        Add(4, head.UnseenMentions, ',');
        return marks;

        void Add(short kind, string? set, char gap)
        {
            foreach (var one in set?.Split(gap, StringSplitOptions.RemoveEmptyEntries) ?? [])
                marks.Add((kind, $"{gap}{one}{gap}"));
        }
    }

    /// <summary>Whether the marks can have changed at all; nearly no entry changes them.</summary>
    public static bool SameOf(ConversationHead? before, ConversationHead after) =>
        before?.Tags == after.Tags && before?.Facets == after.Facets && before?.Mentioned == after.Mentioned && before?.UnseenMentions == after.UnseenMentions;
}

internal sealed class ConversationMarks : IEntityTypeConfiguration<ConversationMark>
{
    public void Configure(EntityTypeBuilder<ConversationMark> table)
    {
        table.ToTable("conversation_mark").HasKey(mark => new { mark.Ws, mark.Kind, mark.Mark, mark.ConversationId });
        table.HasIndex(mark => new { mark.Ws, mark.ConversationId }, "ix_conversation_mark_conversation");
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(mark => new { mark.Ws, mark.ConversationId }).OnDelete(DeleteBehavior.NoAction);
    }
}
