using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>People's keys: wrapped by their workspace's key in the table, unwrapped in a bounded cache.</summary>
internal sealed class ContactVault(IStorageEngine storage, Vault vault, Ids ids) : IContactVault
{
    private const string Purpose = "contact key v1";

    private readonly ContactKeyCache _cache = new(ids);

    public async ValueTask<ContactKeyRing> Load(int ws, IEnumerable<Guid> contacts, CancellationToken ct)
    {
        var ring = Known(ws, contacts, out var missing);
        if (missing.Count == 0)
            return ring;
        var mark = _cache.Mark;
        await using var db = storage.Read(ws);
        await Fetch(db, ring, missing, mark, ct);
        return ring;
    }

    public async ValueTask<ContactKeyRing> Load(WriteUnit unit, int ws, IEnumerable<Guid> contacts, CancellationToken ct)
    {
        var ring = Known(ws, contacts, out var missing);
        if (missing.Count > 0)
            await Fetch(unit.Db, ring, missing, _cache.Mark, ct);
        return ring;
    }

    public ContactKey Create(WriteUnit unit, int ws, Guid contact)
    {
        var key = New(ws, contact, out var wrapped);
        unit.Db.Add(new ContactKeyRow { Ws = ws, ContactId = contact, KeyId = WorkspaceKeys.KeyOf(wrapped), Wrapped = wrapped, CreatedAt = unit.Ids.Now() });
        return key;
    }

    // ---- for the log, which reads and writes without EF Core ----

    /// <summary>From memory.</summary>
    public ContactKey? Cached(int ws, Guid contact) => _cache.Get(ws, contact);

    /// <summary>A new key, in memory at once: should its transaction fail, nobody ever has this contact's id.</summary>
    public ContactKey New(int ws, Guid contact, out byte[] wrapped)
    {
        var key = new ContactKey(ws, contact, DataKey.New());
        wrapped = Wrap(key);
        _cache.Add(key, _cache.Mark);
        return key;
    }

    public byte[] Wrap(ContactKey key) => vault.Seal(key.Ws, Purpose, key.Raw, key.ContactId);

    /// <summary>Take before reading what <see cref="Unwrap"/> gets.</summary>
    public long Mark => _cache.Mark;

    /// <param name="wrapped">As the table has it; null: destroyed.</param>
    /// <param name="mark">From before it was read.</param>
    public ContactKey? Unwrap(int ws, Guid contact, byte[]? wrapped, long mark)
    {
        if (wrapped is null)
            return null;
        var key = new ContactKey(ws, contact, new DataKey(vault.Open(ws, Purpose, wrapped, contact)));
        _cache.Add(key, mark);
        return key;
    }

    /// <summary>The same key, wrapped by the workspace's current one.</summary>
    public byte[] Rewrap(int ws, Guid contact, byte[] wrapped) => vault.Seal(ws, Purpose, vault.Open(ws, Purpose, wrapped, contact), contact);

    /// <summary>The key was destroyed: nobody on this node uses it any longer.</summary>
    public void Forget(int ws, Guid contact)
    {
        Drop(ws, contact);
        Forgotten?.Invoke(ws, contact);
    }

    /// <summary>Runs when a key was destroyed by this node.</summary>
    public event Action<int, Guid>? Forgotten;

    /// <summary>Another node destroyed it.</summary>
    public void Drop(int ws, Guid contact) => _cache.Forget(ws, contact);

    /// <summary>Another node may have destroyed some.</summary>
    public void DropAll() => _cache.ForgetAll();

    private ContactKeyRing Known(int ws, IEnumerable<Guid> contacts, out HashSet<Guid> missing)
    {
        var ring = new ContactKeyRing(ws);
        missing = [];
        foreach (var contact in contacts)
        {
            if (ring.Knows(contact) || missing.Contains(contact))
                continue;
            if (_cache.Get(ws, contact) is { } key)
                ring.Add(contact, key);
            else
                missing.Add(contact);
        }
        return ring;
    }

    private async Task Fetch(QueqiaoDb db, ContactKeyRing ring, HashSet<Guid> missing, long mark, CancellationToken ct)
    {
        var (ws, wanted) = (ring.Ws, missing.ToArray());
        var rows = await db.Visible(Scope<ContactKeyRow>.Workspace(ws)).Where(row => wanted.Contains(row.ContactId))
            .Select(row => new { row.ContactId, row.Wrapped }).ToListAsync(ct);
        foreach (var row in rows)
            ring.Add(row.ContactId, Unwrap(ws, row.ContactId, row.Wrapped, mark));
    }
}
