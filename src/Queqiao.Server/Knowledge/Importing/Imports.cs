using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge.Arranging;
using Queqiao.Server.Knowledge.Storage;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Knowledge.Importing;

/// <param name="Phase"><c>reading</c>, <c>draft</c> (look at it, then start), <c>running</c>, <c>done</c> or <c>cancelled</c>.</param>
internal sealed record ImportView(Guid Id, Guid BaseId, string Source, string Name, ImportPlan Plan, string Phase, int Total, int Ready, ImportCounts Counts, string CreatedAt, string? FinishedAt, Guid? RunId);

internal sealed record ImportList(IReadOnlyList<ImportView> Items);

/// <param name="Text">Why nothing came of it, in the reader's language.</param>
/// <param name="Preview">The first words of what it would become.</param>
internal sealed record ImportRowView(int No, string Title, string Place, string Outcome, string? Code, string? Text, string? Preview, Guid? ItemId);

internal sealed record ImportRowList(IReadOnlyList<ImportRowView> Items, string? NextCursor);

/// <summary><c>/api/v1/knowledge/imports</c>: a file or a site is read into rows, the rows are looked at, then they become articles and FAQs.</summary>
internal static class Imports
{
    public const string Lane = "knowledge/import";
    private const int MostFile = 30 * 1024 * 1024;
    private const int MostPages = 1_000;

    /// <param name="FileId">An uploaded file: CSV, Markdown, HTML, PDF or Word.</param>
    /// <param name="Text">The content itself, with a <paramref name="Name"/> that ends in .csv, .md or .html.</param>
    /// <param name="Url">A site to walk through; only public addresses, or those the operator allows.</param>
    public sealed record NewImport(Guid? FileId = null, string? Text = null, string? Url = null, string? Name = null, Guid? BaseId = null, ImportPlan? Plan = null);

    public static async Task<IResult> Create(NewImport request, Actor actor, StoredFiles files, FileUploads uploads, JobQueue jobs, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var plan = request.Plan ?? new ImportPlan();
        if (!ContentRules.IsLanguage(plan.Language))
            return Refusal.Invalid("plan.language", "knowledge_language").ToProblem();
        if (plan.Most is < 1 or > MostPages)
            return Refusal.Invalid("plan.most", "out_of_range", 1, MostPages).ToProblem();
        if (new object?[] { request.FileId, request.Text, request.Url }.Count(one => one is not null) != 1)
            return Refusal.Invalid("fileId", "required").ToProblem();
        if (request.Url is { } url)
            return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"
                ? await Keep(actor, request.BaseId, "site", address.AbsoluteUri, plan, [], jobs, storage, context, ct)
                : Refusal.Invalid("url", "knowledge_address").ToProblem();
        var (name, bytes, row) = (request.Name ?? "text.md", request.Text is { } text ? Encoding.UTF8.GetBytes(text) : [], (StoredFile?)null);
        if (request.FileId is { } file)
        {
            row = await files.Own(FileOwner.OfAgent(actor.Ws, actor.AgentId), file, ct);
            if (row is not { State: FileState.Ready, ConversationId: null } || row.Size > MostFile || await files.Read(row, Variant.Served, ct) is not { } stream)
                return Refusal.Invalid("fileId", "file_unknown").ToProblem();
            name = request.Name ?? (await files.View(row, ct)).Name;
            using var memory = new MemoryStream();
            await using (stream)
                await stream.CopyToAsync(memory, ct);
            bytes = memory.ToArray();
        }
        var kind = KindOf(name);
        if (kind is null)
            return Refusal.Invalid(row is null ? "name" : "fileId", "knowledge_file_kind").ToProblem();
        try
        {
            var items = await Read(kind, bytes, name, plan, ct);
            var answer = await Keep(actor, request.BaseId, kind, name, plan, items, jobs, storage, context, ct);
            if (row is not null)
                await uploads.Cancel(row, ct);
            return answer;
        }
        catch (TableException broken)
        {
            return Refusal.Invalid("fileId", broken.Code, broken.Line, broken.Most).ToProblem();
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException and not DbUpdateException and not StorageUnavailableException)
        {
            return Refusal.Invalid("fileId", "knowledge_unreadable").ToProblem(); // libraries for strangers' files throw whatever they like
        }
    }

    private static string? KindOf(string name) => Path.GetExtension(name).ToLowerInvariant() switch
    {
        ".csv" or ".tsv" => "csv",
        ".md" or ".markdown" or ".txt" => "markdown",
        ".html" or ".htm" => "html",
        ".pdf" => "pdf",
        ".docx" => "docx",
        _ => null,
    };

    internal static async Task<List<ImportedItem>> Read(string kind, byte[] bytes, string name, ImportPlan plan, CancellationToken ct)
    {
        using var stream = new MemoryStream(bytes);
        switch (kind)
        {
            case "csv":
                return await ReadTable.Read(stream, plan, ct);
            case "docx":
                return [await Task.Run(() => ReadDocuments.Word(stream, name, plan), ct)];
            case "pdf":
                return [await Task.Run(() => ReadDocuments.Pdf(stream, name, plan), ct)];
            case "html":
                var page = ReadHtml.Of(await TextOf(stream, ct), null);
                return [ReadDocuments.Article(page.Title.Length > 0 ? page.Title : name, page.Body, name, plan)];
            default:
                return [ReadDocuments.Markdown(await TextOf(stream, ct), name, plan)];
        }
    }

    /// <summary>Editors on Windows write UTF-16 and GB 18030, too.</summary>
    private static async Task<string> TextOf(Stream file, CancellationToken ct)
    {
        var format = await TableFormat.Detect(file, ct);
        file.Position = 0;
        using var text = format.Open(file);
        return await text.ReadToEndAsync(ct);
    }

    private static async Task<IResult> Keep(Actor actor, Guid? baseId, string source, string name, ImportPlan plan, List<ImportedItem> items, JobQueue jobs, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var ready = 0;
        var import = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            if (await Bases.Home(unit, actor.Ws, baseId, stop) is not { } home)
                return null;
            var row = new KnowledgeImport { Ws = actor.Ws, Id = unit.Ids.New(), BaseId = home.Id, ByAgent = actor.AgentId, Source = source, Name = name, Plan = plan.Json(), Phase = source == "site" ? "reading" : "draft", Total = items.Count, Counts = new ImportCounts().Json(), CreatedAt = unit.Ids.Now() };
            unit.Db.Table<KnowledgeImport>().Add(row);
            ready = 0; // the unit may run again
            for (var i = 0; i < items.Count; i++)
                ready += unit.Db.Table<KnowledgeImportRow>().Add(RowOf(actor.Ws, row.Id, i + 1, items[i])).Entity.Outcome == "ready" ? 1 : 0;
            await unit.Db.SaveChangesAsync(stop);
            if (source == "site")
                row.JobId = await jobs.Add(unit, NewJob.Of(actor.Ws, CrawlSite.Name, new CrawlSite.Payload(row.Id)) with { By = actor.AgentId, Lane = Lane }, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_import.created", "knowledge_import", row.Id.ToString(), new { source, rows = items.Count }, stop);
            return row;
        }, ct);
        return import is null ? Refusal.Invalid("baseId", "knowledge_base_unknown").ToProblem() : TypedResults.Created($"/api/v1/knowledge/imports/{import.Id}", View(import, ready));
    }

    /// <summary>A row as it is kept: what breaks a rule says so now.</summary>
    internal static KnowledgeImportRow RowOf(int ws, Guid import, int no, ImportedItem item)
    {
        var tidy = item.Fact is null ? item with { Content = ContentRules.Tidy(item.Content) } : item;
        var fault = item.Fault is { } code ? (Field: "", Fault: new FieldFault(code, item.FaultArg ?? "")) : item.Fact is null ? ContentRules.Check(tidy.Content, tidy.IsFaq).FirstOrDefault() : default;
        var title = item.Fact is { } fact ? $"{fact.Subject} — {fact.Relation} — {fact.Target}" : tidy.Content.TitleIn("zh-CN");
        return new KnowledgeImportRow
        {
            Ws = ws, ImportId = import, No = no, Title = ShortText.Cut(title, 200), Place = ShortText.Cut(item.Place, 1000), Content = tidy.Json(),
            Outcome = fault.Fault is null ? "ready" : "failed", Code = fault.Fault?.Code, Arg = fault.Fault is { Args.Length: > 0 } one ? string.Join(", ", one.Args) : null,
        };
    }

    public static async Task<IResult> List(Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<KnowledgeImport>().AsNoTracking().Where(row => row.Ws == actor.Ws).OrderByDescending(row => row.Id).Take(50).ToListAsync(ct);
        return TypedResults.Ok(new ImportList([.. rows.Select(row => View(row, 0))]));
    }

    public static async Task<IResult> Show(Guid id, Actor actor, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        var row = await db.Table<KnowledgeImport>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, ct);
        return row is null ? Refusal.NotFound().ToProblem() : TypedResults.Ok(View(row, await db.Table<KnowledgeImportRow>().CountAsync(one => one.Ws == actor.Ws && one.ImportId == id && one.Outcome == "ready", ct)));
    }

    public static async Task<IResult> Rows(Guid id, Actor actor, IStorageEngine storage, HttpContext context, CancellationToken ct, string? outcome = null, int limit = 50, string? cursor = null)
    {
        if (limit is < 1 or > 200)
            return Refusal.Invalid("limit", "out_of_range", 1, 200).ToProblem();
        var after = 0;
        if (cursor is not null && !int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        if (!await db.Table<KnowledgeImport>().AnyAsync(one => one.Ws == actor.Ws && one.Id == id, ct))
            return Refusal.NotFound().ToProblem();
        var rows = await db.Table<KnowledgeImportRow>().AsNoTracking().Where(row => row.Ws == actor.Ws && row.ImportId == id && row.No > after && (outcome == null || row.Outcome == outcome)).OrderBy(row => row.No).Take(limit + 1).ToListAsync(ct);
        var locale = Locale.Of(context);
        return TypedResults.Ok(new ImportRowList([.. rows.Take(limit).Select(row => RowView(row, locale))], rows.Count > limit ? rows[limit - 1].No.ToString(CultureInfo.InvariantCulture) : null));
    }

    /// <param name="Plan">Instead of the one it was read with; languages and audiences that rows name themselves stay.</param>
    public sealed record StartRequest(bool? Overwrite = null, bool? Publish = null);

    public static async Task<IResult> Start(Guid id, StartRequest request, Actor actor, JobQueue jobs, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var (row, refusal) = await storage.Run<(KnowledgeImport?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var import = await unit.Db.Table<KnowledgeImport>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop);
            if (import is null)
                return (null, Refusal.NotFound());
            if (import.Phase != "draft")
                return (null, Refusal.Conflict("knowledge_import_state"));
            var plan = ImportPlan.Of(import.Plan);
            plan = plan with { Overwrite = request.Overwrite ?? plan.Overwrite, Publish = request.Publish ?? plan.Publish };
            if (plan.Publish && !actor.May(Permissions.PublishKnowledge))
                return (null, Refusal.Forbidden());
            import.Plan = plan.Json();
            import.Phase = "running";
            import.JobId = await jobs.Add(unit, NewJob.Of(actor.Ws, RunImport.Name, new RunImport.Payload(id)) with { By = actor.AgentId, Lane = Lane }, stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_import.started", "knowledge_import", id.ToString(), new { import.Total }, stop);
            return (import, null);
        }, ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Accepted($"/api/v1/knowledge/imports/{id}", View(row, row.Total));
    }

    public static async Task<IResult> Cancel(Guid id, Actor actor, JobDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var (row, refusal) = await storage.Run<(KnowledgeImport?, Refusal?)>(actor.Ws, async (unit, stop) =>
        {
            var import = await unit.Db.Table<KnowledgeImport>().SingleOrDefaultAsync(one => one.Ws == actor.Ws && one.Id == id, stop);
            if (import is null)
                return (null, Refusal.NotFound());
            if (import.Phase is "done" or "cancelled")
                return (null, Refusal.Conflict("knowledge_import_state"));
            if (import.JobId is { } job)
                await desk.Cancel(unit, actor.Ws, job, stop);
            (import.Phase, import.FinishedAt) = ("cancelled", unit.Ids.Now());
            await Audit.Record(unit, AuditBy.Agent(actor, context), "knowledge_import.cancelled", "knowledge_import", id.ToString(), null, stop);
            return (import, null);
        }, ct);
        return row is null ? refusal!.ToProblem() : TypedResults.Ok(View(row, 0));
    }

    private static ImportView View(KnowledgeImport row, int ready) => new(row.Id, row.BaseId, row.Source, row.Name, ImportPlan.Of(row.Plan), row.Phase, row.Total, ready, ImportCounts.Of(row.Counts), WireTime.Format(row.CreatedAt), row.FinishedAt is { } at ? WireTime.Format(at) : null, row.RunId);

    private static ImportRowView RowView(KnowledgeImportRow row, Locale locale)
    {
        var item = row.Content is { } json ? ImportedItem.Of(json) : null;
        var text = item is null or { Fact: not null } ? null : item.IsFaq ? item.Content.Answers[0].Text : item.Content.Texts[0].Body;
        return new ImportRowView(row.No, row.Title, row.Place, row.Outcome, row.Code, row.Code is { } code ? Messages.Text(locale, code, row.Arg ?? "", row.Arg ?? "") : null, text is { Length: > 400 } ? ShortText.Cut(text, 400) + "…" : text, row.ItemId);
    }
}
