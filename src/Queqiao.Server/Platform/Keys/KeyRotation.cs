using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// Changes keys that may have been seen by somebody. Nothing that was sealed is sealed again: keys are wrapped anew, in batches, and what
/// a kill interrupted is gone on with by the next run.
/// </summary>
internal sealed class KeyRotation(IStorageEngine storage, LocalRootKeys local)
{
    private const int Batch = 500;

    private readonly Vault _vault = storage.Vault;

    /// <summary>The state of all keys.</summary>
    public async Task<KeyStatus> Status(CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        var rows = await db.Table<WorkspaceKeyRow>().AsNoTracking().OrderBy(row => row.Ws).ThenBy(row => row.Id).ToListAsync(ct);
        var people = await db.Visible(Scope<ContactKeyRow>.Everything("counts keys")).GroupBy(row => new { row.Ws, row.KeyId, Destroyed = row.Wrapped == null })
            .Select(group => new { group.Key.Ws, group.Key.KeyId, group.Key.Destroyed, Count = group.LongCount() }).ToListAsync(ct);
        return new KeyStatus(
            [.. local.Known.Select(key => new RootKeyStatus(key.Id, key.Id == local.Current, rows.Count(row => row.RootId == key.Id)))],
            [.. rows.Where(row => row.Kind == KeyKind.Data).Select(row => new WorkspaceKeyStatus(row.Ws, row.Id, row.State, row.CreatedAt,
                people.Where(one => one.Ws == row.Ws && one.KeyId == row.Id && !one.Destroyed).Sum(one => one.Count)))],
            people.Where(one => one.Destroyed).Sum(one => one.Count));
    }

    /// <summary>
    /// A new root key, and every workspace's keys wrapped by it. In the file the old one is dropped at the end; keys that the environment
    /// gives are the administrator's: the new one must stand first, and the old one can go afterwards. How many keys were wrapped;
    /// null: the environment gives only one.
    /// </summary>
    public async Task<int?> Root(CancellationToken ct)
    {
        if (local.AreGiven)
        {
            if (local.Known.Count == 1)
                return null;
        }
        else if (local.Known.Count == 1) // else one was begun and not finished
        {
            local.Keep([RootKey.New(), .. local.Known]);
        }
        var count = await storage.RunSystem(WrapWorkspaces, ct);
        if (!local.AreGiven)
            local.Keep([local.Known[0]]);
        return count;
    }

    /// <summary>A new key for what each workspace seals from now on, and its people's keys wrapped by it. How many of these there were.</summary>
    public async Task<long> Workspaces(CancellationToken ct)
    {
        var count = 0L;
        await using var db = storage.ReadSystem();
        foreach (var ws in await db.Table<WorkspaceKeyRow>().Select(row => row.Ws).Distinct().OrderBy(ws => ws).ToListAsync(ct))
        {
            if (!await Unfinished(ws, ct))
                await storage.RunSystem((unit, stop) => Renew(unit, ws, stop), ct);
            _vault.Forget(ws);
            for (var some = Batch; some == Batch; count += some)
                some = await storage.RunSystem((unit, stop) => WrapPeople(unit, ws, stop), ct);
        }
        return count;
    }

    private async Task<int> WrapWorkspaces(WriteUnit unit, CancellationToken ct)
    {
        var current = local.Current;
        var rows = await unit.Db.Table<WorkspaceKeyRow>().Where(row => row.RootId != current).ToListAsync(ct);
        foreach (var row in rows)
        {
            var context = WorkspaceKeys.Context(row.Ws, row.Id, row.Kind);
            row.Wrapped = local.Wrap(local.Unwrap(row.RootId, row.Wrapped, context), context);
            row.RootId = current;
        }
        await unit.Db.SaveChangesAsync(ct);
        return rows.Count;
    }

    private async Task<bool> Unfinished(int ws, CancellationToken ct)
    {
        var current = _vault.Of(ws).Current;
        await using var db = storage.ReadSystem();
        return await db.Visible(Scope<ContactKeyRow>.Workspace(ws)).AnyAsync(row => row.KeyId != current && row.Wrapped != null, ct);
    }

    private async Task<bool> Renew(WriteUnit unit, int ws, CancellationToken ct)
    {
        var rows = await unit.Db.Table<WorkspaceKeyRow>().Where(row => row.Ws == ws).ToListAsync(ct);
        foreach (var row in rows.Where(row => row.Kind == KeyKind.Data))
            row.State = KeyState.Old;
        unit.Db.Table<WorkspaceKeyRow>().Add(WorkspaceKeys.NewRow(ws, rows.Max(row => row.Id) + 1, KeyKind.Data, local, unit.Ids.Now()));
        await unit.Db.SaveChangesAsync(ct);
        return true;
    }

    private async Task<int> WrapPeople(WriteUnit unit, int ws, CancellationToken ct)
    {
        var current = _vault.Of(ws).Current;
        var rows = await unit.Db.Visible(Scope<ContactKeyRow>.Workspace(ws)).AsTracking().Where(row => row.KeyId != current && row.Wrapped != null)
            .OrderBy(row => row.ContactId).Take(Batch).ToListAsync(ct);
        foreach (var row in rows)
        {
            row.Wrapped = _vault.Contacts.Rewrap(ws, row.ContactId, row.Wrapped!);
            row.KeyId = current;
        }
        await unit.Db.SaveChangesAsync(ct);
        return rows.Count;
    }
}

/// <param name="Destroyed">People's keys that were destroyed.</param>
internal sealed record KeyStatus(IReadOnlyList<RootKeyStatus> Roots, IReadOnlyList<WorkspaceKeyStatus> Workspaces, long Destroyed);

/// <param name="Wraps">How many workspaces' keys it wraps.</param>
internal sealed record RootKeyStatus(string Id, bool IsCurrent, int Wraps);

/// <param name="People">How many people's keys it wraps.</param>
internal sealed record WorkspaceKeyStatus(int Ws, int Id, string State, long CreatedAt, long People);
