using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>
/// Takes an import back, person by person, where nothing has happened to them since: who was added becomes unreadable and
/// disappears, who was changed gets back what the file replaced.
/// </summary>
internal sealed class UndoImport(IStorageEngine storage, Vault vault, IContactVault people, ContactEdits edits, IConsents consents, PurposeGate gate) : IJobHandler
{
    public const string Name = "contacts.import_undo";

    private const int AtOnce = 25;

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Bulk, Concurrency = 1, Leased = 1 };

    internal sealed record Payload(Guid ImportId);

    internal sealed record Progress(int Row, int Done);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var import = run.Payload<Payload>().ImportId;
        var at = run.Resume<Progress>() ?? new Progress(0, 0);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var (rows, total) = await Next(run.Ws, import, at.Row, ct);
            if (rows.Count == 0)
                return new JobOutcome.Done();
            var next = new Progress(rows[^1].No, at.Done + rows.Count);
            await storage.Run(run.Ws, async (unit, stop) =>
            {
                var traces = await ContactTraces.Of(unit.Db, run.Ws, [.. rows.Select(row => row.ContactId!.Value)], stop);
                var back = rows.Where(row => traces.TryGetValue(row.ContactId!.Value, out var trace) && trace.AsSpan().SequenceEqual(row.Trace)).ToList();
                foreach (var row in back)
                    await Undo(unit, row, run.ByAgent!.Value, stop);
                await Keep(unit, import, back, rows.Except(back).ToList(), stop);
                await run.SaveIn(unit, next, new JobProgress(next.Done, total, "import_undoing"), stop);
                return 0;
            }, ct);
            at = next;
        }
    }

    private async Task<(List<ContactImportRow> Rows, int Total)> Next(int ws, Guid import, int after, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var mine = db.Visible(Scope<ContactImportRow>.Workspace(ws)).Where(row => row.ImportId == import && row.ContactId != null);
        return (await mine.Where(row => row.No > after).OrderBy(row => row.No).Take(AtOnce).ToListAsync(ct), await mine.CountAsync(ct));
    }

    private async Task Undo(WriteUnit unit, ContactImportRow row, Guid by, CancellationToken ct)
    {
        var contact = row.ContactId!.Value;
        var ring = await people.Load(unit, unit.Ws, [contact], ct);
        if (RowBefore.Open(ring, row) is not { } before)
            return;
        // The ledger is only ever added to: that they agreed was this file's word, and it is taken back.
        if (before.Given.Count > 0)
            await consents.Record(unit, contact, [.. before.Given.Select(purpose => new ConsentLine(purpose, ConsentActs.Withdrawn, unit.Ids.Now(), "import", ActorId: by))], ct);
        if (row.Outcome == "added")
        {
            await Remove(unit, contact, ct);
            return;
        }
        if (await gate.Require(unit, contact, Purposes.Service, ct) is not null)
            return;
        if (before.Renamed)
            await edits.Rename(unit, contact, before.Name, ct, by);
        await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(unit.Ws)).Where(one => before.Identifiers.Contains(one.Id)).ExecuteDeleteAsync(ct);
        if (before.Identifiers.Count > 0)
            await edits.Reword(unit, contact, ct);
        await unit.Db.Visible(Scope<ContactTag>.Workspace(unit.Ws)).Where(one => one.ContactId == contact && before.Tags.Contains(one.Tag)).ExecuteDeleteAsync(ct);
        await edits.SetFields(unit, contact, new FieldPatch(before.Internal, before.Personal), ct);
    }

    /// <summary>Nobody but this file knew them: their key goes, and what they were found by. The row stays, for what points at it.</summary>
    private async Task Remove(WriteUnit unit, Guid contact, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        await unit.Db.Visible(Scope<ContactKeyRow>.Workspace(unit.Ws)).Where(key => key.ContactId == contact).ExecuteUpdateAsync(set => set.SetProperty(key => key.Wrapped, (byte[]?)null).SetProperty(key => key.DestroyedAt, now), ct);
        await unit.Db.Visible(Scope<ContactIdentifier>.Workspace(unit.Ws)).Where(row => row.ContactId == contact).ExecuteDeleteAsync(ct);
        await unit.Db.Visible(Scope<ContactWord>.Workspace(unit.Ws)).Where(row => row.ContactId == contact).ExecuteDeleteAsync(ct);
        await unit.Db.Visible(Scope<ContactTag>.Workspace(unit.Ws)).Where(row => row.ContactId == contact).ExecuteDeleteAsync(ct);
        await unit.Db.Visible(Scope<ContactDetail>.Workspace(unit.Ws)).Where(row => row.ContactId == contact).ExecuteUpdateAsync(set => set.SetProperty(row => row.Fields, (string?)null).SetProperty(row => row.Sealed, (byte[]?)null), ct);
        await unit.Db.Visible(Scope<Contact>.Workspace(unit.Ws)).Where(row => row.Id == contact).ExecuteUpdateAsync(set => set.SetProperty(row => row.SealedName, (byte[]?)null).SetProperty(row => row.ErasedAt, (long?)now), ct);
        unit.AfterCommit(() => vault.Contacts.Forget(unit.Ws, contact));
    }

    private static async Task Keep(WriteUnit unit, Guid import, List<ContactImportRow> back, List<ContactImportRow> stayed, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var mine = unit.Db.Visible(Scope<ContactImportRow>.Workspace(unit.Ws)).Where(row => row.ImportId == import);
        var (undone, not) = (back.Select(row => row.No).ToArray(), stayed.Select(row => row.No).ToArray());
        await unit.Db.SaveChangesAsync(ct);
        await mine.Where(row => undone.Contains(row.No)).ExecuteUpdateAsync(set => set.SetProperty(row => row.UndoneAt, (long?)now), ct);
        await mine.Where(row => not.Contains(row.No)).ExecuteUpdateAsync(set => set.SetProperty(row => row.Code, "import_changed_since"), ct);
        await unit.Db.Table<ContactImport>().Where(row => row.Ws == unit.Ws && row.Id == import)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Undone, row => row.Undone + undone.Length).SetProperty(row => row.NotUndone, row => row.NotUndone + not.Length), ct);
    }
}
