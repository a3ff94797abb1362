using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Receiving;

/// <summary>
/// How people are reached: the place, and what their newest event brought (reply tokens, session addresses). Sealed under each
/// person's key; nothing is kept for whom the identity alone is enough.
/// </summary>
internal sealed class ReachBook(KindRegistry kinds, IStorageEngine storage, IOutsideConversations conversations, IContacts people) : IEraser
{
    private const string Name = "channel_reach.sealed";

    public async Task Keep(ChannelView channel, IEnumerable<(InboundEvent Event, CustomerKey Who, IncomingOutcome Outcome)> told, CancellationToken ct)
    {
        // Read marks name the message that is read.
        var marks = kinds.Find(channel.Kind) is { Adapter: ISignalChannel } kind && kind.Descriptor.Can(Abilities.ReadMarks);
        var news = told.Where(one => one.Outcome is IncomingOutcome.Stored && one.Event.Direction == EventDirection.Inbound)
            .GroupBy(one => one.Who).Select(one => (Who: one.Key, Reach: ReachOf(one.Key, one.Last().Event, marks))).Where(one => one.Reach is not null).ToList();
        if (news.Count == 0)
            return;
        await storage.Run(channel.Ws, async (unit, stop) =>
        {
            var tags = news.ToDictionary(one => conversations.TagOf(channel.Ws, one.Who.Identity), one => one.Reach!);
            var whose = await people.Behind(unit, channel.Ws, channel.Id, [.. tags.Keys], stop);
            var ring = await unit.Vault.Contacts.Load(unit, channel.Ws, whose.Values, stop);
            foreach (var (tag, reach) in tags.OrderBy(one => one.Key))
            {
                if (whose.TryGetValue(tag, out var contact) && ring.Of(contact) is { } key)
                    await Put(unit, channel, tag, contact, key.Seal(new SealedPlace(Name, tag), JsonSerializer.SerializeToUtf8Bytes(reach, TolerantJson.Options)), stop);
            }
            return 0;
        }, ct);
    }

    /// <summary>Null: by the identity alone.</summary>
    public async Task<Reach?> Find(int ws, CustomerKey who, CancellationToken ct)
    {
        var tag = conversations.TagOf(ws, who.Identity);
        await using var db = storage.Read(ws);
        var row = await db.Visible(Scope<ReachRow>.Workspace(ws)).SingleOrDefaultAsync(row => row.ChannelId == who.ChannelId && row.Tag == tag, ct);
        if (row is null)
            return null;
        var ring = await storage.Vault.Contacts.LoadFor(ws, [row.Sealed], ct);
        return ring.Open(new SealedPlace(Name, tag), row.Sealed, out var clear) == Unreadable.No ? JsonSerializer.Deserialize<Reach>(clear, TolerantJson.Options) : null;
    }

    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var contacts = erasure.Contacts.ToArray();
        await unit.Db.Visible(Scope<ReachRow>.Workspace(erasure.Ws)).Where(row => contacts.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
    }

    private static async Task Put(WriteUnit unit, ChannelView channel, Guid tag, Guid contact, byte[] box, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var changed = await unit.Db.Visible(Scope<ReachRow>.Workspace(channel.Ws)).Where(row => row.ChannelId == channel.Id && row.Tag == tag)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Sealed, box).SetProperty(row => row.ChangedAt, now), ct);
        if (changed > 0)
            return;
        unit.Db.Add(new ReachRow { Ws = channel.Ws, ChannelId = channel.Id, Tag = tag, ContactId = contact, Sealed = box, ChangedAt = now });
        await unit.Db.SaveChangesAsync(ct);
    }

    private static Reach? ReachOf(CustomerKey who, InboundEvent one, bool marks)
    {
        var place = one.Place is { } at && at.Id != one.Person?.Id ? at : null;
        var id = one switch { MessageReceived message => message.MessageId, ButtonPressed pressed => pressed.MessageId, _ => null };
        if (!marks && place is null && one.ReplyWith.Count == 0 && one.Person?.Id == who.Identity)
            return null;
        return new Reach(one.Person is { Id.Length: > 0 } person ? person.Id : place?.Id ?? who.Identity)
        {
            Place = place?.Id, IsGroup = place?.IsGroup ?? false, Thread = place?.Thread, ReplyWith = one.ReplyWith.Count > 0 ? one.ReplyWith : null, LastMessageId = id,
        };
    }
}
