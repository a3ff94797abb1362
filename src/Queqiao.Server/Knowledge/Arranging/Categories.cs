using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Arranging;

internal sealed record CategoryView(Guid Id, Guid BaseId, Guid? ParentId, string Name, IReadOnlyDictionary<string, string> Names, string Slug, int Position, int Items);

internal sealed record CategoryList(IReadOnlyList<CategoryView> Items);

/// <summary><c>/api/v1/knowledge/categories</c>: the shelves of a base.</summary>
internal static class Categories
{
    private const int Most = 500;
    private const int Deepest = 4;

    public sealed record NewCategory(string Name, Guid? BaseId = null, Guid? ParentId = null, IReadOnlyDictionary<string, string>? Names = null, int? Position = null);

    public sealed record Changes(string? Name = null, IReadOnlyDictionary<string, string>? Names = null, int? Position = null)
    {
        public Guid? ParentId { get; init { field = value; HasParent = true; } }

        [System.Text.Json.Serialization.JsonIgnore]
        public bool HasParent { get; private init; }
    }

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct, Guid? @base = null)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeCategory>().AsNoTracking().Where(row => row.Ws == actor.Ws && (@base == null || row.BaseId == @base)).OrderBy(row => row.Position).ThenBy(row => row.Id).ToListAsync(ct);
        var counts = await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && item.CategoryId != null && item.ArchivedAt == null)
            .GroupBy(item => item.CategoryId!.Value).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(one => one.Key, one => one.Count, ct);
        return TypedResults.Ok(new CategoryList([.. rows.Select(row => View(row, counts.GetValueOrDefault(row.Id)))]));
    }

    public static async Task<IResult> Create(NewCategory request, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Faults(request.Name, request.Names)) is { } wrong)
            return wrong.ToProblem();
        var (row, refusal) = await storage.Run<(KnowledgeCategory?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            if (await Bases.Home(unit, actor.Ws, request.BaseId, stop) is not { } home)
                return (null, Refusal.Invalid("baseId", "knowledge_base_unknown"));
            var all = await All(unit, home, stop);
            if (all.Count >= Most)
                return (null, Refusal.Conflict("too_many", Most));
            if (request.ParentId is { } parent && (all.Find(one => one.Id == parent) is null || Depth(all, parent) >= Deepest))
                return (null, Refusal.Invalid("parentId", "knowledge_category_unknown"));
            var added = Add(unit, home, all, request.Name.Trim(), request.ParentId, request.Names);
            added.Position = request.Position ?? added.Position;
            writing.Seen(unit, home, null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_category.created", "knowledge_category", added.Id.ToString(), new { added.Name }, stop);
            return (added, null);
        }, ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/knowledge/categories/{row.Id}", View(row, 0));
    }

    public static async Task<IResult> Change(Guid id, Changes request, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Faults(request.Name, request.Names)) is { } wrong)
            return wrong.ToProblem();
        var (row, refusal) = await On(id, actor, storage, async (unit, home, row, stop) =>
        {
            if (request.HasParent && request.ParentId is { } parent)
            {
                var all = await All(unit, home, stop);
                if (all.Find(one => one.Id == parent) is null || IsBelow(all, parent, id) || Depth(all, parent) >= Deepest)
                    return Refusal.Invalid("parentId", "knowledge_category_unknown");
            }
            row.ParentId = request.HasParent ? request.ParentId : row.ParentId;
            row.Name = request.Name?.Trim() ?? row.Name;
            row.Names = request.Names is { } names ? JsonSerializer.Serialize(names) : row.Names;
            row.Position = request.Position ?? row.Position;
            writing.Seen(unit, home, null);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_category.changed", "knowledge_category", id.ToString(), new { row.Name }, stop);
            return null;
        }, ct);
        return refusal?.ToProblem() ?? (IResult)TypedResults.Ok(View(row!, 0));
    }

    /// <summary>What stands on it moves to the shelf above.</summary>
    public static async Task<IResult> Remove(Guid id, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var (_, refusal) = await On(id, actor, storage, async (unit, home, row, stop) =>
        {
            writing.Seen(unit, home, null);
            var revision = home.Revision;
            await unit.Db.Table<KnowledgeItem>().Where(item => item.Ws == actor.Ws && item.CategoryId == id).ExecuteUpdateAsync(set => set.SetProperty(item => item.CategoryId, row.ParentId).SetProperty(item => item.Revision, revision), stop);
            await unit.Db.Table<KnowledgeCategory>().Where(one => one.Ws == actor.Ws && one.ParentId == id).ExecuteUpdateAsync(set => set.SetProperty(one => one.ParentId, row.ParentId), stop);
            unit.Db.Table<KnowledgeCategory>().Remove(row);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_category.removed", "knowledge_category", id.ToString(), new { row.Name }, stop);
            return null;
        }, ct);
        return refusal?.ToProblem() ?? (IResult)TypedResults.NoContent();
    }

    /// <summary>By id or name; one of a new name is made, <c>上级/下级</c> with the shelf above. Null: there is none of this id.</summary>
    public static async Task<Guid?> Named(WriteUnit unit, KnowledgeBaseRow home, string text, CancellationToken ct)
    {
        var all = await All(unit, home, ct);
        if (Guid.TryParse(text, out var id))
            return all.Find(one => one.Id == id)?.Id;
        Guid? at = null;
        foreach (var part in text.Split(['/', '>'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(Deepest))
        {
            var name = ContentRules.Line(part);
            name = name.Length > 80 ? name[..80] : name;
            var found = all.Find(one => one.ParentId == at && one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? (at is null ? all.Find(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) : null);
            if (found is null)
            {
                if (all.Count >= Most)
                    return null;
                found = Add(unit, home, all, name, at, null);
                all.Add(found);
            }
            at = found.Id;
        }
        return at;
    }

    private static KnowledgeCategory Add(WriteUnit unit, KnowledgeBaseRow home, List<KnowledgeCategory> all, string name, Guid? parent, IReadOnlyDictionary<string, string>? names)
    {
        var slug = Slugs.Free(Slugs.Of(name), all.Select(one => one.Slug).ToHashSet(StringComparer.Ordinal));
        var row = new KnowledgeCategory { Ws = home.Ws, Id = unit.Ids.New(), BaseId = home.Id, ParentId = parent, Name = name, Names = JsonSerializer.Serialize(names ?? new Dictionary<string, string>()), Slug = slug, Position = all.Count + 1, Revision = home.Revision };
        unit.Db.Table<KnowledgeCategory>().Add(row);
        return row;
    }

    private static async Task<List<KnowledgeCategory>> All(WriteUnit unit, KnowledgeBaseRow home, CancellationToken ct)
    {
        var stored = await unit.Db.Table<KnowledgeCategory>().Where(row => row.Ws == home.Ws && row.BaseId == home.Id).ToListAsync(ct);
        return [.. stored.Union(unit.Db.Table<KnowledgeCategory>().Local.Where(row => row.Ws == home.Ws && row.BaseId == home.Id))];
    }

    private static async Task<(KnowledgeCategory? Row, Refusal? Refusal)> On(Guid id, Actor actor, IStorageEngine storage, Func<WriteUnit, KnowledgeBaseRow, KnowledgeCategory, CancellationToken, Task<Refusal?>> act, CancellationToken ct) =>
        await storage.Run<(KnowledgeCategory?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var row = await unit.Db.Table<KnowledgeCategory>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop);
            if (row is null)
                return (null, Refusal.NotFound());
            var home = (await ItemWriting.Lock(unit, actor.Ws, row.BaseId, stop))!;
            return (row, await act(unit, home, row, stop));
        }, ct);

    private static CategoryView View(KnowledgeCategory row, int items) => new(row.Id, row.BaseId, row.ParentId, row.Name, NamesOf(row.Names), row.Slug, row.Position, items);

    public static Dictionary<string, string> NamesOf(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

    private static int Depth(List<KnowledgeCategory> all, Guid id)
    {
        var depth = 0;
        for (Guid? at = id; at is not null && depth <= Deepest; depth++)
            at = all.Find(one => one.Id == at)?.ParentId;
        return depth;
    }

    private static bool IsBelow(List<KnowledgeCategory> all, Guid id, Guid above)
    {
        var steps = 0;
        for (Guid? at = id; at is not null && steps <= Most; steps++, at = all.Find(one => one.Id == at)?.ParentId)
        {
            if (at == above)
                return true;
        }
        return false;
    }

    private static IEnumerable<(string Field, FieldFault Fault)> Faults(string? name, IReadOnlyDictionary<string, string>? names)
    {
        if (name is not null && string.IsNullOrWhiteSpace(name))
            yield return ("name", new("required"));
        if (name?.Trim().Length > 80 || (names?.Values.Any(one => one.Length > 80) ?? false))
            yield return ("name", new("too_long", 80));
        if (OneLine.HidesSomething(name) || (names?.Values.Any(OneLine.HidesSomething) ?? false))
            yield return ("name", new("control_characters"));
        if (names?.Count > 12 || (names?.Keys.Any(tag => !ContentRules.IsLanguage(tag)) ?? false))
            yield return ("names", new("knowledge_language"));
    }
}
