using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Graph;

internal sealed record EdgeView(Guid Id, Guid BaseId, string Subject, string Relation, string Target, string Audience)
{
    public static EdgeView Of(KnowledgeEdge row) => new(row.Id, row.BaseId, row.Subject, row.Relation, row.Target, row.Audience);
}

internal sealed record EdgeList(IReadOnlyList<EdgeView> Items, string? NextCursor);

/// <summary><c>/api/v1/knowledge/edges</c>: facts as product – problem – cause – fix – policy.</summary>
internal static class Edges
{
    public const int Most = 20_000;

    public sealed record NewEdge(string Subject, string Relation, string Target, string Audience = "public", Guid? BaseId = null);

    public sealed record Changes(string? Subject = null, string? Relation = null, string? Target = null, string? Audience = null);

    /// <param name="q">A word of the subject, the relation or the target.</param>
    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct, Guid? @base = null, string? q = null, int limit = 200, string? cursor = null)
    {
        if (limit is < 1 or > 1000)
            return Refusal.Invalid("limit", "out_of_range", 1, 1000).ToProblem();
        Guid after = default;
        if (cursor is not null && !Guid.TryParseExact(cursor, "N", out after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = db.Table<KnowledgeEdge>().AsNoTracking().Where(row => row.Ws == actor.Ws && (@base == null || row.BaseId == @base) && (cursor == null || row.Id.CompareTo(after) > 0));
        if (!string.IsNullOrWhiteSpace(q))
            rows = rows.Where(row => row.Subject.Contains(q) || row.Relation.Contains(q) || row.Target.Contains(q));
        var page = await rows.OrderBy(row => row.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(new EdgeList([.. page.Take(limit).Select(EdgeView.Of)], page.Count > limit ? page[limit - 1].Id.ToString("N") : null));
    }

    public static async Task<IResult> Create(NewEdge request, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Faults(request.Subject, request.Relation, request.Target, request.Audience)) is { } wrong)
            return wrong.ToProblem();
        return await storage.Run<IResult>(actor.Ws, async (unit, stop) =>
        {
            if (await Bases.Home(unit, actor.Ws, request.BaseId, stop) is not { } home)
                return Refusal.Invalid("baseId", "knowledge_base_unknown").ToProblem();
            if (await unit.Db.Table<KnowledgeEdge>().CountAsync(one => one.Ws == actor.Ws, stop) >= Most)
                return Refusal.Conflict("too_many", Most).ToProblem();
            var words = new EdgeWords(ContentRules.Line(request.Subject), ContentRules.Line(request.Relation), ContentRules.Line(request.Target), request.Audience);
            if (home.NeedsSecond)
                return await EdgeProposals.Propose(unit, home, null, words, actor, views, context, stop);
            var added = Add(unit, home, words);
            writing.Seen(unit, home, null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_edge.created", "knowledge_edge", added.Id.ToString(), new { added.Subject, added.Relation, added.Target }, stop);
            return TypedResults.Created($"/api/v1/knowledge/edges/{added.Id}", EdgeView.Of(added));
        }, ct);
    }

    public static Task<IResult> Change(Guid id, Changes request, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) =>
        Refusal.Of(Faults(request.Subject ?? "-", request.Relation ?? "-", request.Target ?? "-", request.Audience ?? "public")) is { } wrong
            ? Task.FromResult<IResult>(wrong.ToProblem())
            : On(id, actor, storage, async (unit, home, row, stop) =>
            {
                var words = new EdgeWords(Line(request.Subject) ?? row.Subject, Line(request.Relation) ?? row.Relation, Line(request.Target) ?? row.Target, request.Audience ?? row.Audience);
                if (home.NeedsSecond)
                    return await EdgeProposals.Propose(unit, home, row, words, actor, views, context, stop);
                var by = AuditBy.Agent(actor, context);
                if (words != EdgeProposals.WordsOf(row))
                    await EdgeProposals.Overtake(unit, row, by, stop);
                Say(unit, row, words);
                writing.Seen(unit, home, null);
                await Audit.Record(unit, by, "knowledge_edge.changed", "knowledge_edge", id.ToString(), new { row.Subject, row.Relation, row.Target }, stop);
                return TypedResults.Ok(EdgeView.Of(row));
            }, ct);

    public static Task<IResult> Remove(Guid id, Actor actor, ItemWriting writing, ItemViews views, IStorageEngine storage, HttpContext context, CancellationToken ct) => On(id, actor, storage, async (unit, home, row, stop) =>
    {
        if (home.NeedsSecond)
            return await EdgeProposals.Propose(unit, home, row, null, actor, views, context, stop);
        var by = AuditBy.Agent(actor, context);
        await EdgeProposals.Overtake(unit, row, by, stop);
        writing.Seen(unit, home, null);
        unit.Db.Table<KnowledgeEdge>().Remove(row);
        await Audit.Record(unit, by, "knowledge_edge.removed", "knowledge_edge", id.ToString(), new { row.Subject, row.Relation, row.Target }, stop);
        return TypedResults.NoContent();
    }, ct);

    public static KnowledgeEdge Add(WriteUnit unit, KnowledgeBaseRow home, EdgeWords words)
    {
        var now = unit.Ids.Now();
        var row = new KnowledgeEdge { Ws = home.Ws, Id = unit.Ids.New(), BaseId = home.Id, Subject = ContentRules.Line(words.Subject), Relation = ContentRules.Line(words.Relation), Target = ContentRules.Line(words.Target), Audience = words.Audience, Position = 0, CreatedAt = now, ChangedAt = now };
        unit.Db.Table<KnowledgeEdge>().Add(row);
        return row;
    }

    /// <summary>A fact says something else from now on.</summary>
    public static void Say(WriteUnit unit, KnowledgeEdge row, EdgeWords words) =>
        (row.Subject, row.Relation, row.Target, row.Audience, row.ChangedAt) = (words.Subject, words.Relation, words.Target, words.Audience, unit.Ids.Now());

    private static Task<IResult> On(Guid id, Actor actor, IStorageEngine storage, Func<WriteUnit, KnowledgeBaseRow, KnowledgeEdge, CancellationToken, Task<IResult>> act, CancellationToken ct) => storage.Run(actor.Ws, async (unit, stop) =>
    {
        var home = await unit.Db.Table<KnowledgeEdge>().Where(one => one.Ws == actor.Ws && one.Id == id).Select(one => (Guid?)one.BaseId).SingleOrDefaultAsync(stop);
        if (home is null || await ItemWriting.Lock(unit, actor.Ws, home.Value, stop) is not { } locked || await unit.Db.Table<KnowledgeEdge>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop) is not { } row)
            return Refusal.NotFound().ToProblem();
        return await act(unit, locked, row, stop);
    }, ct);

    private static string? Line(string? text) => text is null ? null : ContentRules.Line(text);

    internal static IEnumerable<(string Field, FieldFault Fault)> Faults(string subject, string relation, string target, string audience)
    {
        foreach (var (name, text, most) in new[] { ("subject", subject, 120), ("relation", relation, 40), ("target", target, 500) })
        {
            if (ContentRules.Line(text).Length == 0)
                yield return (name, new("required"));
            else if (text.Length > most)
                yield return (name, new("too_long", most));
        }
        if (audience is not (Audience.Everybody or Audience.Colleagues))
            yield return ("audience", new("not_one_of", "public, internal"));
    }
}
