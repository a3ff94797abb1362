using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Consenting;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts;

/// <summary>
/// Whatever uses a person's data for more than answering them passes here first, each time: exports, imports, campaigns, profiling,
/// models of others, transfers. It reads the ledger itself and keeps nothing, so a withdrawal counts from the next call on.
/// </summary>
internal sealed class PurposeGate(IConsents consents)
{
#pragma warning disable CA1822 // of an instance: whoever passes the gate asks for it in the constructor, where a test looks for it

    /// <summary>Null: go on. Else why not.</summary>
    public async Task<Refusal?> Require(int ws, Guid contactId, string purpose, CancellationToken ct) =>
        Allows(await consents.StateOf(ws, contactId, ct), Known(purpose)) ? null : No(purpose);

    /// <summary>The same inside a unit, which also sees what it has just stored.</summary>
    public async Task<Refusal?> Require(WriteUnit unit, Guid contactId, string purpose, CancellationToken ct) =>
        (await Allowed(unit.Db, unit.Ws, [contactId], purpose, ct)).Contains(contactId) ? null : No(purpose);

    /// <summary>Those of some contacts whose data may be used, for work that goes page by page.</summary>
    public async Task<IReadOnlySet<Guid>> Allowed(QueqiaoDb db, int ws, IReadOnlyCollection<Guid> contacts, string purpose, CancellationToken ct)
    {
        Known(purpose);
        var ids = contacts.ToArray();
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        var rootOf = await all.Where(contact => ids.Contains(contact.Id)).ToDictionaryAsync(contact => contact.Id, contact => contact.MergedInto ?? contact.Id, ct);
        var roots = rootOf.Values.Distinct().ToArray();
        // Of somebody who is several contacts every one counts.
        var parts = await all.Where(contact => roots.Contains(contact.Id) || (contact.MergedInto != null && roots.Contains(contact.MergedInto.Value)))
            .Select(contact => new { contact.Id, Root = contact.MergedInto ?? contact.Id }).ToDictionaryAsync(part => part.Id, part => part.Root, ct);
        var everybody = parts.Keys.ToArray();
        var lines = (await db.Visible(Scope<ConsentRow>.Workspace(ws)).Where(row => everybody.Contains(row.ContactId) && row.Purpose == purpose).ToListAsync(ct)).ToLookup(row => parts[row.ContactId]);
        return rootOf.Where(one => Allows(Consents.Replay(lines[one.Value]), purpose)).Select(one => one.Key).ToHashSet();
    }

#pragma warning restore CA1822

    /// <summary>The service needs no consent but ends with an objection; everything else begins with a yes.</summary>
    public static bool Allows(IReadOnlyDictionary<string, bool> state, string purpose) =>
        state.TryGetValue(purpose, out var given) ? given : purpose == Purposes.Service;

    private static string Known(string purpose) =>
        Purposes.All.Contains(purpose) ? purpose : throw new ArgumentException($"There is no purpose {purpose}.", nameof(purpose));

    private static Refusal No(string purpose) => Refusal.Forbidden("purpose_not_allowed", purpose);
}
