using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Tables;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>
/// Goes through a file, some rows at a time: to say what would happen (nothing but the list of problems is written), or to do it. What
/// was done of a file and how far it came are one transaction, so a row that was imported is never imported again.
/// </summary>
internal sealed class ImportJob(IStorageEngine storage, IVault vault, IContactVault people, ICustomFields custom, IRights rights, ImportFiles files, RowWriting writing, PurposeGate gate) : IJobHandler
{
    public const string Name = "contacts.import";

    /// <summary>So few, because on SQLite nobody else writes meanwhile.</summary>
    private const int AtOnce = 25;
    private const int AtOnceChecking = 200;

    /// <summary>Problems that are kept for looking at; more are only counted.</summary>
    private const int MostProblems = 10_000;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1 };

    internal sealed record Payload(Guid ImportId, bool IsCheck);

    /// <param name="Row">The last one that was dealt with.</param>
    internal sealed record Progress(int Row, ImportCounts Counts);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var job = run.Payload<Payload>();
        if (await Find(run.Ws, job.ImportId, ct) is not { } import || await files.Open(run.Ws, import.FileId, ct) is not { } file)
            return new JobOutcome.GiveUp("import_file_gone");
        var plan = ImportMemory.Of(import, vault).Plan!;
        try
        {
            return await Through(run, job, import, plan, file, ct);
        }
        catch (TableException broken)
        {
            return new JobOutcome.GiveUp(broken.Code, broken.Line.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    public Task WhenDead(JobRun run, WriteUnit unit, CancellationToken ct) => Finish(unit, run, run.Payload<Payload>(), null, ct);

    private async Task<JobOutcome> Through(JobRun run, Payload job, ContactImport import, ImportPlan plan, Stream file, CancellationToken ct)
    {
        var reading = new RowReading(plan, await custom.Of(run.Ws, FieldObject.Contact, ct));
        var seen = new FileDuplicates(plan, TagOf(run.Ws));
        // Checking changes nothing, so it begins anew; it must know whom its earlier rows were about.
        var at = job.IsCheck ? new Progress(0, new ImportCounts()) : run.Resume<Progress>() ?? new Progress(0, new ImportCounts());
        var checkedPeople = new Dictionary<Guid, int>();
        var batch = new List<ImportedRow>();
        if (job.IsCheck)
            await ForgetProblems(run.Ws, import.Id, ct);
        await foreach (var record in ImportFiles.Records(file, plan.Format, ct))
        {
            if (record.No == 1 && plan.Format.HasHeader)
                continue;
            var row = seen.Mark(reading.Read(record));
            if (row.No <= at.Row)
                continue;
            batch.Add(row);
            if (batch.Count < (job.IsCheck ? AtOnceChecking : AtOnce))
                continue;
            if (await ActorIsGone(run, ct))
                return new JobOutcome.GiveUp("import_actor_gone");
            at = await Some(run, job, plan, import.Total, at, batch, checkedPeople, ct);
            batch.Clear();
        }
        if (batch.Count > 0)
            at = await Some(run, job, plan, import.Total, at, batch, checkedPeople, ct);
        return new JobOutcome.Done((unit, stop) => Finish(unit, run, job, at.Counts, stop));
    }

    private async Task<Progress> Some(JobRun run, Payload job, ImportPlan plan, int total, Progress at, List<ImportedRow> rows, Dictionary<Guid, int> checkedPeople, CancellationToken ct)
    {
        var next = at;
        await storage.Run(run.Ws, async (unit, stop) =>
        {
            var tagOf = TagOf(run.Ws);
            var known = await PeopleAtHand.Load(unit.Db, run.Ws, rows, tagOf, ids => people.Load(unit, run.Ws, ids, stop), job.IsCheck ? null : job.ImportId, stop);
            var touched = job.IsCheck ? checkedPeople : [];
            var counts = at.Counts;
            var kept = new List<ContactImportRow>();
            foreach (var row in rows)
            {
                var decision = Decide(row, plan, known, touched, tagOf);
                if (decision is RowDecision.Change { Person.Id: var changed } && await gate.Require(unit, changed, Purposes.Service, stop) is not null)
                    decision = new RowDecision.Refuse(new RowFault(RowFault.Conflict, "import_objected"));
                counts = counts.With(decision);
                if (PersonOf(decision) is { } person)
                    touched.TryAdd(person, row.No);
                if (decision is RowDecision.Refuse { Fault: var fault } && counts.Problems <= MostProblems)
                    kept.Add(Problem(run.Ws, job.ImportId, row, fault));
                else if (!job.IsCheck && await writing.Write(unit, row, plan, decision, run.ByAgent!.Value, stop) is var (contact, before))
                    kept.Add(new ContactImportRow { Ws = run.Ws, ImportId = job.ImportId, No = row.No, Outcome = decision is RowDecision.Add ? "added" : "changed", ContactId = contact, Before = before });
            }
            await unit.Db.SaveChangesAsync(stop);
            await Keep(unit, kept, stop);
            next = new Progress(rows[^1].No, counts);
            await unit.Db.Table<ContactImport>().Where(one => one.Ws == run.Ws && one.Id == job.ImportId).ExecuteUpdateAsync(set => set.SetProperty(one => one.Counts, counts.Json()), stop);
            await run.SaveIn(unit, next, new JobProgress(next.Row, Math.Max(total, next.Row), job.IsCheck ? "import_checking" : "import_working"), stop);
            return 0;
        }, ct);
        return next;
    }

    private static async Task Keep(WriteUnit unit, List<ContactImportRow> rows, CancellationToken ct)
    {
        var traces = await ContactTraces.Of(unit.Db, unit.Ws, [.. rows.Select(row => row.ContactId).OfType<Guid>()], ct);
        foreach (var row in rows)
        {
            unit.Db.Add(new ContactImportRow
            {
                Ws = row.Ws, ImportId = row.ImportId, No = row.No, Outcome = row.Outcome, ContactId = row.ContactId, Before = row.Before, Cells = row.Cells, Code = row.Code, ColumnNo = row.ColumnNo, Arg = row.Arg,
                Trace = row.ContactId is { } contact ? traces[contact] : null,
            });
        }
        await unit.Db.SaveChangesAsync(ct);
    }

    /// <summary>The same for the preview, the check and the import.</summary>
    /// <param name="touched">Whom rows were about so far. (A unit that is run again meets its own rows.)</param>
    internal static RowDecision Decide(ImportedRow row, ImportPlan plan, PeopleAtHand known, Dictionary<Guid, int> touched, Func<ClaimedIdentity, Guid> tagOf)
    {
        if (row.Fault is { } fault)
            return new RowDecision.Refuse(fault);
        var decision = ImportRules.Decide(row, plan, known.Of(row, tagOf), tagOf);
        return PersonOf(decision) is { } person && touched.TryGetValue(person, out var earlier) && earlier != row.No
            ? new RowDecision.Refuse(new RowFault(RowFault.Duplicate, "import_row_again", null, earlier.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            : decision;
    }

    internal static Guid? PersonOf(RowDecision decision) => decision switch
    {
        RowDecision.Change change => change.Person.Id,
        RowDecision.Same same => same.Person.Id,
        RowDecision.PassOver { Person: { } person } => person.Id,
        _ => null,
    };

    private ContactImportRow Problem(int ws, Guid import, ImportedRow row, RowFault fault) => new()
    {
        Ws = ws, ImportId = import, No = row.No, Outcome = fault.Kind, Cells = ImportMemory.SealCells(vault, ws, import, row.Cells), Code = fault.Code, ColumnNo = fault.Column, Arg = fault.Arg,
    };

    private Func<ClaimedIdentity, Guid> TagOf(int ws) => identity => vault.TagOf(ws, identity.Kind, identity.Value);

    private async Task<bool> ActorIsGone(JobRun run, CancellationToken ct) =>
        await rights.Of(run.Ws, run.ByAgent!.Value, ct) is not { } own || !own.Whole.May(Permissions.ImportContacts); // hours and addresses held when it was begun

    private async Task<ContactImport?> Find(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<ContactImport>().AsNoTracking().SingleOrDefaultAsync(import => import.Ws == ws && import.Id == id, ct);
    }

    private Task<int> ForgetProblems(int ws, Guid import, CancellationToken ct) => storage.Run(ws, (unit, stop) =>
        unit.Db.Visible(Scope<ContactImportRow>.Workspace(ws)).Where(row => row.ImportId == import).ExecuteDeleteAsync(stop), ct);

    private static async Task Finish(WriteUnit unit, JobRun run, Payload job, ImportCounts? counts, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var mine = unit.Db.Table<ContactImport>().Where(import => import.Ws == run.Ws && import.Id == job.ImportId);
        if (job.IsCheck)
            return; // the file stays: it is about to be imported
        if (await mine.Select(import => import.FileId).SingleOrDefaultAsync(ct) is { } file)
            await ImportFiles.Discard(unit, run.Ws, file, ct);
        await mine.ExecuteUpdateAsync(set => set.SetProperty(import => import.FinishedAt, now).SetProperty(import => import.FileId, (Guid?)null), ct);
        await Audit.Record(unit, new AuditBy(run.Ws, "agent", run.ByAgent, null), "contacts.import_ended", "import", job.ImportId.ToString(), counts, ct);
    }
}
