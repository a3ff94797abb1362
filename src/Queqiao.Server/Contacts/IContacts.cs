using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>What other modules may ask about people.</summary>
internal interface IContacts
{
    /// <summary>The person wrote at that time (Unix milliseconds); an earlier time than the known one changes nothing.</summary>
    Task Seen(WriteUnit unit, int ws, Guid contactId, long at, CancellationToken ct);

    /// <summary>Adds a person who is known by name before they write to what the unit saves. Nobody else may have the identity yet.</summary>
    /// <param name="identity">What the channel calls them.</param>
    /// <param name="at">Since when, in Unix milliseconds.</param>
    void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at);
}

internal sealed class ContactDirectory(IVault vault, IContactVault people) : IContacts
{
    public Task Seen(WriteUnit unit, int ws, Guid contactId, long at, CancellationToken ct) =>
        unit.Db.Visible(Scope<Contact>.Workspace(ws))
            .Where(contact => contact.Id == contactId && contact.LastSeenAt < at)
            .ExecuteUpdateAsync(set => set.SetProperty(contact => contact.LastSeenAt, at), ct);

    public void Introduce(WriteUnit unit, int ws, Guid channelId, string identity, string name, long at)
    {
        var id = unit.Ids.New();
        var key = people.Create(unit, ws, id);
        unit.Db.Add(new Contact { Ws = ws, Id = id, SealedName = key.Seal(ContactPlaces.Name(id), name), CreatedAt = at, LastSeenAt = at });
        unit.Db.Add(new ContactIdentity
        {
            Ws = ws, ChannelId = channelId, Tag = vault.Tag(ws, ContactPlaces.IdentityPurpose, identity), ContactId = id,
            Sealed = key.Seal(ContactPlaces.Identity(channelId), identity), CreatedAt = at,
        });
    }
}

internal static class ContactsModule
{
    public static void AddContacts(this IServiceCollection services) => services.AddSingleton<IContacts, ContactDirectory>();
}
