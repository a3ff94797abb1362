using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>
/// What providers call the parts of our messages, in their order. Sealed under the person's key: some of these ids hold telephone
/// numbers. (To find a message by such an id nothing is opened: see <c>ProviderIds</c>.)
/// </summary>
internal sealed class ExternalIds(IStorageEngine storage)
{
    private const string Name = "delivery.external";

    public static async Task Add(WriteUnit unit, Delivery delivery, OutgoingMessage message, string id, CancellationToken ct)
    {
        if (message.ContactId == Guid.Empty)
            return;
        var (known, ring) = await Load(unit, delivery, message.ContactId, ct);
        if (!known.Contains(id))
            await Write(unit, delivery, ring, message.ContactId, [.. known, id], ct);
    }

    public static async Task<int> Remove(WriteUnit unit, Delivery delivery, Guid contact, string id, CancellationToken ct)
    {
        var (known, ring) = await Load(unit, delivery, contact, ct);
        return await Write(unit, delivery, ring, contact, [.. known.Where(one => one != id)], ct);
    }

    public async Task<IReadOnlyList<string>> Read(Delivery delivery, CancellationToken ct) =>
        delivery.External is { } box ? Open(await storage.Vault.Contacts.LoadFor(delivery.Ws, [box], ct), delivery, box) : [];

    private static async Task<(IReadOnlyList<string> Known, ContactKeyRing Ring)> Load(WriteUnit unit, Delivery delivery, Guid contact, CancellationToken ct)
    {
        var ring = await unit.Vault.Contacts.Load(unit, delivery.Ws, [contact], ct);
        var box = await Row(unit, delivery).Select(row => row.External).SingleOrDefaultAsync(ct);
        return (box is null ? [] : Open(ring, delivery, box), ring);
    }

    private static async Task<int> Write(WriteUnit unit, Delivery delivery, ContactKeyRing ring, Guid contact, IReadOnlyList<string> ids, CancellationToken ct)
    {
        if (ring.Of(contact) is not { } key)
            return 0; // erased meanwhile
        var box = ids.Count == 0 ? null : key.Seal(PlaceOf(delivery), JsonSerializer.SerializeToUtf8Bytes(ids, TolerantJson.Options));
        return await Row(unit, delivery).ExecuteUpdateAsync(set => set.SetProperty(row => row.External, box), ct);
    }

    private static List<string> Open(ContactKeyRing ring, Delivery delivery, byte[] box) =>
        ring.Open(PlaceOf(delivery), box, out var clear) == Unreadable.No ? JsonSerializer.Deserialize<List<string>>(clear, TolerantJson.Options) ?? [] : [];

    private static SealedPlace PlaceOf(Delivery delivery) => new(Name, delivery.ConversationId, delivery.Seq);

    private static IQueryable<Delivery> Row(WriteUnit unit, Delivery delivery) =>
        unit.Db.Visible(Scope<Delivery>.Workspace(delivery.Ws)).Where(row => row.ConversationId == delivery.ConversationId && row.Seq == delivery.Seq);
}
