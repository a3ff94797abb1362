using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Push.Sending;

/// <summary>On which phones visitors have the app. Tokens are sealed under each person's key, and go with the person.</summary>
internal sealed class PushDevices(IStorageEngine storage, IOutsideConversations conversations, IContacts people) : IEraser
{
    private const string Place = "push_device.sealed";
    private const string Purpose = "push token";

    /// <summary>Of one visitor; the oldest make room.</summary>
    private const int Most = 10;

    internal sealed record Kept(string Token, string? Locale = null);

    /// <summary>Null: it is registered. The same token of somebody else before is theirs no longer: another person uses the phone.</summary>
    public Task<Refusal?> Register(Customer who, string vendor, string token, string? locale, CancellationToken ct) => storage.Run(who.Ws, async (unit, stop) =>
    {
        var tag = conversations.TagOf(who.Ws, who.Key.Identity);
        // Nothing is stored about people who have said nothing.
        if (!(await people.Behind(unit, who.Ws, who.Key.ChannelId, [tag], stop)).TryGetValue(tag, out var contact) || (await unit.Vault.Contacts.Load(unit, who.Ws, [contact], stop)).Of(contact) is not { } key)
            return Refusal.Conflict("push_not_yet");
        var rows = unit.Db.Visible(Scope<PushDevice>.Workspace(who.Ws)).Where(row => row.ChannelId == who.Key.ChannelId);
        var tokenTag = TagOf(unit, vendor, token);
        await rows.Where(row => row.TokenTag == tokenTag).ExecuteDeleteAsync(stop);
        var old = await rows.Where(row => row.Tag == tag).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Skip(Most - 1).Select(row => row.Id).ToListAsync(stop);
        if (old.Count > 0)
            await rows.Where(row => old.Contains(row.Id)).ExecuteDeleteAsync(stop);
        var id = unit.Ids.New();
        unit.Db.Add(new PushDevice
        {
            Ws = who.Ws, Id = id, ChannelId = who.Key.ChannelId, Tag = tag, ContactId = contact, Vendor = vendor, TokenTag = tokenTag, CreatedAt = unit.Ids.Now(),
            Sealed = key.Seal(new SealedPlace(Place, id), JsonSerializer.SerializeToUtf8Bytes(new Kept(token, locale), StrictJson.Options)),
        });
        await unit.Db.SaveChangesAsync(stop);
        return (Refusal?)null;
    }, ct);

    /// <summary>The visitor's own only.</summary>
    public Task Forget(Customer who, string vendor, string token, CancellationToken ct) => storage.Run(who.Ws, (unit, stop) =>
    {
        var (tag, tokenTag) = (conversations.TagOf(who.Ws, who.Key.Identity), TagOf(unit, vendor, token));
        return unit.Db.Visible(Scope<PushDevice>.Workspace(who.Ws)).Where(row => row.ChannelId == who.Key.ChannelId && row.Tag == tag && row.TokenTag == tokenTag).ExecuteDeleteAsync(stop);
    }, ct);

    /// <summary>The vendor says that nobody gets anything by it any more.</summary>
    public Task Gone(int ws, Guid device, CancellationToken ct) => storage.Run(ws, (unit, stop) =>
        unit.Db.Visible(Scope<PushDevice>.Workspace(ws)).Where(row => row.Id == device).ExecuteDeleteAsync(stop), ct);

    public async Task<IReadOnlyList<(PushAddress Address, string? Locale)>> Of(int ws, CustomerKey who, CancellationToken ct)
    {
        var tag = conversations.TagOf(ws, who.Identity);
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<PushDevice>.Workspace(ws)).Where(row => row.ChannelId == who.ChannelId && row.Tag == tag).OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).ToListAsync(ct);
        if (rows.Count == 0)
            return [];
        var ring = await storage.Vault.Contacts.LoadFor(ws, rows.Select(row => row.Sealed), ct);
        return
        [
            .. from row in rows
               where ring.Open(new SealedPlace(Place, row.Id), row.Sealed, out _) == Unreadable.No
               let kept = Read(ring, row)
               select (new PushAddress(row.Id, row.Vendor, kept.Token), kept.Locale),
        ];
    }

    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var contacts = erasure.Contacts.ToArray();
        await unit.Db.Visible(Scope<PushDevice>.Workspace(erasure.Ws)).Where(row => contacts.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
    }

    private static Kept Read(ContactKeyRing ring, PushDevice row)
    {
        ring.Open(new SealedPlace(Place, row.Id), row.Sealed, out var clear);
        return JsonSerializer.Deserialize<Kept>(clear, TolerantJson.Options)!;
    }

    private static Guid TagOf(WriteUnit unit, string vendor, string token) => unit.Vault.Tag(unit.Ws, Purpose, $"{vendor}|{token}");
}
