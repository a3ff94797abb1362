using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Arranging;

internal sealed record TermView(Guid Id, Guid BaseId, string Kind, IReadOnlyList<string> Words, string? Meaning);

internal sealed record TermList(IReadOnlyList<TermView> Items);

/// <summary><c>/api/v1/knowledge/terms</c>: words that mean the same to the firm's customers (<c>synonym</c>), and words with what they mean (<c>term</c>).</summary>
internal static class Terms
{
    public const int Most = 5_000;
    public static readonly string[] Kinds = ["synonym", "term"];

    public sealed record NewTerm(string Kind, IReadOnlyList<string> Words, string? Meaning = null, Guid? BaseId = null);

    public sealed record Changes(IReadOnlyList<string>? Words = null, string? Meaning = null);

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct, Guid? @base = null)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeTerm>().AsNoTracking().Where(row => row.Ws == actor.Ws && (@base == null || row.BaseId == @base)).OrderBy(row => row.Id).ToListAsync(ct);
        return TypedResults.Ok(new TermList([.. rows.Select(View)]));
    }

    public static async Task<IResult> Create(NewTerm request, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var words = Tidy(request.Words);
        if (Refusal.Of(Faults(request.Kind, words, request.Meaning)) is { } wrong)
            return wrong.ToProblem();
        var (row, refusal) = await storage.Run<(KnowledgeTerm?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            if (await Bases.Home(unit, actor.Ws, request.BaseId, stop) is not { } home)
                return (null, Refusal.Invalid("baseId", "knowledge_base_unknown"));
            if (await unit.Db.Table<KnowledgeTerm>().CountAsync(one => one.Ws == actor.Ws, stop) >= Most)
                return (null, Refusal.Conflict("too_many", Most));
            var added = Add(unit, home, request.Kind, words, request.Meaning);
            writing.Seen(unit, home, null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_term.created", "knowledge_term", added.Id.ToString(), new { words }, stop);
            return (added, null);
        }, ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/knowledge/terms/{row.Id}", View(row));
    }

    public static async Task<IResult> Change(Guid id, Changes request, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var words = request.Words is { } given ? Tidy(given) : null;
        return await On(id, actor, writing, storage, async (unit, row, stop) =>
        {
            if (Refusal.Of(Faults(row.Kind, words ?? WordsOf(row.Words), request.Meaning ?? row.Meaning)) is { } wrong)
                return wrong.ToProblem();
            row.Words = words is null ? row.Words : JsonSerializer.Serialize(words);
            row.Meaning = request.Meaning ?? row.Meaning;
            row.ChangedAt = unit.Ids.Now();
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_term.changed", "knowledge_term", id.ToString(), new { words }, stop);
            return TypedResults.Ok(View(row));
        }, ct);
    }

    public static Task<IResult> Remove(Guid id, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct) => On(id, actor, writing, storage, async (unit, row, stop) =>
    {
        unit.Db.Table<KnowledgeTerm>().Remove(row);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_term.removed", "knowledge_term", id.ToString(), null, stop);
        return TypedResults.NoContent();
    }, ct);

    public static KnowledgeTerm Add(WriteUnit unit, KnowledgeBaseRow home, string kind, IReadOnlyList<string> words, string? meaning)
    {
        var now = unit.Ids.Now();
        var row = new KnowledgeTerm { Ws = home.Ws, Id = unit.Ids.New(), BaseId = home.Id, Kind = kind, Words = JsonSerializer.Serialize(words), Meaning = string.IsNullOrWhiteSpace(meaning) ? null : meaning.Trim(), CreatedAt = now, ChangedAt = now };
        unit.Db.Table<KnowledgeTerm>().Add(row);
        return row;
    }

    private static Task<IResult> On(Guid id, Actor actor, ItemWriting writing, IStorageEngine storage, Func<WriteUnit, KnowledgeTerm, CancellationToken, Task<IResult>> act, CancellationToken ct) => storage.Run(actor.Ws, async (unit, stop) =>
    {
        var row = await unit.Db.Table<KnowledgeTerm>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop);
        if (row is null)
            return Refusal.NotFound().ToProblem();
        writing.Seen(unit, (await ItemWriting.Lock(unit, actor.Ws, row.BaseId, stop))!, null);
        return await act(unit, row, stop);
    }, ct);

    public static IReadOnlyList<string> WordsOf(string json) => JsonSerializer.Deserialize<List<string>>(json)!;

    private static TermView View(KnowledgeTerm row) => new(row.Id, row.BaseId, row.Kind, WordsOf(row.Words), row.Meaning);

    private static List<string> Tidy(IReadOnlyList<string> words) => [.. words.Select(ContentRules.Line).Where(word => word.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static IEnumerable<(string Field, FieldFault Fault)> Faults(string kind, IReadOnlyList<string> words, string? meaning)
    {
        if (!Kinds.Contains(kind))
            yield return ("kind", new("not_one_of", string.Join(", ", Kinds)));
        if (words.Count < (kind == "term" ? 1 : 2))
            yield return ("words", new(kind == "term" ? "required" : "knowledge_two_words"));
        if (words.Count > 50 || words.Any(word => word.Length > 60))
            yield return ("words", new("too_long", 60));
        if (kind == "term" && string.IsNullOrWhiteSpace(meaning))
            yield return ("meaning", new("required"));
        if (meaning?.Length > 1000)
            yield return ("meaning", new("too_long", 1000));
    }
}
