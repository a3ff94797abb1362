using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>What other modules may ask about people.</summary>
internal interface IContacts
{
    /// <summary>The person wrote at that time (Unix milliseconds); an earlier time than the known one changes nothing.</summary>
    Task Seen(WriteUnit unit, int ws, Guid contactId, long at, CancellationToken ct);
}

internal sealed class ContactDirectory : IContacts
{
    public Task Seen(WriteUnit unit, int ws, Guid contactId, long at, CancellationToken ct) =>
        unit.Db.Visible(Scope<Contact>.Workspace(ws))
            .Where(contact => contact.Id == contactId && contact.LastSeenAt < at)
            .ExecuteUpdateAsync(set => set.SetProperty(contact => contact.LastSeenAt, at), ct);
}

internal static class ContactsModule
{
    public static void AddContacts(this IServiceCollection services) => services.AddSingleton<IContacts, ContactDirectory>();
}
