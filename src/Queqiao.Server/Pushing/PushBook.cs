using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;
using Queqiao.Server.Platform.WebPush;
using Queqiao.Server.Pushing.Storage;

namespace Queqiao.Server.Pushing;

/// <summary>Keeps the keys and the browsers.</summary>
internal sealed class PushBook(IStorageEngine storage, IVault vault, PublicUrl url)
{
    /// <summary>Of one agent; one more takes the place of the oldest.</summary>
    public const int MostOfAgent = 10;

    // Stored in effect: never rename.
    private const string KeyPurpose = "web push key";
    private const string AddressPurpose = "web push subscription";

    /// <summary>The workspace's, made when it is first asked for.</summary>
    public async Task<PushSetting> Setting(int ws, string origin, CancellationToken ct)
    {
        await using (var db = storage.Read(ws))
        {
            if (await db.Table<PushSetting>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws, ct) is { } known)
                return known;
        }
        using var key = VapidKey.Create();
        try
        {
            return await storage.Run(ws, async (unit, stop) =>
            {
                if (await unit.Db.Table<PushSetting>().SingleOrDefaultAsync(row => row.Ws == ws, stop) is { } known)
                    return known;
                var added = new PushSetting
                {
                    Ws = ws, PublicKey = key.PublicKey, Sealed = vault.Seal(ws, KeyPurpose, key.Export()), Subject = SubjectOf(url.Configured ?? origin), Content = PushContent.Minimal, ChangedAt = unit.Ids.Now(),
                };
                unit.Db.Table<PushSetting>().Add(added);
                await unit.Db.SaveChangesAsync(stop);
                return added;
            }, ct);
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            return await Setting(ws, origin, ct); // another node was quicker: its key counts
        }
    }

    public VapidKey Key(PushSetting setting) => VapidKey.Import(vault.Open(setting.Ws, KeyPurpose, setting.Sealed));

    public PushAddress Open(PushSubscription row) => JsonSerializer.Deserialize<PushAddress>(vault.Open(row.Ws, AddressPurpose, row.Sealed, row.Id), StrictJson.Options)!;

    /// <summary>The browser is this agent's from here on, in this session.</summary>
    public async Task<PushSubscription> Add(WriteUnit unit, Guid agent, byte[] session, PushAddress address, string name, CancellationToken ct)
    {
        var ws = unit.Ws;
        var tag = vault.Tag(ws, AddressPurpose, address.Endpoint);
        var rows = unit.Db.Table<PushSubscription>().Where(row => row.Ws == ws);
        await rows.Where(row => row.EndpointTag == tag).ExecuteDeleteAsync(ct);
        var old = await rows.Where(row => row.AgentId == agent).OrderByDescending(row => row.CreatedAt).Skip(MostOfAgent - 1).Select(row => row.Id).ToListAsync(ct);
        await rows.Where(row => old.Contains(row.Id)).ExecuteDeleteAsync(ct);
        var id = unit.Ids.New();
        var added = new PushSubscription
        {
            Ws = ws, Id = id, AgentId = agent, EndpointTag = tag, SessionHash = session, Sealed = vault.Seal(ws, AddressPurpose, JsonSerializer.SerializeToUtf8Bytes(address, StrictJson.Options), id), Name = name, CreatedAt = unit.Ids.Now(),
        };
        unit.Db.Table<PushSubscription>().Add(added);
        await unit.Db.SaveChangesAsync(ct);
        return added;
    }

    public async Task<PushSubscription?> Find(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<PushSubscription>().AsNoTracking().SingleOrDefaultAsync(row => row.Ws == ws && row.Id == id, ct);
    }

    public static Task<int> Forget(WriteUnit unit, Guid id, CancellationToken ct)
    {
        var ws = unit.Ws;
        return unit.Db.Table<PushSubscription>().Where(row => row.Ws == ws && row.Id == id).ExecuteDeleteAsync(ct);
    }

    /// <param name="trouble">A code; null: it got there.</param>
    public static Task<int> Note(WriteUnit unit, Guid id, string? trouble, CancellationToken ct)
    {
        var (ws, now) = (unit.Ws, unit.Ids.Now());
        var row = unit.Db.Table<PushSubscription>().Where(row => row.Ws == ws && row.Id == id);
        return trouble is null
            ? row.ExecuteUpdateAsync(set => set.SetProperty(one => one.SentAt, now).SetProperty(one => one.Trouble, (string?)null), ct)
            : row.ExecuteUpdateAsync(set => set.SetProperty(one => one.Trouble, trouble), ct);
    }

    /// <summary>Services want to know whom they may ask; some refuse a loopback.</summary>
    private static string SubjectOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "https", IsLoopback: false } ? uri.GetLeftPart(UriPartial.Authority) : "mailto:push@queqiao.invalid";
}
