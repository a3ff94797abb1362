using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Reading;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Knowledge.Arranging;

/// <param name="Faqs">Published ones.</param>
/// <param name="Articles">Published ones.</param>
/// <param name="NeedsSecond">What somebody wrote is shown to readers by somebody else only.</param>
internal sealed record BaseView(Guid Id, string Name, string Language, long Revision, HelpCentreSettings Help, string? Host, int Faqs, int Articles, int Drafts, bool NeedsSecond);

internal sealed record BaseList(IReadOnlyList<BaseView> Items);

/// <summary><c>/api/v1/knowledge/bases</c>. A workspace that has none gets its first with the first thing that is written.</summary>
internal static class Bases
{
    private const int Most = 20;

    public sealed record NewBase(string Name, string Language = "zh-CN");

    public sealed record Changes(string? Name = null, string? Language = null, HelpCentreSettings? Help = null, bool? NeedsSecond = null)
    {
        /// <summary>The host name of its help centre; null: the server's own only.</summary>
        public string? Host { get; init { field = value; HasHost = true; } }

        [System.Text.Json.Serialization.JsonIgnore]
        public bool HasHost { get; private init; }
    }

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeBaseRow>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(ct);
        var counts = await db.Table<KnowledgeItem>().AsNoTracking().Where(item => item.Ws == actor.Ws && item.ArchivedAt == null)
            .GroupBy(item => new { item.BaseId, item.Kind, Published = item.PublishedVersion != null })
            .Select(group => new { group.Key.BaseId, group.Key.Kind, group.Key.Published, Count = group.Count() }).ToListAsync(ct);
        return TypedResults.Ok(new BaseList([.. rows.Select(row => View(row,
            counts.Where(one => one.BaseId == row.Id && one.Published && one.Kind == "faq").Sum(one => one.Count),
            counts.Where(one => one.BaseId == row.Id && one.Published && one.Kind == "article").Sum(one => one.Count),
            counts.Where(one => one.BaseId == row.Id && !one.Published).Sum(one => one.Count)))]));
    }

    private static BaseView View(KnowledgeBaseRow row, int faqs = 0, int articles = 0, int drafts = 0) =>
        new(row.Id, row.Name, row.Language, row.Revision, HelpCentreSettings.Of(row.Help), row.Host, faqs, articles, drafts, row.NeedsSecond);

    public static async Task<IResult> Create(NewBase request, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (Refusal.Of(Faults(request.Name, request.Language, null, null)) is { } wrong)
            return wrong.ToProblem();
        var (row, refusal) = await storage.Run<(KnowledgeBaseRow?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            if (await unit.Db.Table<KnowledgeBaseRow>().CountAsync(one => one.Ws == actor.Ws, stop) >= Most)
                return (null, Refusal.Conflict("too_many", Most));
            var added = Add(unit, actor.Ws, request.Name.Trim(), request.Language.Trim());
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_base.created", "knowledge_base", added.Id.ToString(), new { added.Name, added.Language }, stop);
            return (added, null);
        }, ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Created($"/api/v1/knowledge/bases/{row.Id}", View(row));
    }

    public static async Task<IResult> Change(Guid id, Changes request, Actor actor, ItemWriting writing, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var host = request.HasHost && !string.IsNullOrWhiteSpace(request.Host) ? request.Host.Trim().ToLowerInvariant() : null;
        if (Refusal.Of(Faults(request.Name, request.Language, host, request.Help)) is { } wrong)
            return wrong.ToProblem();
        try
        {
            var row = await storage.Run(actor.Ws, async (unit, stop) =>
            {
                if (await ItemWriting.Lock(unit, actor.Ws, id, stop) is not { } home)
                    return null;
                home.Name = request.Name?.Trim() ?? home.Name;
                home.Language = request.Language?.Trim() ?? home.Language;
                home.Help = request.Help?.Json() ?? home.Help;
                home.Host = request.HasHost ? host : home.Host;
                home.NeedsSecond = request.NeedsSecond ?? home.NeedsSecond;
                writing.Seen(unit, home, null);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_base.changed", "knowledge_base", id.ToString(), new { home.Name, home.Host, help = request.Help, request.NeedsSecond }, stop);
                return home;
            }, ct);
            return row is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(View(row));
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return new Refusal(StatusCodes.Status409Conflict, "knowledge_host_taken").And("host", "knowledge_host_taken").ToProblem();
        }
    }

    /// <summary>The base that is meant, locked until the commit; the first one is made when there is none. Null: there is none of this id.</summary>
    public static async Task<KnowledgeBaseRow?> Home(WriteUnit unit, int ws, Guid? id, CancellationToken ct)
    {
        id ??= await unit.Db.Table<KnowledgeBaseRow>().Where(row => row.Ws == ws).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).Select(row => (Guid?)row.Id).FirstOrDefaultAsync(ct);
        if (id is { } known)
            return await ItemWriting.Lock(unit, ws, known, ct);
        var first = Add(unit, ws, "默认知识库", "zh-CN");
        await unit.Db.SaveChangesAsync(ct);
        return first;
    }

    public static KnowledgeBaseRow Add(WriteUnit unit, int ws, string name, string language)
    {
        var now = unit.Ids.Now();
        var row = new KnowledgeBaseRow { Ws = ws, Id = unit.Ids.New(), Name = name, Language = language, Help = new HelpCentreSettings().Json(), Revision = 1, CreatedAt = now, ChangedAt = now };
        unit.Db.Table<KnowledgeBaseRow>().Add(row);
        return row;
    }

    private static IEnumerable<(string Field, FieldFault Fault)> Faults(string? name, string? language, string? host, HelpCentreSettings? help)
    {
        if (name is not null && string.IsNullOrWhiteSpace(name))
            yield return ("name", new("required"));
        if (name?.Trim().Length > 80)
            yield return ("name", new("too_long", 80));
        if (OneLine.HidesSomething(name))
            yield return ("name", new("control_characters"));
        if (language is not null && !ContentRules.IsLanguage(language.Trim()))
            yield return ("language", new("knowledge_language"));
        if (host is not null && (host.Length > 253 || Uri.CheckHostName(host) != UriHostNameType.Dns || !host.Contains('.', StringComparison.Ordinal)))
            yield return ("host", new("knowledge_host"));
        foreach (var fault in help?.Faults() ?? [])
            yield return fault;
    }
}
