using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts;
using Queqiao.Server.CustomerData.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.CustomerData.Looking;

/// <summary>Keeps and reads what visitors look at.</summary>
internal sealed class VisitorPages(IStorageEngine storage, IContactVault people, PurposeGate gate, TimeProvider clock) : IVisitorPages
{
    public static readonly TimeSpan KeepVisits = TimeSpan.FromDays(30);

    /// <summary>What somebody looked at a day ago is not what they look at now.</summary>
    public static readonly TimeSpan KeepNow = TimeSpan.FromDays(1);
    private const int MostVisits = 100;

    public Task Saw(int ws, Guid contact, SeenPage seen, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        if ((await people.Load(unit, ws, [contact], stop)).Of(contact) is not { } key)
            return false; // erased
        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(seen, TolerantJson.Options));
        var now = unit.Ids.Now();
        var sealedPage = key.Seal(VisitorContext.Place(contact), json);
        var changed = await unit.Db.Visible(Scope<VisitorContext>.Workspace(ws)).Where(row => row.ContactId == contact)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, sealedPage).SetProperty(row => row.At, now), stop);
        if (changed == 0)
            unit.Db.Add(new VisitorContext { Ws = ws, ContactId = contact, Sealed = sealedPage, At = now });
        if (await gate.Require(unit, contact, Purposes.Analytics, stop) is null)
            await Visit(unit, contact, key, json, now, stop);
        else // they never agreed, or do not any more: what was kept goes
            await unit.Db.Visible(Scope<VisitedPage>.Workspace(ws)).Where(row => row.ContactId == contact).ExecuteDeleteAsync(stop);
        await unit.Db.SaveChangesAsync(stop);
        return true;
    }, ct);

    private static async Task Visit(WriteUnit unit, Guid contact, ContactKey key, byte[] json, long now, CancellationToken ct)
    {
        var own = unit.Db.Visible(Scope<VisitedPage>.Workspace(unit.Ws)).Where(row => row.ContactId == contact);
        if (await own.OrderByDescending(row => row.At).Skip(MostVisits - 1).Select(row => (long?)row.At).FirstOrDefaultAsync(ct) is { } oldest)
            await own.Where(row => row.At <= oldest).ExecuteDeleteAsync(ct);
        var id = unit.Ids.New();
        unit.Db.Add(new VisitedPage { Ws = unit.Ws, Id = id, ContactId = contact, Sealed = key.Seal(VisitedPage.Place(id), json), At = now });
    }

    /// <summary>What any of these contacts looked at last; null: nothing is known.</summary>
    public async Task<(SeenPage Page, long At)?> Now(int ws, IReadOnlyList<Guid> tree, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var since = (clock.GetUtcNow() - KeepNow).ToUnixTimeMilliseconds();
        var row = await db.Visible(Scope<VisitorContext>.Workspace(ws)).Where(row => tree.Contains(row.ContactId) && row.At >= since).OrderByDescending(row => row.At).FirstOrDefaultAsync(ct);
        return row is not null && Open(await people.Load(ws, [row.ContactId], ct), VisitorContext.Place(row.ContactId), row.Sealed) is { } page ? (page, row.At) : null;
    }

    /// <summary>Pages that they visited, newest first; null: they have not agreed to that being kept.</summary>
    public async Task<List<(SeenPage Page, long At)>?> Visits(int ws, Guid contact, IReadOnlyList<Guid> tree, CancellationToken ct)
    {
        if (await gate.Require(ws, contact, Purposes.Analytics, ct) is not null)
            return null;
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<VisitedPage>.Workspace(ws)).Where(row => tree.Contains(row.ContactId)).OrderByDescending(row => row.At).ThenByDescending(row => row.Id).Take(MostVisits).ToListAsync(ct);
        var ring = await people.Load(ws, tree, ct);
        return [.. rows.Select(row => (Open(ring, VisitedPage.Place(row.Id), row.Sealed), row.At)).Where(one => one.Item1 is not null).Select(one => (one.Item1!, one.At))];
    }

    private static SeenPage? Open(ContactKeyRing ring, SealedPlace place, byte[] sealedPage) =>
        ring.Text(place, sealedPage, out _) is { } json ? JsonSerializer.Deserialize<SeenPage>(json, TolerantJson.Options) : null;
}
