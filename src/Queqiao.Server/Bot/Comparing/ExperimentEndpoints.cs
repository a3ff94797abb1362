using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Comparing;

/// <summary><c>/api/v1/bots/experiments</c>: answers of an FAQ or versions of a flow side by side, what became of them, and which is kept.</summary>
internal static class ExperimentEndpoints
{
    private const int MostName = 100;
    private const int MostAnswer = 20_000;
    private const int MostShown = 50;

    /// <param name="ItemId">The FAQ, published; or</param>
    /// <param name="FlowId">the flow, published.</param>
    /// <param name="Variants">Two to four; the first is what is published and has neither text nor version.</param>
    public sealed record NewExperiment(string Name, IReadOnlyList<Variant> Variants, Guid? ItemId = null, Guid? FlowId = null);

    /// <param name="Winner">The key of the variant that is published from now on; null: nothing changes.</param>
    public sealed record EndRequest(string? Winner = null, bool Confirmed = false);

    public sealed record ExperimentList(IReadOnlyList<ExperimentView> Items);

    public static async Task<IResult> List(Actor actor, IKnowledge knowledge, IStorageEngine storage, TimeProvider clock, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<BotExperimentRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.EndedAt != null).ThenByDescending(row => row.StartedAt).Take(MostShown).ToListAsync(ct);
        var items = new List<ExperimentView>();
        foreach (var row in rows)
            items.Add(await ExperimentResults.Of(db, row, knowledge, clock.GetUtcNow().ToUnixTimeMilliseconds(), ct));
        return TypedResults.Ok(new ExperimentList(items));
    }

    public static async Task<IResult> Start(NewExperiment request, Actor actor, IKnowledge knowledge, Experiments board, FlowShelf shelf, IStorageEngine storage, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Faults(request)) is { } wrong)
            return wrong.ToProblem();
        if (request.ItemId is { } faq && !(await knowledge.Published(actor.Ws, null, ct)).Faqs.Any(item => item.Id == faq && KnowledgeReader.Stranger.MaySee(item.Content.Audience)))
            return Refusal.Invalid("itemId", "knowledge_item_unknown").ToProblem();
        var about = request.ItemId ?? request.FlowId!.Value;
        var made = await storage.Run<object>(actor.Ws, async (unit, stop) =>
        {
            if (request.FlowId is { } flow)
                await FlowPublishing.Lock(unit.Db, actor.Ws, flow, stop);
            if (await unit.Db.Table<BotExperimentRow>().AnyAsync(row => row.Ws == actor.Ws && row.ItemId == about && row.EndedAt == null, stop))
                return Refusal.Conflict("bot_experiment_runs");
            if (await VariantsOf(unit.Db, actor.Ws, request, stop) is not { } variants)
                return Refusal.Invalid(request.FlowId is null ? "itemId" : "flowId", "bot_experiment_versions");
            var row = new BotExperimentRow { Ws = actor.Ws, Id = unit.Ids.New(), Name = request.Name.Trim(), ItemId = about, Variants = Variants.Json(variants), StartedAt = unit.Ids.Now(), StartedBy = actor.AgentId };
            unit.Db.Table<BotExperimentRow>().Add(row);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_experiment.started", "bot_experiment", row.Id.ToString(), new { row.Name, faq = request.ItemId, flow = request.FlowId, shares = request.Variants.Select(one => one.Share) }, stop);
            return row;
        }, ct);
        if (made is not BotExperimentRow begun)
            return ((Refusal)made).ToProblem();
        shelf.Forget(actor.Ws); // it keeps versions that are compared
        await board.Changed(ct);
        await using var db = storage.Read(actor.Ws);
        return TypedResults.Created($"/api/v1/bots/experiments/{begun.Id}", await ExperimentResults.Of(db, begun, knowledge, clock.GetUtcNow().ToUnixTimeMilliseconds(), ct));
    }

    /// <summary>Of a flow: each with its version, also the published one, which must not become another meanwhile. Null: one of them is not there.</summary>
    private static async Task<IReadOnlyList<Variant>?> VariantsOf(QueqiaoDb db, int ws, NewExperiment request, CancellationToken ct)
    {
        if (request.FlowId is not { } flow)
            return request.Variants;
        var published = await db.Table<BotFlowRow>().AsNoTracking().Where(row => row.Ws == ws && row.Id == flow && row.Enabled).Select(row => row.PublishedVersion).SingleOrDefaultAsync(ct);
        List<Variant> variants = [.. request.Variants.Select((one, i) => i == 0 ? one with { Version = published } : one)];
        var named = variants.ConvertAll(one => one.Version ?? 0);
        return published is not null && named.Distinct().Count() == named.Count && await db.Table<BotFlowVersionRow>().CountAsync(row => row.Ws == ws && row.FlowId == flow && named.Contains(row.Version), ct) == named.Count ? variants : null;
    }

    /// <summary>
    /// Ends it. What has won is published: an answer as a new version of the FAQ, steps as a new version of the flow. Questions find both as before,
    /// so that nothing is asked of the gate.
    /// </summary>
    public static async Task<IResult> End(Guid id, EndRequest request, Actor actor, IKnowledgeEditing editing, Experiments board, FlowShelf shelf, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var refusal = await storage.Run<Refusal?>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<BotExperimentRow>().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, stop) is not { } row)
                return Refusal.NotFound();
            if (row.EndedAt is not null)
                return Refusal.Conflict("bot_experiment_over");
            var winner = Variants.Of(row.Variants).FirstOrDefault(one => one.Key == request.Winner);
            if (request.Winner is not null && winner is null)
                return Refusal.Invalid("winner", "not_found");
            if (winner is { Version: null } && !actor.May(Permissions.PublishKnowledge))
                return Refusal.Forbidden();
            if (await Keep(unit, row, winner, editing, actor, stop) is { } wrong)
                return wrong;
            (row.EndedAt, row.EndedBy, row.Winner) = (unit.Ids.Now(), actor.AgentId, request.Winner);
            unit.AfterCommit(() => shelf.Forget(actor.Ws));
            await Audit.Record(unit, AuditBy.Agent(actor, context), "bot_experiment.ended", "bot_experiment", id.ToString(), new { row.Winner, about = row.ItemId }, stop);
            return null;
        }, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        await board.Changed(ct);
        return TypedResults.NoContent();
    }

    private static async Task<Refusal?> Keep(WriteUnit unit, BotExperimentRow row, Variant? winner, IKnowledgeEditing editing, Actor actor, CancellationToken ct)
    {
        if (winner?.Version is { } version)
            return await KeepFlow(unit, row, version, actor, ct);
        foreach (var (language, answer) in new[] { ("zh-CN", winner?.Zh), ("en", winner?.En) })
        {
            if (answer is { Length: > 0 } && !await editing.SetAnswer(unit, actor.Ws, row.ItemId, language, answer, actor.AgentId, ct))
                return Refusal.Conflict("bot_experiment_faq_gone");
        }
        return null;
    }

    private static async Task<Refusal?> KeepFlow(WriteUnit unit, BotExperimentRow row, int version, Actor actor, CancellationToken ct)
    {
        var flow = await unit.Db.Table<BotFlowRow>().SingleOrDefaultAsync(one => one.Ws == row.Ws && one.Id == row.ItemId, ct);
        var versions = await unit.Db.Table<BotFlowVersionRow>().AsNoTracking().Where(one => one.Ws == row.Ws && one.FlowId == row.ItemId).ToDictionaryAsync(one => one.Version, one => one.Flow, ct);
        if (flow is null || !versions.TryGetValue(version, out var steps))
            return Refusal.Conflict("bot_experiment_flow_gone");
        if (flow.PublishedVersion == version)
            return null;
        var isDraftDone = flow.PublishedVersion is { } current && versions.GetValueOrDefault(current) == flow.Draft;
        if (await FlowPublishing.Publish(unit, flow, steps, row.Name, actor.AgentId, ct, endsComparison: true) is { } refusal)
            return refusal;
        if (isDraftDone)
            flow.Draft = steps; // what somebody is writing stays as it is
        flow.ChangedAt = unit.Ids.Now();
        return null;
    }

    private static IEnumerable<(string Field, FieldFault Fault)> Faults(NewExperiment request)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
            yield return ("name", new("required"));
        else if (request.Name.Length > MostName)
            yield return ("name", new("too_long", MostName));
        else if (OneLine.HidesSomething(request.Name))
            yield return ("name", new("control_characters"));
        if (request.ItemId is null == request.FlowId is null)
            yield return ("itemId", new("required"));
        var variants = request.Variants ?? [];
        if (variants.Count is < Variants.Least or > Variants.Most || !variants.Select((one, i) => one?.Key == ((char)('A' + i)).ToString()).All(fits => fits))
            yield return ("variants", new("out_of_range", Variants.Least, Variants.Most));
        else if (variants.Any(one => one.Share is < 1 or > 99) || variants.Sum(one => one.Share) != 100)
            yield return ("variants", new("bot_experiment_shares"));
        else if (variants[0] is { Zh: not null } or { En: not null } or { Version: not null } || variants.Skip(1).Any(one => !Says(one, request.FlowId is not null)))
            yield return ("variants", new("required"));
        else if (variants.Any(one => one.Zh?.Length > MostAnswer || one.En?.Length > MostAnswer))
            yield return ("variants", new("too_long", MostAnswer));
    }

    /// <summary>Whether it is something to compare: a version of a flow, or an answer in a language.</summary>
    private static bool Says(Variant one, bool isFlow) => isFlow ? one is { Version: > 0, Zh: null, En: null } : one.Version is null && !(string.IsNullOrWhiteSpace(one.Zh) && string.IsNullOrWhiteSpace(one.En));
}
