using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Comparing;

/// <summary><c>/api/v1/bots/experiments</c>: answers side by side, what became of them, and which is kept.</summary>
internal static class ExperimentEndpoints
{
    private const int MostName = 100;
    private const int MostAnswer = 20_000;
    private const int MostShown = 50;

    /// <param name="ItemId">The FAQ, published.</param>
    /// <param name="Variants">Two to four; the first is the answer as published and has no text.</param>
    public sealed record NewExperiment(string Name, Guid ItemId, IReadOnlyList<Variant> Variants);

    /// <param name="Winner">The key of the variant that is published from now on; null: nothing changes.</param>
    public sealed record EndRequest(string? Winner = null, bool Confirmed = false);

    /// <param name="Verdict"><c>not_enough</c>, <c>no_difference</c>, or the key of the variant that is surely better.</param>
    public sealed record Item(
        Guid Id, string Name, Guid ItemId, string ItemTitle, IReadOnlyList<Variant> Variants, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Winner, IReadOnlyList<VariantResult> Results, string Verdict, int Enough);

    public sealed record ExperimentList(IReadOnlyList<Item> Items);

    public static async Task<IResult> List(Actor actor, IKnowledge knowledge, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        var titles = (await knowledge.Published(actor.Ws, null, ct)).Faqs.ToDictionary(item => item.Id, item => item.Content.TitleIn("zh-CN"));
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<BotExperimentRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.EndedAt != null).ThenByDescending(row => row.StartedAt).Take(MostShown).ToListAsync(ct);
        var items = new List<Item>();
        foreach (var row in rows)
            items.Add(await View(db, row, titles, clock.GetUtcNow().ToUnixTimeMilliseconds(), ct));
        return TypedResults.Ok(new ExperimentList(items));
    }

    public static async Task<IResult> Start(NewExperiment request, Actor actor, IKnowledge knowledge, Experiments board, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Faults(request)) is { } wrong)
            return wrong.ToProblem();
        var published = (await knowledge.Published(actor.Ws, null, ct)).Faqs.FirstOrDefault(item => item.Id == request.ItemId && KnowledgeReader.Stranger.MaySee(item.Content.Audience));
        if (published is null)
            return Refusal.Invalid("itemId", "knowledge_item_unknown").ToProblem();
        var made = await storage.Run<object>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotExperimentRow>().AnyAsync(row => row.Ws == actor.Ws && row.ItemId == request.ItemId && row.EndedAt == null, stop))
                return Refusal.Conflict("bot_experiment_runs");
            var row = new BotExperimentRow { Ws = actor.Ws, Id = unit.Ids.New(), Name = request.Name.Trim(), ItemId = request.ItemId, Variants = Variants.Json(request.Variants), StartedAt = unit.Ids.Now(), StartedBy = actor.AgentId };
            unit.Db.Table<BotExperimentRow>().Add(row);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_experiment.started", "bot_experiment", row.Id.ToString(), new { row.Name, faq = row.ItemId, shares = request.Variants.Select(one => one.Share) }, stop);
            return row;
        }, ct);
        if (made is not BotExperimentRow begun)
            return ((Refusal)made).ToProblem();
        await board.Changed(ct);
        await using var db = storage.Read(actor.Ws);
        var titles = new Dictionary<Guid, string> { [published.Id] = published.Content.TitleIn("zh-CN") };
        return TypedResults.Created($"/api/v1/bots/experiments/{begun.Id}", await View(db, begun, titles, clock.GetUtcNow().ToUnixTimeMilliseconds(), ct));
    }

    /// <summary>Ends it. The winner's answer is published as a new version of the FAQ; questions find it as before, so that nothing is asked of the gate.</summary>
    public static async Task<IResult> End(Guid id, EndRequest request, Actor actor, IKnowledgeEditing editing, Experiments board, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (request.Winner is not null && !actor.May(Permissions.PublishKnowledge))
            return Refusal.Forbidden().ToProblem();
        var refusal = await storage.Run<Refusal?>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotExperimentRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound();
            if (row.EndedAt is not null)
                return Refusal.Conflict("bot_experiment_over");
            var winner = Variants.Of(row.Variants).FirstOrDefault(one => one.Key == request.Winner);
            if (request.Winner is not null && winner is null)
                return Refusal.Invalid("winner", "not_found");
            foreach (var (language, answer) in new[] { ("zh-CN", winner?.Zh), ("en", winner?.En) })
            {
                if (answer is { Length: > 0 } && !await editing.SetAnswer(unit, actor.Ws, row.ItemId, language, answer, actor.AgentId, stop))
                    return Refusal.Conflict("bot_experiment_faq_gone");
            }
            (row.EndedAt, row.EndedBy, row.Winner) = (unit.Ids.Now(), actor.AgentId, request.Winner);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_experiment.ended", "bot_experiment", id.ToString(), new { row.Winner, faq = row.ItemId }, stop);
            return null;
        }, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        await board.Changed(ct);
        return TypedResults.NoContent();
    }

    private static IEnumerable<(string Field, FieldFault Fault)> Faults(NewExperiment request)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
            yield return ("name", new("required"));
        else if (request.Name.Length > MostName)
            yield return ("name", new("too_long", MostName));
        else if (OneLine.HidesSomething(request.Name))
            yield return ("name", new("control_characters"));
        var variants = request.Variants ?? [];
        if (variants.Count is < Variants.Least or > Variants.Most || !variants.Select((one, i) => one?.Key == ((char)('A' + i)).ToString()).All(fits => fits))
            yield return ("variants", new("out_of_range", Variants.Least, Variants.Most));
        else if (variants.Any(one => one.Share is < 1 or > 99) || variants.Sum(one => one.Share) != 100)
            yield return ("variants", new("bot_experiment_shares"));
        else if (variants.Skip(1).Any(one => string.IsNullOrWhiteSpace(one.Zh) && string.IsNullOrWhiteSpace(one.En)) || variants[0] is { Zh: not null } or { En: not null })
            yield return ("variants", new("required"));
        else if (variants.Any(one => one.Zh?.Length > MostAnswer || one.En?.Length > MostAnswer))
            yield return ("variants", new("too_long", MostAnswer));
    }

    /// <summary>Whose conversation heard which variant follows from their ids; a model's answer is nobody's variant.</summary>
    private static async Task<Item> View(QueqiaoDb db, BotExperimentRow row, Dictionary<Guid, string> titles, long now, CancellationToken ct)
    {
        var variants = Variants.Of(row.Variants);
        var until = row.EndedAt ?? long.MaxValue;
        string[] keys = [$"{row.ItemId}/zh", $"{row.ItemId}/en"];
        var turns = await db.Table<BotTurnRow>().AsNoTracking()
            .Where(turn => turn.Ws == row.Ws && keys.Contains(turn.Entry) && turn.At >= row.StartedAt && turn.At < until && turn.Kind == BotSays.Answer && turn.Brain == "offline")
            .Select(turn => new { turn.ConversationId, turn.ContactId, turn.Seq }).ToListAsync(ct);
        var conversations = turns.Select(turn => turn.ConversationId).Distinct().ToList();
        var cases = new List<BotCaseRow>();
        foreach (var some in conversations.Chunk(500))
            cases.AddRange(await db.Table<BotCaseRow>().AsNoTracking().Where(one => one.Ws == row.Ws && some.Contains(one.ConversationId)).ToListAsync(ct));
        var byConversation = cases.ToLookup(one => one.ConversationId);
        var heard = turns.Select(turn => (turn.ContactId, Case: byConversation[turn.ConversationId].Where(one => one.FromSeq < turn.Seq).MaxBy(one => one.FromSeq)))
            .Where(one => one.Case is not null).DistinctBy(one => (one.Case!.ConversationId, one.Case.FromSeq)).ToLookup(one => Variants.For(variants, row.Id, one.ContactId).Key, one => one.Case!);
        List<VariantResult> results = [.. variants.Select(variant => Comparison.Of(variant.Key, [.. heard[variant.Key]], now))];
        return new Item(
            row.Id, row.Name, row.ItemId, titles.GetValueOrDefault(row.ItemId, "…"), variants, DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
            row.EndedAt is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null, row.Winner, results, Comparison.Verdict(results), Comparison.Enough);
    }
}
