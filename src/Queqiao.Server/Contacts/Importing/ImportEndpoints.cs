using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary><c>/api/v1/contacts/imports</c>: a CSV file becomes contacts. Upload it as a file first.</summary>
internal static class ImportEndpoints
{
    public const int MostRows = 500_000;

    public static void Map(RouteGroupBuilder contacts)
    {
        var imports = contacts.MapGroup("/imports");
        imports.MapPost("", Begin).IsBulkWork().Needs(Permissions.ImportContacts).TakesQuery().WithSummary("Look at an uploaded CSV file: encoding, delimiter, columns and what they seem to hold").Produces<ImportView>(StatusCodes.Status201Created);
        imports.MapGet("", List).Needs(Permissions.ImportContacts).TakesQuery("limit", "cursor").WithSummary("Imports of the workspace, newest first").Produces<ImportList>();
        imports.MapGet("/{id:guid}", Show).Needs(Permissions.ImportContacts).TakesQuery().WithSummary("How far an import came").Produces<ImportView>();
        imports.MapPost("/{id:guid}/preview", ImportPreview.Handle).Needs(Permissions.ImportContacts).TakesQuery().WithSummary("What would happen to the first 20 rows").Produces<ImportPreview.Answer>();
        imports.MapPost("/{id:guid}/check", Check).IsBulkWork().Needs(Permissions.ImportContacts).TakesQuery().WithSummary("Go through the whole file without changing anything").Produces<ImportView>(StatusCodes.Status202Accepted);
        imports.MapPost("/{id:guid}/start", Start).IsBulkWork().Needs(Permissions.ImportContacts).TakesQuery().WithSummary("Import the file").Produces<ImportView>(StatusCodes.Status202Accepted);
        imports.MapPost("/{id:guid}/cancel", Cancel).Needs(Permissions.ImportContacts).TakesQuery().WithSummary("Stop it, or throw the file away; what is imported stays and can be undone").Produces<ImportView>();
        imports.MapPost("/{id:guid}/undo", Undo).IsBulkWork().Needs(Permissions.ImportContacts).TakesQuery().WithSummary("Take back what an import did, where nothing has happened since").Produces<ImportView>(StatusCodes.Status202Accepted);
        imports.MapGet("/{id:guid}/problems", ImportProblems.Handle).IsBulkWork().Needs(Permissions.ImportContacts).TakesQuery().WithSummary("Rows that nothing came of, as CSV, with the reason in front").Produces(StatusCodes.Status200OK, contentType: "text/csv");
    }

    internal sealed record BeginRequest(Guid FileId);

    private static async Task<IResult> Begin(BeginRequest request, Actor actor, StoredFiles files, ImportFiles tables, ImportColumns columns, ImportViews views, IVault vault, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        var row = await files.Own(FileOwner.OfAgent(actor.Ws, actor.AgentId), request.FileId, ct);
        if (row is null || row.ConversationId is not null)
            return Refusal.Invalid("fileId", "file_unknown").ToProblem();
        if (row.State != FileState.Ready)
            return (row.State == FileState.Scanning ? Refusal.Conflict("import_file_scanning") with { RetryAfter = TimeSpan.FromSeconds(2) } : Refusal.Conflict("file_not_complete")).ToProblem();
        var name = (await files.View(row, ct)).Name;
        if (await tables.Open(actor.Ws, row.Id, ct) is not { } stream)
            return Refusal.Invalid("fileId", "file_unknown").ToProblem();
        var format = await TableFormat.Detect(stream, ct);
        stream.Position = 0;
        var (total, refusal) = await Count(stream, format, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        var width = (await columns.Of(actor.Ws, row.Id, format, ct))!.Count;
        var id = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var import = unit.Ids.New();
            unit.Db.Table<ContactImport>().Add(new ContactImport
            {
                Ws = actor.Ws, Id = import, ByAgent = actor.AgentId, FileId = row.Id, Sealed = new ImportMemory(name, format, width).Seal(vault, actor.Ws, import), Phase = ImportPhase.Draft,
                Total = total, Counts = new ImportCounts().Json(), CreatedAt = unit.Ids.Now(),
            });
            await unit.Db.SaveChangesAsync(stop);
            return import;
        }, ct);
        return TypedResults.Created($"/api/v1/contacts/imports/{id}", await views.View(actor.Ws, id, Locale.Of(context), ct));
    }

    /// <summary>Reads all of it once, so that a file that cannot be read is refused now.</summary>
    internal static async Task<(int Rows, Refusal? Refusal)> Count(Stream file, TableFormat format, CancellationToken ct)
    {
        var rows = format.HasHeader ? -1 : 0;
        try
        {
            await foreach (var _ in ImportFiles.Records(file, format, ct))
            {
                if (++rows > MostRows)
                    return (0, Refusal.Invalid("fileId", "import_too_many_rows", MostRows));
            }
        }
        catch (TableException broken)
        {
            return (0, Refusal.Invalid("fileId", broken.Code, broken.Line, broken.Most));
        }
        return rows < 1 ? (0, Refusal.Invalid("fileId", "import_empty")) : (rows, null);
    }

    private static async Task<IResult> List(Actor actor, ImportViews views, IStorageEngine storage, HttpContext context, CancellationToken ct, int? limit = null, string? cursor = null)
    {
        var most = limit ?? 20;
        if (most is < 1 or > 100)
            return Refusal.Invalid("limit", "out_of_range", 1, 100).ToProblem();
        Guid after = default;
        if (cursor is not null && !Guid.TryParseExact(cursor, "N", out after))
            return Refusal.Invalid("cursor", "invalid_id").ToProblem();
        await using var db = storage.Read(actor.Ws);
        var rows = await db.Table<ContactImport>().AsNoTracking().Where(import => import.Ws == actor.Ws && (cursor == null || import.Id.CompareTo(after) < 0))
            .OrderByDescending(import => import.Id).Take(most + 1).ToListAsync(ct);
        var page = rows.Take(most).ToList();
        return TypedResults.Ok(new ImportList(await views.Views(actor.Ws, page, Locale.Of(context), withColumns: false, ct), rows.Count > most ? page[^1].Id.ToString("N", CultureInfo.InvariantCulture) : null));
    }

    private static async Task<IResult> Show(Guid id, Actor actor, ImportViews views, HttpContext context, CancellationToken ct) =>
        await views.View(actor.Ws, id, Locale.Of(context), ct) is { } view ? TypedResults.Ok(view) : Refusal.NotFound().ToProblem();

    private static Task<IResult> Check(Guid id, ImportPlan request, Actor actor, ImportRequests requests, HttpContext context, CancellationToken ct) =>
        requests.Go(id, request, actor, isCheck: true, context, ct);

    private static Task<IResult> Start(Guid id, ImportPlan request, Actor actor, ImportRequests requests, HttpContext context, CancellationToken ct) =>
        requests.Go(id, request, actor, isCheck: false, context, ct);

    private static async Task<IResult> Cancel(Guid id, Actor actor, ImportViews views, JobDesk desk, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await views.Find(actor.Ws, id, ct) is not { } import)
            return Refusal.NotFound().ToProblem();
        var stopped = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var cancelled = import.JobId is { } job && await desk.Cancel(unit, actor.Ws, job, stop);
            if (!cancelled && import.Phase == ImportPhase.Import)
                return false;
            if (import.FileId is { } file)
                await ImportFiles.Discard(unit, actor.Ws, file, stop);
            var now = unit.Ids.Now();
            await unit.Db.Table<ContactImport>().Where(one => one.Ws == actor.Ws && one.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(one => one.FileId, (Guid?)null).SetProperty(one => one.FinishedAt, one => one.FinishedAt ?? now), stop);
            await Audit.Record(unit, AuditBy.Agent(actor, context), "contacts.import_cancelled", "import", id.ToString(), null, stop);
            return true;
        }, ct);
        return stopped ? TypedResults.Ok(await views.View(actor.Ws, id, Locale.Of(context), ct)) : Refusal.Conflict("import_ended").ToProblem();
    }

    private static async Task<IResult> Undo(Guid id, Actor actor, ImportViews views, JobQueue jobs, IStorageEngine storage, HttpContext context, CancellationToken ct)
    {
        if (await views.Find(actor.Ws, id, ct) is not { } import)
            return Refusal.NotFound().ToProblem();
        if (views.UndoUntil(import, ImportCounts.Of(import.Counts)) is null)
            return Refusal.Conflict("import_not_undoable").ToProblem();
        await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var job = await jobs.Add(unit, NewJob.Of(actor.Ws, UndoImport.Name, new UndoImport.Payload(id)) with { By = actor.AgentId, Lane = ImportRequests.Lane }, stop);
            if (await unit.Db.Table<ContactImport>().Where(one => one.Ws == actor.Ws && one.Id == id && one.UndoJobId == null).ExecuteUpdateAsync(set => set.SetProperty(one => one.UndoJobId, job), stop) == 0)
                unit.Abandon(); // asked twice at once
            else
                await Audit.Record(unit, AuditBy.Agent(actor, context), "contacts.import_undone", "import", id.ToString(), null, stop);
            return 0;
        }, ct);
        return TypedResults.Accepted($"/api/v1/contacts/imports/{id}", await views.View(actor.Ws, id, Locale.Of(context), ct));
    }
}
