using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>Asking for a check or an import of a file.</summary>
internal sealed class ImportRequests(IStorageEngine storage, IVault vault, ICustomFields custom, ImportFiles files, ImportColumns columns, ImportViews views, JobQueue jobs)
{
    /// <summary>One import after the other: two at once would not see each other's people.</summary>
    public const string Lane = "contacts/import";

    public async Task<(ContactImport? Import, Refusal? Refusal)> Ready(Guid id, ImportPlan plan, Actor actor, CancellationToken ct)
    {
        if (await views.Find(actor.Ws, id, ct) is not { } import)
            return (null, Refusal.NotFound());
        if (import.Phase == ImportPhase.Import || import.FileId is null)
            return (null, Refusal.Conflict("import_ended"));
        if (!TableFormat.Encodings.Contains(plan.Format.Encoding) || !TableFormat.Delimiters.Contains(plan.Format.Delimiter))
            return (null, plan.Check(FieldSet.None, plan.Columns.Count));
        if (await columns.Of(actor.Ws, import.FileId, plan.Format, ct) is not { } known)
            return (null, Refusal.Conflict("import_file_gone"));
        return plan.Check(await custom.Of(actor.Ws, FieldObject.Contact, ct), known.Count) is { } wrong ? (null, wrong) : (import, null);
    }

    /// <summary>The plan with what the columns seem to hold; null: the file cannot be read like that.</summary>
    public async Task<ImportPlan?> Guessed(Guid id, ImportPlan plan, Actor actor, CancellationToken ct)
    {
        if (await views.Find(actor.Ws, id, ct) is not { FileId: { } file } || !TableFormat.Encodings.Contains(plan.Format.Encoding) || !TableFormat.Delimiters.Contains(plan.Format.Delimiter))
            return null;
        return await columns.Of(actor.Ws, file, plan.Format, ct) is { } known ? plan with { Columns = [.. known.Select(column => column.Guess)] } : null;
    }

    public async Task<IResult> Go(Guid id, ImportPlan plan, Actor actor, bool isCheck, HttpContext context, CancellationToken ct)
    {
        var (import, refusal) = await Ready(id, plan, actor, ct);
        if (refusal is not null)
            return refusal.ToProblem();
        if (await files.Open(actor.Ws, import!.FileId, ct) is not { } file)
            return Refusal.Conflict("import_file_gone").ToProblem();
        var (total, unreadable) = await ImportEndpoints.Count(file, plan.Format, ct);
        if (unreadable is not null)
            return unreadable.ToProblem();
        var no = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var mine = unit.Db.Table<ContactImport>().Where(one => one.Ws == actor.Ws && one.Id == id);
            var now = await mine.AsNoTracking().SingleAsync(stop);
            var busy = now.JobId is { } last && await unit.Db.Table<JobRow>().AnyAsync(job => job.Ws == actor.Ws && job.Id == last && (job.State == JobState.Waiting || job.State == JobState.Behind || job.State == JobState.Running), stop);
            if (busy || now.Phase == ImportPhase.Import || now.FileId is null)
                return Refusal.Conflict(busy ? "import_busy" : "import_ended");
            var memory = (ImportMemory.Of(now, vault) with { Plan = plan, Columns = plan.Columns.Count }).Seal(vault, actor.Ws, id);
            var job = await jobs.Add(unit, NewJob.Of(actor.Ws, ImportJob.Name, new ImportJob.Payload(id, isCheck)) with { By = actor.AgentId, Lane = Lane }, stop);
            await unit.Db.Visible(Scope<ContactImportRow>.Workspace(actor.Ws)).Where(row => row.ImportId == id).ExecuteDeleteAsync(stop);
            await mine.ExecuteUpdateAsync(set => set
                .SetProperty(one => one.Sealed, memory).SetProperty(one => one.Phase, isCheck ? ImportPhase.Check : ImportPhase.Import).SetProperty(one => one.JobId, job)
                .SetProperty(one => one.Total, total).SetProperty(one => one.Counts, new ImportCounts().Json()), stop);
            if (!isCheck)
            {
                await ImportFiles.Hold(unit, actor.Ws, now.FileId.Value, stop);
                await Audit.Record(unit, AuditBy.Agent(actor, context), "contacts.import_started", "import", id.ToString(), new { rows = total, plan.Existing, plan.AddNew }, stop);
            }
            return null;
        }, ct);
        return no?.ToProblem() ?? (IResult)TypedResults.Accepted($"/api/v1/contacts/imports/{id}", await views.View(actor.Ws, id, Locale.Of(context), ct));
    }
}
