using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>Workspaces' keys, unwrapped once and kept in memory.</summary>
internal sealed class Vault : IVault
{
    private readonly IStorageEngine _storage;
    private readonly IRootKeys _roots;
    private readonly ConcurrentDictionary<int, WorkspaceKeys> _known = new();
    private readonly ConcurrentDictionary<int, WorkspaceKeys> _begun = new();

    public Vault(IStorageEngine storage, IRootKeys roots, Ids ids)
    {
        (_storage, _roots) = (storage, roots);
        Contacts = new ContactVault(storage, this, ids);
    }

    public IRootKeys Roots => _roots;

    /// <summary>People's own keys.</summary>
    public ContactVault Contacts { get; }

    /// <summary>After the store has been built: makes keys for workspaces without, and sees that every one can be opened.</summary>
    public async Task Start(CancellationToken ct)
    {
        RefuseUnknownRoots(await Rows(ct));
        await CreateMissing(ct);
        foreach (var workspace in (await Rows(ct)).GroupBy(row => row.Ws))
            _known[workspace.Key] = new WorkspaceKeys(workspace.Key, workspace, _roots);
    }

    public byte[] Seal(int ws, string purpose, ReadOnlySpan<byte> clear, Guid row = default) => Of(ws).Seal(purpose, clear, row);

    public byte[] Open(int ws, string purpose, ReadOnlySpan<byte> sealedBytes, Guid row = default)
    {
        var keys = Of(ws);
        if (WorkspaceKeys.KeyOf(sealedBytes) > keys.Newest)
            Forget(ws); // rotated by another process since it was read
        return Of(ws).Open(purpose, sealedBytes, row);
    }

    public bool Knows(int ws) => Find(ws) is not null;

    public Guid Tag(int ws, string purpose, string text) => Of(ws).Tag(purpose, text);

    public byte[] Derive(int ws, string purpose) => Of(ws).Derive(purpose);

    /// <summary>Null while the workspace has no keys: there is none yet.</summary>
    public byte[]? DeriveIfAny(int ws, string purpose) => Find(ws)?.Derive(purpose);

    public async Task CreateKeys(WriteUnit unit, int ws, CancellationToken ct)
    {
        var rows = WorkspaceKeys.New(ws, _roots, unit.Ids.Now());
        unit.Db.Table<WorkspaceKeyRow>().AddRange(rows);
        await unit.Db.SaveChangesAsync(ct);
        // Usable in this very unit; after a rollback nothing that it sealed is there, and the database's rows come first.
        _begun[ws] = new WorkspaceKeys(ws, rows, _roots);
    }

    /// <summary>Keys were rotated: the next use reads them again.</summary>
    public void Forget(int ws)
    {
        _begun.TryRemove(ws, out _);
        _known.TryRemove(ws, out _);
    }

    internal WorkspaceKeys Of(int ws) => Find(ws) ?? throw new InvalidOperationException($"Workspace {ws} has no keys.");

    // Once per workspace and process: not worth making everything that seals wait for a task.
    private WorkspaceKeys? Find(int ws)
    {
        if (_known.TryGetValue(ws, out var keys))
            return keys;

        using var db = _storage.ReadSystem();
        var rows = db.Table<WorkspaceKeyRow>().AsNoTracking().Where(row => row.Ws == ws).ToList();
        if (rows.Count > 0)
            return _known.GetOrAdd(ws, new WorkspaceKeys(ws, rows, _roots));
        return _begun.GetValueOrDefault(ws);
    }

    private async Task<List<WorkspaceKeyRow>> Rows(CancellationToken ct)
    {
        await using var db = _storage.ReadSystem();
        return await db.Table<WorkspaceKeyRow>().AsNoTracking().ToListAsync(ct);
    }

    private async Task CreateMissing(CancellationToken ct)
    {
        try
        {
            await _storage.RunSystem(async (unit, stop) =>
            {
                foreach (var ws in await WithoutKeys(unit, stop))
                    await CreateKeys(unit, ws, stop);
                return 0;
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            // another node started at the same moment and was faster: its keys are as good
        }
    }

    private static async Task<List<int>> WithoutKeys(WriteUnit unit, CancellationToken ct) =>
        await unit.Db.Database.SqlQuery<int>($"SELECT w.ws AS \"Value\" FROM workspace w WHERE NOT EXISTS (SELECT 1 FROM workspace_key k WHERE k.ws = w.ws)").ToListAsync(ct);

    private void RefuseUnknownRoots(List<WorkspaceKeyRow> rows)
    {
        if (rows.Count == 0)
            return;
        // Asked before a key is made where none is: a new one would open nothing and look like the right one.
        if (_roots is LocalRootKeys { Exist: false } local)
            throw new StoreRefusedException($"The store's keys are wrapped by a root key, and there is none: put back {local.FileName}, or set {LocalRootKeys.Variable}.") { Code = "root_key_missing" };
        if (rows.FirstOrDefault(row => !_roots.Has(row.RootId)) is { } lost)
            throw new StoreRefusedException($"The store's keys are wrapped by the root key {lost.RootId}, which is not known here. Put back {LocalRootKeys.Variable} or DATA/root.key as it was.");
    }
}
