using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// One key for each day and workspace: what providers delivered is sealed with it, and when it is destroyed after a week nothing of
/// that day can be read any more, wherever copies of the rows are.
/// </summary>
internal sealed class HookKeys(IStorageEngine storage)
{
    public const int Days = 7;

    /// <summary>AES-256-GCM under a day's key.</summary>
    private const byte Format = 0x05;

    private const string Purpose = "hook day key";
    private readonly ConcurrentDictionary<(int Ws, int Day), DataKey> _known = new();

    public static int DayOf(long at) => (int)(at / 86_400_000);

    public async ValueTask<DataKey> Of(int ws, int day, CancellationToken ct) =>
        _known.TryGetValue((ws, day), out var key) ? key : await Make(ws, day, ct);

    public static byte[] Seal(DataKey key, int ws, Guid id, ReadOnlySpan<byte> clear) => key.Seal([Format], Context(ws, id), clear);

    /// <summary>Null: destroyed, or it does not open.</summary>
    public async ValueTask<byte[]?> Open(int ws, int day, Guid id, byte[] body, CancellationToken ct)
    {
        if (!_known.TryGetValue((ws, day), out var key))
        {
            if (await Read(ws, day, ct) is not { } found)
                return null;
            _known[(ws, day)] = key = found;
        }
        return body is [Format, ..] && key.TryOpen(1, Context(ws, id), body, out var clear) ? clear : null;
    }

    /// <summary>Destroys the keys of days that are too old. How many.</summary>
    public async Task<int> Destroy(long now, CancellationToken ct)
    {
        var last = DayOf(now) - Days;
        var gone = await storage.RunSystem((unit, stop) => unit.Db.Table<HookKey>().Where(key => key.Day < last).ExecuteDeleteAsync(stop), ct);
        foreach (var old in _known.Keys.Where(key => key.Day < last))
            _known.TryRemove(old, out _);
        if (gone > 0)
            await storage.Scrub(ct);
        return gone;
    }

    private async Task<DataKey> Make(int ws, int day, CancellationToken ct)
    {
        if (await Read(ws, day, ct) is not { } key)
        {
            try
            {
                key = await storage.Run(ws, async (unit, stop) =>
                {
                    var raw = RandomNumberGenerator.GetBytes(32);
                    unit.Db.Table<HookKey>().Add(new HookKey { Ws = ws, Day = day, Wrapped = unit.Vault.Seal(ws, Purpose, raw, RowOf(day)), CreatedAt = unit.Ids.Now() });
                    await unit.Db.SaveChangesAsync(stop);
                    return new DataKey(raw);
                }, ct);
            }
            catch (DbUpdateException trouble) when (trouble.IsDuplicate())
            {
                key = await Read(ws, day, ct) ?? throw new InvalidOperationException("The key of a day is there and is not.");
            }
        }
        return _known.GetOrAdd((ws, day), key);
    }

    private async Task<DataKey?> Read(int ws, int day, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Table<HookKey>().AsNoTracking().SingleOrDefaultAsync(key => key.Ws == ws && key.Day == day, ct);
        return row is null ? null : new DataKey(storage.Vault.Open(ws, Purpose, row.Wrapped, RowOf(day)));
    }

    private static Guid RowOf(int day) => new(day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static byte[] Context(int ws, Guid id)
    {
        var context = new byte[4 + 16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(context, ws);
        id.TryWriteBytes(context.AsSpan(4), bigEndian: true, out _);
        return context;
    }
}
