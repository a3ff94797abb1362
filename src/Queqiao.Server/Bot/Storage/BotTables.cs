using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Storage;

/// <summary>A bot of the firm.</summary>
internal sealed class BotRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid Id { get; init; }

    /// <summary>What customers see it called.</summary>
    public required string Name { get; set; }

    public required bool Enabled { get; set; }

    /// <summary>Its profile as JSON.</summary>
    public required string Profile { get; set; }

    /// <summary>The key of the model's provider, sealed for the workspace.</summary>
    public byte[]? SealedModelKey { get; set; }

    public required long CreatedAt { get; init; }
    public required long ChangedAt { get; set; }
}

/// <summary>A channel whose customers a bot receives.</summary>
internal sealed class BotChannelRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ChannelId { get; init; }
    public required Guid BotId { get; set; }
    public required bool Enabled { get; set; }

    /// <summary>What is different here: a welcome, a menu; JSON.</summary>
    public required string Settings { get; set; }

    public required long ChangedAt { get; set; }
}

/// <summary>What the bot did once. Says nothing of what was said: that stands in the log.</summary>
internal sealed class BotTurnRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }

    /// <summary>Of what the bot said.</summary>
    public required long Seq { get; init; }

    /// <summary>Of the message it answered.</summary>
    public required long AskedSeq { get; init; }

    public required long At { get; init; }
    public required Guid ChannelId { get; init; }
    public required Guid ContactId { get; init; }
    public required string Kind { get; init; }
    public required string Brain { get; init; }

    /// <summary>What it answered with, or what came nearest.</summary>
    public string? Entry { get; init; }

    public double? Score { get; init; }

    /// <summary>Whether the customer found it of use: 1, 0, or null.</summary>
    public int? Helpful { get; set; }

    public string? Reason { get; set; }

    /// <summary>A reviewer's word about it: 1 right, 0 wrong.</summary>
    public int? RightAnswer { get; set; }
}

/// <summary>What became of a conversation that the bot received.</summary>
internal sealed class BotCaseRow : IUnscoped
{
    public required int Ws { get; init; }
    public required Guid ConversationId { get; init; }

    /// <summary>Seq with which the bot took it; a conversation can come to it more than once.</summary>
    public required long FromSeq { get; init; }

    public required Guid ChannelId { get; init; }
    public required Guid ContactId { get; init; }
    public required long At { get; init; }

    /// <summary><c>open</c>, <c>solved</c> (the customer said so), <c>quiet</c>, <c>handed_over</c> or <c>taken</c>.</summary>
    public required string Outcome { get; set; }

    /// <summary>Of the hand-over.</summary>
    public string? Reason { get; set; }

    public long? EndedAt { get; set; }

    /// <summary>How often it answered.</summary>
    public int Answers { get; set; }

    /// <summary>The customer said that something helped (1) or did not (0), the last word counts.</summary>
    public int? Helpful { get; set; }

    /// <summary>When the same person wrote again within seven days, on any channel.</summary>
    public long? AgainAt { get; set; }
}

internal sealed class BotTables :
    IEntityTypeConfiguration<BotRow>, IEntityTypeConfiguration<BotChannelRow>, IEntityTypeConfiguration<BotTurnRow>, IEntityTypeConfiguration<BotCaseRow>
{
    public void Configure(EntityTypeBuilder<BotRow> table)
    {
        table.ToTable("bot").HasKey(row => new { row.Ws, row.Id });
        table.HasOne<Workspace>().WithMany().HasForeignKey(row => row.Ws).OnDelete(DeleteBehavior.NoAction);
    }

    public void Configure(EntityTypeBuilder<BotChannelRow> table)
    {
        table.ToTable("bot_channel").HasKey(row => new { row.Ws, row.ChannelId });
        table.HasOne<Channel>().WithMany().HasForeignKey(row => new { row.Ws, row.ChannelId }).OnDelete(DeleteBehavior.NoAction);
        table.HasOne<BotRow>().WithMany().HasForeignKey(row => new { row.Ws, row.BotId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.BotId }, "ix_bot_channel_bot");
    }

    public void Configure(EntityTypeBuilder<BotTurnRow> table)
    {
        table.ToTable("bot_turn").HasKey(row => new { row.Ws, row.ConversationId, row.Seq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(row => new { row.Ws, row.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.At, row.ConversationId, row.Seq }, "ix_bot_turn_at");
        table.HasIndex(row => new { row.Ws, row.Entry, row.At }, "ix_bot_turn_entry");
    }

    public void Configure(EntityTypeBuilder<BotCaseRow> table)
    {
        table.ToTable("bot_case").HasKey(row => new { row.Ws, row.ConversationId, row.FromSeq });
        table.HasOne<ConversationHead>().WithMany().HasForeignKey(row => new { row.Ws, row.ConversationId }).OnDelete(DeleteBehavior.NoAction);
        table.HasIndex(row => new { row.Ws, row.At, row.ConversationId, row.FromSeq }, "ix_bot_case_at");
        table.HasIndex(row => new { row.Ws, row.ContactId, row.EndedAt }, "ix_bot_case_contact");
    }
}
