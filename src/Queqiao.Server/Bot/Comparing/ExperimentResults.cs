using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Comparing;

/// <param name="Kind"><c>faq</c> or <c>flow</c>.</param>
/// <param name="ItemId">The FAQ or the flow.</param>
/// <param name="Verdict"><c>not_enough</c>, <c>no_difference</c>, or the key of the variant that is surely better.</param>
internal sealed record ExperimentView(
    Guid Id, string Name, string Kind, Guid ItemId, string ItemTitle, IReadOnlyList<Variant> Variants, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Winner, IReadOnlyList<VariantResult> Results, string Verdict, int Enough);

/// <summary>Counts a comparison from the books. Whose conversation met which variant follows from their ids.</summary>
internal static class ExperimentResults
{
    private sealed record Turn(Guid ConversationId, Guid ContactId, long Seq, long At);

    public static async Task<ExperimentView> Of(QueqiaoDb db, BotExperimentRow row, IKnowledge knowledge, long now, CancellationToken ct)
    {
        var variants = Variants.Of(row.Variants);
        var isFlow = variants[0].Version is not null;
        var flow = isFlow ? await db.Table<BotFlowRow>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == row.Ws && one.Id == row.ItemId, ct) : null;
        var title = isFlow ? flow is null ? null : BotFlow.Of(flow.Draft).Title : (await knowledge.Published(row.Ws, null, ct)).Faqs.FirstOrDefault(item => item.Id == row.ItemId)?.Content.TitleIn("zh-CN");
        var turns = isFlow ? await Begun(db, row, Brain.FlowPrefix + flow?.Key, ct) : await Answered(db, row, ct);
        var heard = await Cases(db, row, turns, isFlow, ct);
        var byVariant = heard.ToLookup(one => Variants.For(variants, row.Id, one.Contact).Key, one => one.Case);
        List<VariantResult> results = [.. variants.Select(variant => Comparison.Of(variant.Key, [.. byVariant[variant.Key]], now))];
        return new ExperimentView(
            row.Id, row.Name, isFlow ? "flow" : "faq", row.ItemId, title ?? "…", variants, DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
            row.EndedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, row.Winner, results, Comparison.Verdict(results), Comparison.Enough);
    }

    /// <summary>A model's answer is nobody's variant.</summary>
    private static Task<List<Turn>> Answered(QueqiaoDb db, BotExperimentRow row, CancellationToken ct)
    {
        string[] keys = [$"{row.ItemId}/zh", $"{row.ItemId}/en"];
        var until = row.EndedAt ?? long.MaxValue;
        return db.Table<BotTurnRow>().AsNoTracking()
            .Where(turn => turn.Ws == row.Ws && keys.Contains(turn.Entry) && turn.At >= row.StartedAt && turn.At < until && turn.Kind == BotSays.Answer && turn.Brain == "offline")
            .Select(turn => new Turn(turn.ConversationId, turn.ContactId, turn.Seq, turn.At)).ToListAsync(ct);
    }

    /// <summary>Whatever the flow said, or that it gave the conversation to people; also before the comparison, in conversations that go on into it.</summary>
    private static async Task<List<Turn>> Begun(QueqiaoDb db, BotExperimentRow row, string entry, CancellationToken ct)
    {
        var until = row.EndedAt ?? long.MaxValue;
        var all = db.Table<BotTurnRow>().AsNoTracking().Where(turn => turn.Ws == row.Ws && turn.Entry == entry && (turn.Kind == BotSays.Flow || turn.Kind == BotSays.HandOver) && turn.At < until);
        return await all.Where(turn => all.Any(other => other.ConversationId == turn.ConversationId && other.At >= row.StartedAt))
            .Select(turn => new Turn(turn.ConversationId, turn.ContactId, turn.Seq, turn.At)).ToListAsync(ct);
    }

    /// <summary>Each case once. A flow that was under way when the comparison began is nobody's: it went on with the version it had.</summary>
    private static async Task<List<(Guid Contact, BotCaseRow Case)>> Cases(QueqiaoDb db, BotExperimentRow row, List<Turn> turns, bool isFlow, CancellationToken ct)
    {
        var cases = new List<BotCaseRow>();
        foreach (var some in turns.Select(turn => turn.ConversationId).Distinct().Chunk(500))
            cases.AddRange(await db.Table<BotCaseRow>().AsNoTracking().Where(one => one.Ws == row.Ws && some.Contains(one.ConversationId)).ToListAsync(ct));
        var byConversation = cases.ToLookup(one => one.ConversationId);
        return [.. turns.OrderBy(turn => turn.Seq)
            .Select(turn => (Turn: turn, Case: byConversation[turn.ConversationId].Where(one => one.FromSeq < turn.Seq).MaxBy(one => one.FromSeq)))
            .Where(one => one.Case is not null).DistinctBy(one => (one.Case!.ConversationId, one.Case.FromSeq))
            .Where(one => !isFlow || one.Turn.At >= row.StartedAt).Select(one => (one.Turn.ContactId, one.Case!))];
    }
}
