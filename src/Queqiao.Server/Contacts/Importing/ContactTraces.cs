using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>
/// What a contact comes to, as 16 bytes: whoever compares two of them knows whether anything about the person has happened in
/// between: a changed profile, a conversation, a note, a merge, a block, a consent.
/// </summary>
internal static class ContactTraces
{
    public static async Task<Dictionary<Guid, byte[]>> Of(QueqiaoDb db, int ws, IReadOnlyCollection<Guid> contacts, CancellationToken ct)
    {
        var ids = contacts.ToArray();
        var rows = await db.Visible(Scope<Contact>.Workspace(ws)).Where(contact => ids.Contains(contact.Id))
            .Select(contact => new { contact.Id, contact.SealedName, contact.MergedInto, contact.BlockedAt, contact.LastSeenAt, contact.ErasedAt }).ToListAsync(ct);
        var parts = (await db.Visible(Scope<Contact>.Workspace(ws)).Where(contact => contact.MergedInto != null && ids.Contains(contact.MergedInto.Value))
            .Select(contact => new { Root = contact.MergedInto!.Value, contact.Id }).ToListAsync(ct)).ToLookup(one => one.Root, one => one.Id);
        var identities = (await db.Visible(Scope<ContactIdentity>.Workspace(ws)).Where(row => ids.Contains(row.ContactId)).Select(row => new { row.ContactId, row.Tag }).ToListAsync(ct)).ToLookup(row => row.ContactId, row => row.Tag);
        var identifiers = (await db.Visible(Scope<ContactIdentifier>.Workspace(ws)).Where(row => ids.Contains(row.ContactId)).Select(row => new { row.ContactId, row.Id, row.Verified }).ToListAsync(ct)).ToLookup(row => row.ContactId, row => (row.Id, row.Verified));
        var tags = (await db.Visible(Scope<ContactTag>.Workspace(ws)).Where(row => ids.Contains(row.ContactId)).Select(row => new { row.ContactId, row.Tag }).ToListAsync(ct)).ToLookup(row => row.ContactId, row => row.Tag);
        var details = await db.Visible(Scope<ContactDetail>.Workspace(ws)).Where(row => ids.Contains(row.ContactId)).ToDictionaryAsync(row => row.ContactId, ct);
        var notes = (await db.Visible(Scope<ContactNote>.Workspace(ws)).Where(row => ids.Contains(row.ContactId) && row.DeletedAt == null).Select(row => new { row.ContactId, row.Id, row.EditedAt }).ToListAsync(ct)).ToLookup(row => row.ContactId, row => (row.Id, row.EditedAt));
        var consents = (await db.Visible(Scope<ConsentRow>.Workspace(ws)).Where(row => ids.Contains(row.ContactId)).Select(row => new { row.ContactId, row.Id }).ToListAsync(ct)).ToLookup(row => row.ContactId, row => row.Id);
        return rows.ToDictionary(row => row.Id, row =>
        {
            var detail = details.GetValueOrDefault(row.Id);
            return Hash(
            [
                row.SealedName, row.MergedInto, row.BlockedAt, row.LastSeenAt, row.ErasedAt, parts[row.Id].Order(), identities[row.Id].Order(), identifiers[row.Id].Order().Select(one => $"{one.Id}{one.Verified}"),
                tags[row.Id].Order(StringComparer.Ordinal), detail?.Fields, detail?.Sealed, notes[row.Id].Order().Select(one => $"{one.Id}{one.EditedAt}"), consents[row.Id].Order(),
            ]);
        });
    }

    private static byte[] Hash(object?[] parts) => SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(parts, StrictJson.Options)))[..16];
}
