using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Extracting;
using Queqiao.Text.Languages;

namespace Queqiao.Server.Knowledge.Gate;

/// <param name="Expects"><c>item</c>, <c>refusal</c>, <c>person</c> or <c>facts</c>.</param>
internal sealed record CheckView(Guid Id, Guid BaseId, string Question, string Expects, Guid? ItemId, string? ItemTitle, string Source, string CreatedAt);

internal sealed record CheckList(IReadOnlyList<CheckView> Items, string? NextCursor);

internal sealed record RunView(Guid Id, Guid BaseId, Guid? ItemId, string At, int Total, int RightBefore, int RightAfter);

internal sealed record RunWhole(RunView Run, IReadOnlyList<TrialLine> Better, IReadOnlyList<TrialLine> Worse);

internal sealed record RunList(IReadOnlyList<RunView> Items);

/// <summary><c>/api/v1/knowledge/checks</c> and <c>/trial</c>: the regression set of a base, and how it stands.</summary>
internal static class Checks
{
    private const int Most = 2_000;
    private static readonly string[] Expectations = ["item", "refusal", "person", "facts"];

    /// <param name="Question">Masked before it is kept.</param>
    /// <param name="Source">editor, conversation or search.</param>
    public sealed record NewCheck(string Question, string Expects = "item", Guid? ItemId = null, Guid? BaseId = null, string Source = "editor");

    public static async Task<IResult> List(Actor actor, IVault vault, IStorageEngine storage, CancellationToken ct, Guid? @base = null, int limit = 100, string? cursor = null)
    {
        if (limit is < 1 or > 500)
            return Refusal.Invalid("limit", "out_of_range", 1, 500).ToProblem();
        Guid after = default;
        if (cursor is not null && !Guid.TryParseExact(cursor, "N", out after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeCheck>().AsNoTracking().Where(row => row.Ws == actor.Ws && (@base == null || row.BaseId == @base) && (cursor == null || row.Id.CompareTo(after) < 0)).OrderByDescending(row => row.Id).Take(limit + 1).ToListAsync(ct);
        var ids = rows.Select(row => row.ItemId).OfType<Guid>().ToList();
        var titles = await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && ids.Contains(item.Id)).ToDictionaryAsync(item => item.Id, item => item.Title, ct);
        return TypedResults.Ok(new CheckList([.. rows.Take(limit).Select(row => View(row, vault, titles))], rows.Count > limit ? rows[limit - 1].Id.ToString("N") : null));
    }

    public static async Task<IResult> Create(NewCheck request, Actor actor, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var question = PersonalData.Mask(ContentRules.Line(request.Question));
        if (Refusal.Of(Faults(request, question)) is { } wrong)
            return wrong.ToProblem();
        var (row, refusal) = await storage.Run<(KnowledgeCheck?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var item = request.ItemId is { } wanted ? await unit.Db.Table<KnowledgeItem>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == wanted, stop) : null;
            if (request.Expects == "item" && item is null)
                return (null, Refusal.Invalid("itemId", "knowledge_item_unknown"));
            if (await Bases.Home(unit, actor.Ws, item?.BaseId ?? request.BaseId, stop) is not { } home)
                return (null, Refusal.Invalid("baseId", "knowledge_base_unknown"));
            var tag = vault.Tag(actor.Ws, UseCounter.Purpose, ContentRules.Same(question));
            var known = await unit.Db.Table<KnowledgeCheck>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.BaseId == home.Id && one.Tag == tag, stop);
            if (known is null && await unit.Db.Table<KnowledgeCheck>().CountAsync(one => one.Ws == actor.Ws && one.BaseId == home.Id, stop) >= Most)
                return (null, Refusal.Conflict("too_many", Most));
            var id = unit.Ids.New();
            known ??= unit.Db.Table<KnowledgeCheck>().Add(new KnowledgeCheck
            {
                Ws = actor.Ws, Id = id, BaseId = home.Id, Tag = tag, Sealed = vault.Seal(actor.Ws, UseCounter.Purpose, Encoding.UTF8.GetBytes(question), id), Language = LanguageGuess.Of(question), Expects = request.Expects,
                Source = request.Source, CreatedBy = actor.AgentId, CreatedAt = unit.Ids.Now(),
            }).Entity;
            (known.Expects, known.ItemId) = (request.Expects, request.Expects == "item" ? item!.Id : null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_check.created", "knowledge_check", known.Id.ToString(), new { known.Expects }, stop);
            return (known, null);
        }, ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/knowledge/checks/{row.Id}", View(row, vault, new Dictionary<Guid, string>()));
    }

    public static async Task<IResult> Remove(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var known = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var gone = await unit.Db.Table<KnowledgeCheck>().Where(row => row.Ws == actor.Ws && row.Id == id).ExecuteDeleteAsync(stop);
            if (gone > 0)
                await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_check.removed", "knowledge_check", id.ToString(), null, stop);
            return gone > 0;
        }, ct);
        return known ? TypedResults.NoContent() : Refusal.NotFound().ToProblem();
    }

    /// <param name="Item">Null: how the base stands.</param>
    public sealed record TrialRequest(Guid? ItemId = null, int? Version = null, Guid? BaseId = null);

    /// <summary>The answer says null where the regression set is empty.</summary>
    public sealed record TrialAnswer(TrialResult? Result);

    public static async Task<IResult> Trial(TrialRequest request, Actor actor, Trials trials, IKnowledge knowledge, IStorageEngine storage, CancellationToken ct)
    {
        if (request.ItemId is { } item)
        {
            var (isKnown, one) = await trials.OfItem(actor.Ws, item, request.Version, ct);
            await Keep(one, item, actor, storage, ct);
            return isKnown ? TypedResults.Ok(new TrialAnswer(one)) : Refusal.Invalid("itemId", "knowledge_item_unknown").ToProblem();
        }
        if ((request.BaseId ?? (await knowledge.Bases(actor.Ws, ct) is [var first, ..] ? first.Id : null)) is not { } home)
            return TypedResults.Ok(new TrialAnswer(null));
        var result = await trials.OfBase(actor.Ws, home, ct);
        await Keep(result, null, actor, storage, ct);
        return TypedResults.Ok(new TrialAnswer(result));
    }

    private static Task Keep(TrialResult? result, Guid? item, Actor actor, IStorageEngine storage, CancellationToken ct) => result is null ? Task.CompletedTask : storage.Run(actor.Ws, async (unit, stop) =>
    {
        Trials.Keep(unit, result, item, actor.AgentId);
        return await unit.Db.SaveChangesAsync(stop);
    }, ct);

    public static async Task<IResult> Runs(Actor actor, IStorageEngine storage, CancellationToken ct, Guid? @base = null)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeRun>().AsNoTracking().Where(row => row.Ws == actor.Ws && (@base == null || row.BaseId == @base)).OrderByDescending(row => row.At).Take(50).ToListAsync(ct);
        return TypedResults.Ok(new RunList([.. rows.Select(View)]));
    }

    /// <summary>A run with the questions that it answered otherwise.</summary>
    public static async Task<IResult> Run(Guid id, Actor actor, IVault vault, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var run = await db.Table<KnowledgeRun>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == actor.Ws && row.Id == id, ct);
        if (run is null)
            return Refusal.NotFound().ToProblem();
        var detail = RunDetail.Of(run.Detail);
        var ids = detail.Better.Concat(detail.Worse).Select(line => line.Check).ToList();
        var checks = await db.Table<KnowledgeCheck>().AsNoTracking().Where(row => row.Ws == actor.Ws && ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, ct);
        var items = checks.Values.Select(check => check.ItemId).OfType<Guid>().Concat(ids).ToList();
        var titles = await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && items.Contains(item.Id)).ToDictionaryAsync(item => item.Id, item => item.Title, ct);
        // Questions that were taken out of the set since are left out; standard questions bear the FAQ's id.
        IReadOnlyList<TrialLine> Lines(IReadOnlyList<RunLine> lines) => [.. lines.Select(line =>
            checks.TryGetValue(line.Check, out var check) ? new TrialLine(check.Id, Reports.Open(vault, check.Ws, check.Sealed, check.Id), check.Expects, check.ItemId is { } item ? titles.GetValueOrDefault(item) : null, line.Before, line.After, null, check.ItemId)
            : titles.TryGetValue(line.Check, out var title) ? new TrialLine(line.Check, title, "item", title, line.Before, line.After, null, line.Check) : null).OfType<TrialLine>()];
        return TypedResults.Ok(new RunWhole(View(run), Lines(detail.Better), Lines(detail.Worse)));
    }

    private static RunView View(KnowledgeRun row) => new(row.Id, row.BaseId, row.ItemId, WireTime.Format(row.At), row.Total, row.RightBefore, row.RightAfter);

    private static CheckView View(KnowledgeCheck row, IVault vault, IReadOnlyDictionary<Guid, string> titles) =>
        new(row.Id, row.BaseId, Reports.Open(vault, row.Ws, row.Sealed, row.Id), row.Expects, row.ItemId, row.ItemId is { } item ? titles.GetValueOrDefault(item) : null, row.Source, WireTime.Format(row.CreatedAt));

    private static IEnumerable<(string Field, FieldFault Fault)> Faults(NewCheck request, string question)
    {
        if (question.Length == 0)
            yield return ("question", new("required"));
        if (question.Length > ContentRules.MostQuestion)
            yield return ("question", new("too_long", ContentRules.MostQuestion));
        if (!Expectations.Contains(request.Expects))
            yield return ("expects", new("not_one_of", string.Join(", ", Expectations)));
        if (request.Source is not ("editor" or "conversation" or "search"))
            yield return ("source", new("not_one_of", "editor, conversation, search"));
    }
}
