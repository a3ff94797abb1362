using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Erasing;

/// <summary>
/// Makes everything about a person unreadable: destroys their keys and takes away what names them, in one transaction with a line of
/// the ledger; then the stores that cannot take part in it. A kill in between is made good by <see cref="ErasureReplay"/>.
/// </summary>
internal sealed class ErasingContacts(IStorageEngine storage, Vault vault, IEnumerable<IEraser> erasers, IMergedContacts merged, ErasureLedger ledger, JobQueue jobs)
{
    public const string ReasonPurpose = "erasure reason";

    /// <summary>More files than this are deleted by a job: whoever asked need not wait for a disk.</summary>
    private const int MostFilesAtOnce = 20;

    private readonly IEraser[] _erasers = [.. erasers];

    /// <summary>Null: there is no such person. A person who was erased before is a refusal.</summary>
    public async Task<(ErasureRow? Row, Refusal? Refusal)> Erase(int ws, Guid contact, AuditBy by, string reason, CancellationToken ct)
    {
        var (row, erasure, refusal) = await storage.Run<(ErasureRow?, Erasure?, Refusal?)>(ws, async (unit, stop) =>
        {
            var look = new Erasure(ws, await merged.Of(unit.Db, ws, contact, stop));
            await Look(unit.Db, look, stop);
            var rows = unit.Db.Visible(Scope<Contact>.Workspace(ws));
            if (await rows.Where(person => person.Id == contact).Select(person => new { person.ErasedAt }).SingleOrDefaultAsync(stop) is not { } known)
                return (null, null, Refusal.NotFound());
            if (known.ErasedAt is not null)
                return (null, null, Refusal.Conflict("contact_erased"));
            var erasure = new Erasure(ws, look.Contacts);
            var carried = await Carry(unit, erasure, unit.Ids.New(), contact, by, reason, stop);
            if (look.Counts.GetValueOrDefault("files") <= MostFilesAtOnce)
                return (carried, erasure, null);
            await jobs.Add(unit, NewJob.Of(ws, FinishErasure.Name, new FinishErasure.Payload(carried.Id)) with { By = by.Id }, stop);
            return (carried, null, null);
        }, ct);
        if (row is null)
            return (null, refusal);
        if (erasure is not null)
            await Finish(row, erasure, ct);
        else
            await ledger.Add(new LedgerLine(row.Ws, row.Id, ErasureReplay.IdsOf(row), row.At), ct); // not only when the job gets to it
        return (row, null);
    }

    /// <summary>What there is of somebody; null: they are not there, or were erased before.</summary>
    public async Task<Erasure?> Look(int ws, Guid contact, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        if (!await db.Visible(Scope<Contact>.Workspace(ws)).AnyAsync(person => person.Id == contact && person.ErasedAt == null, ct))
            return null;
        var erasure = new Erasure(ws, await merged.Of(db, ws, contact, ct));
        await Look(db, erasure, ct);
        return erasure;
    }

    private async Task Look(QueqiaoDb db, Erasure erasure, CancellationToken ct)
    {
        foreach (var eraser in _erasers)
            await eraser.Look(db, erasure, ct);
    }

    /// <summary>Once more, after a backup from before the erasure was restored.</summary>
    public async Task Repeat(LedgerLine line, CancellationToken ct)
    {
        var erasure = new Erasure(line.Ws, line.Contacts);
        var row = await storage.Run(line.Ws, async (unit, stop) =>
        {
            var known = await unit.Db.Table<ErasureRow>().AnyAsync(one => one.Ws == line.Ws && one.Id == line.Id, stop);
            return await Carry(unit, erasure, known ? unit.Ids.New() : line.Id, line.Contacts[0], AuditBy.System(line.Ws), "restored from a backup", stop);
        }, ct);
        await Finish(row, erasure, ct);
    }

    /// <summary>The part after the commit: files and the like, then the receipt.</summary>
    public async Task Finish(ErasureRow row, Erasure erasure, CancellationToken ct)
    {
        foreach (var (store, count) in JsonSerializer.Deserialize<Dictionary<string, long>>(row.Receipt, TolerantJson.Options)!)
            erasure.Counts.TryAdd(store, count); // of the transaction, when a job or another start does the rest
        await ledger.Add(new LedgerLine(row.Ws, row.Id, erasure.Contacts, row.At), ct);
        foreach (var eraser in _erasers)
            await eraser.Finish(erasure, ct);
        await storage.Scrub(ct);
        row.Receipt = Receipt(erasure);
        await storage.Run(row.Ws, async (unit, stop) =>
        {
            row.FinishedAt = unit.Ids.Now();
            return await unit.Db.Table<ErasureRow>().Where(one => one.Ws == row.Ws && one.Id == row.Id).ExecuteUpdateAsync(
                set => set.SetProperty(one => one.FinishedAt, row.FinishedAt).SetProperty(one => one.Receipt, row.Receipt), stop);
        }, ct);
    }

    private async Task<ErasureRow> Carry(WriteUnit unit, Erasure erasure, Guid id, Guid contact, AuditBy by, string reason, CancellationToken ct)
    {
        var (ws, people, now) = (erasure.Ws, erasure.Contacts.ToArray(), unit.Ids.Now());
        erasure.Counts.Clear();
        erasure.Counts["keys"] = await unit.Db.Visible(Scope<ContactKeyRow>.Workspace(ws)).Where(key => people.Contains(key.ContactId) && key.Wrapped != null)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.Wrapped, (byte[]?)null).SetProperty(key => key.DestroyedAt, now), ct);
        Forget(ws, people); // from here on this node opens nothing of theirs …
        unit.AfterCommit(() => Forget(ws, people)); // … nor does a reader that found the key in the meantime
        erasure.Counts["identities"] = await unit.Db.Visible(Scope<ContactIdentity>.Workspace(ws)).Where(identity => people.Contains(identity.ContactId)).ExecuteDeleteAsync(ct);
        erasure.Counts["contacts"] = await unit.Db.Visible(Scope<Contact>.Workspace(ws)).Where(person => people.Contains(person.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(person => person.SealedName, (byte[]?)null).SetProperty(person => person.ErasedAt, now), ct);
        var row = new ErasureRow
        {
            Ws = ws,
            Id = id,
            ContactId = contact,
            ContactIds = string.Join(',', people.Select(one => one.ToString("N"))),
            ById = by.Id,
            Reason = vault.Seal(ws, ReasonPurpose, Encoding.UTF8.GetBytes(reason), id),
            At = now,
            Receipt = "{}",
        };
        unit.Db.Table<ErasureRow>().Add(row);
        await Audit.Record(unit, by, "contact.erased", "contact", contact.ToString(), new { erasure = id, contacts = people.Length }, ct);
        foreach (var eraser in _erasers)
            await eraser.Erase(unit, erasure, ct);
        row.Receipt = Receipt(erasure);
        await unit.Db.Table<ErasureRow>().Where(one => one.Ws == ws && one.Id == id).ExecuteUpdateAsync(set => set.SetProperty(one => one.Receipt, row.Receipt), ct);
        return row;
    }

    private static string Receipt(Erasure erasure) => JsonSerializer.Serialize(new SortedDictionary<string, long>(erasure.Counts), StrictJson.Options);

    private void Forget(int ws, IEnumerable<Guid> people)
    {
        foreach (var person in people)
            vault.Contacts.Forget(ws, person);
    }
}
