using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Graph;

/// <summary>What a fact says.</summary>
internal sealed record EdgeWords(string Subject, string Relation, string Target, string Audience);

/// <param name="Kind"><c>add</c>, <c>change</c> or <c>remove</c>.</param>
/// <param name="Before">What readers have now; null: nothing.</param>
/// <param name="After">What they would have; null: nothing.</param>
/// <param name="IsOwn">By who asks.</param>
/// <param name="MayAccept">Whether who asks may: who wrote it may not where the base asks for a second person.</param>
internal sealed record EdgeProposalView(Guid Id, Guid BaseId, Guid? EdgeId, string Kind, EdgeWords? Before, EdgeWords? After, Person? By, string CreatedAt, bool IsOwn, bool MayAccept);

internal sealed record EdgeProposalList(IReadOnlyList<EdgeProposalView> Items);

/// <summary><c>/api/v1/knowledge/edge-proposals</c>: where a base asks for a second person, facts too are shown to readers by somebody else than who wrote them.</summary>
internal static class EdgeProposals
{
    public const int Most = 500;

    public static async Task<IResult> List(Actor actor, ItemViews views, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeEdgeProposal>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.Id).Take(Most).ToListAsync(ct);
        return TypedResults.Ok(new EdgeProposalList(await Views(db, rows, actor, views, ct)));
    }

    /// <summary>Instead of doing it. The unit is the caller's, the base is locked.</summary>
    /// <param name="edge">Null: a new one.</param>
    /// <param name="words">Null: it goes away.</param>
    public static async Task<IResult> Propose(WriteUnit unit, KnowledgeBaseRow home, KnowledgeEdge? edge, EdgeWords? words, Actor actor, ItemViews views, HttpContext context, CancellationToken ct)
    {
        if (edge is not null && words is not null && words == WordsOf(edge))
            return TypedResults.Ok(EdgeView.Of(edge));
        if (await unit.Db.Table<KnowledgeEdgeProposal>().CountAsync(one => one.Ws == home.Ws, ct) >= Most)
            return Refusal.Conflict("too_many", Most).ToProblem();
        var by = AuditBy.Agent(actor, context);
        var row = await Put(unit, home, edge, words, actor.AgentId, by, ct);
        await Audit.Record(unit, by, "knowledge_edge.proposed", "knowledge_edge", (edge?.Id ?? row.Id).ToString(), new { kind = KindOf(row), before = edge is null ? null : WordsOf(edge), after = words }, ct);
        await unit.Db.SaveChangesAsync(ct);
        return TypedResults.Accepted("/api/v1/knowledge/edge-proposals", (await Views(unit.Db, [row], actor, views, ct))[0]);
    }

    /// <summary>Of a fact that is there the last one says what is to become of it.</summary>
    public static async Task<KnowledgeEdgeProposal> Put(WriteUnit unit, KnowledgeBaseRow home, KnowledgeEdge? edge, EdgeWords? words, Guid by, AuditBy who, CancellationToken ct)
    {
        if (edge is not null)
            await Overtake(unit, edge, who, ct);
        var row = new KnowledgeEdgeProposal
        {
            Ws = home.Ws, Id = unit.Ids.New(), BaseId = home.Id, EdgeId = edge?.Id, Subject = words?.Subject, Relation = words?.Relation, Target = words?.Target, Audience = words?.Audience, ByAgent = by, CreatedAt = unit.Ids.Now(),
        };
        unit.Db.Table<KnowledgeEdgeProposal>().Add(row);
        return row;
    }

    /// <summary>The fact has become something else, or is to become it: what was proposed for it before would put back what it was.</summary>
    public static async Task Overtake(WriteUnit unit, KnowledgeEdge edge, AuditBy by, CancellationToken ct)
    {
        var waiting = unit.Db.Table<KnowledgeEdgeProposal>().Where(one => one.Ws == edge.Ws && one.EdgeId == edge.Id);
        var rows = await waiting.AsNoTracking().ToListAsync(ct);
        if (rows.Count == 0)
            return;
        await waiting.ExecuteDeleteAsync(ct);
        foreach (var row in rows)
            await Audit.Record(unit, by, "knowledge_edge.overtaken", "knowledge_edge", edge.Id.ToString(), new { kind = KindOf(row), after = WordsOf(row), by = row.ByAgent }, ct);
    }

    public static Task<IResult> Accept(Guid id, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct) => On(id, actor, storage, async (unit, home, row, stop) =>
    {
        if (home.NeedsSecond && row.ByAgent == actor.AgentId)
            return Refusal.Forbidden("knowledge_second_person").ToProblem();
        var edge = row.EdgeId is { } known ? await unit.Db.Table<KnowledgeEdge>().SingleAsync(one => one.Ws == row.Ws && one.Id == known, stop) : null;
        if (edge is null && await unit.Db.Table<KnowledgeEdge>().CountAsync(one => one.Ws == row.Ws, stop) >= Edges.Most)
            return Refusal.Conflict("too_many", Edges.Most).ToProblem();
        var (kind, before, after) = (KindOf(row), edge is null ? null : WordsOf(edge), WordsOf(row));
        unit.Db.Table<KnowledgeEdgeProposal>().Remove(row);
        if (edge is not null && after is null)
        {
            await unit.Db.SaveChangesAsync(stop); // what points to it goes first
            unit.Db.Table<KnowledgeEdge>().Remove(edge);
        }
        else if (edge is null)
            edge = Edges.Add(unit, home, after!);
        else
            Edges.Say(unit, edge, after!);
        writing.Seen(unit, home, null);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_edge.accepted", "knowledge_edge", edge.Id.ToString(), new { kind, before, after, by = row.ByAgent }, stop);
        return TypedResults.NoContent();
    }, ct);

    public static Task<IResult> Dismiss(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct) => On(id, actor, storage, async (unit, _, row, stop) =>
    {
        unit.Db.Table<KnowledgeEdgeProposal>().Remove(row);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_edge.dismissed", "knowledge_edge", (row.EdgeId ?? row.Id).ToString(), new { kind = KindOf(row), after = WordsOf(row), by = row.ByAgent }, stop);
        return TypedResults.NoContent();
    }, ct);

    private static Task<IResult> On(Guid id, Actor actor, IStorageEngine storage, Func<WriteUnit, KnowledgeBaseRow, KnowledgeEdgeProposal, CancellationToken, Task<IResult>> act, CancellationToken ct) => storage.Run(actor.Ws, async (unit, stop) =>
    {
        var home = await unit.Db.Table<KnowledgeEdgeProposal>().Where(one => one.Ws == actor.Ws && one.Id == id).Select(one => (Guid?)one.BaseId).SingleOrDefaultAsync(stop);
        if (home is null || await ItemWriting.Lock(unit, actor.Ws, home.Value, stop) is not { } locked
            || await unit.Db.Table<KnowledgeEdgeProposal>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop) is not { } row)
            return Refusal.NotFound().ToProblem();
        return await act(unit, locked, row, stop);
    }, ct);

    private static async Task<List<EdgeProposalView>> Views(QueqiaoDb db, IReadOnlyList<KnowledgeEdgeProposal> rows, Actor actor, ItemViews views, CancellationToken ct)
    {
        var ids = rows.Select(row => row.EdgeId).OfType<Guid>().ToList();
        var edges = await db.Table<KnowledgeEdge>().AsNoTracking().Where(one => one.Ws == actor.Ws && ids.Contains(one.Id)).ToDictionaryAsync(one => one.Id, ct);
        var strict = await db.Table<KnowledgeBaseRow>().AsNoTracking().Where(one => one.Ws == actor.Ws && one.NeedsSecond).Select(one => one.Id).ToListAsync(ct);
        var names = await views.Names(actor.Ws, rows.Select(row => (Guid?)row.ByAgent), ct);
        return [.. rows.Select(row => new EdgeProposalView(
            row.Id, row.BaseId, row.EdgeId, KindOf(row), row.EdgeId is { } known && edges.GetValueOrDefault(known) is { } edge ? WordsOf(edge) : null, WordsOf(row), Person.Of(row.ByAgent, names), WireTime.Format(row.CreatedAt), row.ByAgent == actor.AgentId,
            actor.May(Permissions.PublishKnowledge) && !(row.ByAgent == actor.AgentId && strict.Contains(row.BaseId))))];
    }

    private static string KindOf(KnowledgeEdgeProposal row) => row.EdgeId is null ? "add" : row.Subject is null ? "remove" : "change";

    public static EdgeWords WordsOf(KnowledgeEdge edge) => new(edge.Subject, edge.Relation, edge.Target, edge.Audience);

    private static EdgeWords? WordsOf(KnowledgeEdgeProposal row) => row.Subject is null ? null : new(row.Subject, row.Relation!, row.Target!, row.Audience!);
}
