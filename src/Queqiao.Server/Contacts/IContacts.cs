using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>What other modules may ask about people.</summary>
internal interface IContacts
{
    /// <summary>These people wrote at these times (Unix milliseconds); an earlier time than the known one changes nothing.</summary>
    Task Seen(WriteUnit unit, int ws, IReadOnlyDictionary<Guid, long> people, CancellationToken ct);

    /// <summary>Adds a person who is known by name before they write to what the unit saves. Nobody else may have the identity yet.</summary>
    /// <param name="identity">What the channel calls them.</param>
    /// <param name="at">Since when, in Unix milliseconds.</param>
    void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at);
}

internal sealed class ContactDirectory : IContacts
{
    private const int MostInOneStatement = 500;

    public async Task Seen(WriteUnit unit, int ws, IReadOnlyDictionary<Guid, long> people, CancellationToken ct)
    {
        // One statement for all: at a thousand messages a second a statement for each person filled half of the lane's time (docs/performance.md).
        var sqlite = unit.Db.Database.IsSqlite();
        foreach (var some in people.Chunk(MostInOneStatement))
        {
            var values = some.SelectMany(person => new object[] { sqlite ? person.Key.ToByteArray(bigEndian: true) : person.Key, person.Value }).Append(ws);
            var rows = string.Join(',', some.Select((_, i) => $"({{{2 * i}}},{{{(2 * i) + 1}}})"));
            var sql = $"UPDATE contact SET last_seen_at = v.column2 FROM (VALUES {rows}) AS v WHERE contact.ws = {{{2 * some.Length}}} AND contact.id = v.column1 AND contact.last_seen_at < v.column2";
            await unit.Db.Database.ExecuteSqlRawAsync(sql, values, ct);
        }
    }

    public void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at)
    {
        var contact = new Contact { Ws = ws, Id = unit.Ids.New(), Name = name, CreatedAt = at, LastSeenAt = at };
        unit.Db.Add(contact);
        unit.Db.Add(new ContactIdentity { Ws = ws, ChannelId = channelId, Identity = identity, ContactId = contact.Id, CreatedAt = at });
    }
}

internal static class ContactsModule
{
    public static void AddContacts(this IServiceCollection services) => services.AddSingleton<IContacts, ContactDirectory>();
}
