using System.Data.Common;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Conversations.Log;

/// <summary>Opens what a batch loaded and seals what it stores, so that the rules in the middle see clear text and the database none.</summary>
internal sealed class BatchSeals(LogBatch batch, ConversationSeals seals)
{
    private readonly Dictionary<int, ContactKeyRing> _rings = [];
    private readonly bool _keysAnew = batch.Commands.Any(command => command.KeysAnew);

    /// <summary>Gets the keys of everybody in the batch, the missing ones in one query, and opens heads and names.</summary>
    public async ValueTask Open(ILogDialect dialect, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var missing = new HashSet<(int Ws, Guid Contact)>();
        foreach (var head in batch.Heads.Values)
        {
            Want(head.Ws, head.ContactId, missing);
            if (head.Sealed is { } stored && ContactKey.OwnerOf(stored.Bytes) is { } owner)
                Want(head.Ws, owner, missing);
        }
        foreach (var ((ws, _), known) in batch.Customers)
        {
            if (known.ContactId is { } contact)
                Want(ws, contact, missing);
        }
        if (missing.Count > 0)
            await Fetch(dialect, missing, connection, transaction, ct);
        foreach (var (id, head) in batch.Heads)
            batch.Heads[id] = seals.Open(head, RingOf(head.Ws));
        foreach (var (customer, known) in batch.Customers)
        {
            if (known is { SealedName: { } name, ContactId: { } contact })
                batch.Customers[customer] = known with { ContactName = RingOf(customer.Ws).Text(new SealedPlace("contact.name", contact), name, out _) };
        }
    }

    /// <summary>Seals new people, entries, and of the heads what changed about people.</summary>
    public void Seal()
    {
        for (var i = 0; i < batch.NewContacts.Count; i++)
        {
            var person = batch.NewContacts[i];
            var key = seals.People.New(person.Ws, person.Id, out var wrapped);
            RingOf(person.Ws).Add(person.Id, key);
            batch.NewContacts[i] = person with { Wrapped = wrapped, SealedIdentity = key.Seal(new SealedPlace("contact_identity", person.Customer.ChannelId), person.Customer.Identity) };
        }
        foreach (var entry in batch.Entries)
            batch.Bodies.Add(seals.Seal(entry, KeyOf(batch.Heads[(entry.Ws, entry.ConversationId)])));
        foreach (var id in batch.Begun)
            Seal(batch.Heads[id], null);
        foreach (var id in batch.Changed)
            Seal(batch.Heads[id], batch.Before[id]);
    }

    private void Seal(ConversationHead head, ConversationHead? before) => head.Sealed = ConversationSeals.Seal(head, before, KeyOf(head));

    private ContactKey? KeyOf(ConversationHead head) => RingOf(head.Ws).Of(head.ContactId);

    private void Want(int ws, Guid contact, HashSet<(int Ws, Guid Contact)> missing)
    {
        var ring = RingOf(ws);
        if (ring.Knows(contact))
            return;
        if (!_keysAnew && seals.People.Cached(ws, contact) is { } key)
            ring.Add(contact, key);
        else
            missing.Add((ws, contact));
    }

    private async ValueTask Fetch(ILogDialect dialect, HashSet<(int Ws, Guid Contact)> missing, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var mark = seals.People.Mark;
        foreach (var (ws, contact, wrapped) in await dialect.Keys(missing, connection, transaction, ct))
            RingOf(ws).Add(contact, seals.People.Unwrap(ws, contact, wrapped, mark));
    }

    private ContactKeyRing RingOf(int ws)
    {
        if (!_rings.TryGetValue(ws, out var ring))
            _rings[ws] = ring = new ContactKeyRing(ws);
        return ring;
    }
}
