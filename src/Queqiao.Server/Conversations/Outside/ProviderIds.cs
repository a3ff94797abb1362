using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Outside;

/// <summary>
/// Finds messages by what a platform calls them. There is no table for it: the key by which a message is stored once is a hash over
/// (channel, person, the platform's id), so whoever names the id finds the key, and behind it conversation and seq.
/// </summary>
internal sealed class ProviderIds(IStorageEngine storage)
{
    internal readonly record struct Place(Guid ConversationId, long Seq);

    /// <summary>The key of something that came in. Platforms number messages per person or per account, so the person is part of it.</summary>
    public static Guid KeyOf(int ws, Incoming one) => one switch
    {
        Incoming.Said said => OfMessage(ws, one.Who, said.MessageId ?? said.Key),
        Incoming.SaidByUs said => OfMessage(ws, one.Who, said.MessageId ?? said.Key),
        _ => LogCommand.KeyOf(ws, $"channel event:{one.Who.ChannelId:N}:{one.Who.Identity}", one.Key),
    };

    /// <summary>The key of a message, whoever wrote it.</summary>
    public static Guid OfMessage(int ws, CustomerKey who, string id) => LogCommand.KeyOf(ws, $"channel message:{who.ChannelId:N}:{who.Identity}", id);

    /// <summary>Where the messages are that these are about.</summary>
    public async Task<IReadOnlyDictionary<(CustomerKey Who, string Id), Place>> Find(int ws, IEnumerable<Incoming> came, CancellationToken ct)
    {
        var wanted = came.Select(one => (one.Who, Id: OutsideRules.TargetOf(one))).Where(one => one.Id is not null).Distinct()
            .ToDictionary(one => (one.Who, one.Id!), one => OfMessage(ws, one.Who, one.Id!));
        if (wanted.Count == 0)
            return new Dictionary<(CustomerKey Who, string Id), Place>();
        var keys = wanted.Values.ToArray();
        await using var db = storage.Read(ws);
        var found = await db.Visible(Scope<EntryKeyRow>.Workspace(ws)).Where(row => keys.Contains(row.Key)).ToDictionaryAsync(row => row.Key, row => new Place(row.ConversationId, row.Seq), ct);
        return wanted.Where(one => found.ContainsKey(one.Value)).ToDictionary(one => one.Key, one => found[one.Value]);
    }
}
