using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.People;

/// <summary>Whether somebody may write, asked for every message. Blocks of this node count at once, of others within 5 seconds.</summary>
internal sealed class ContactBlocks(IStorageEngine storage, IVault vault, TimeProvider clock)
{
    private readonly FreshCache<(int Ws, Guid Channel, string Identity), Kept> _known = new(clock, TimeSpan.FromSeconds(5));

    /// <param name="Blocked">Whether they may not.</param>
    private sealed record Kept(bool Blocked);

    public void Changed() => _known.ForgetWhere(_ => true);

    public async ValueTask<bool> IsBlocked(int ws, Guid channelId, string identity, CancellationToken ct) =>
        (await _known.Get((ws, channelId, identity), Load, ct))!.Blocked;

    private async Task<Kept?> Load((int Ws, Guid Channel, string Identity) who, CancellationToken ct)
    {
        var tag = vault.Tag(who.Ws, ContactPlaces.IdentityPurpose, who.Identity);
        var channel = who.Channel;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = storage.Read(who.Ws);
        var all = db.Visible(Scope<Contact>.Workspace(who.Ws));
        var mine = db.Visible(Scope<ContactIdentity>.Workspace(who.Ws)).Where(row => row.ChannelId == channel && row.Tag == tag).Select(row => row.ContactId);
        // Whoever is part of a person is blocked with them.
        var roots = all.Where(contact => mine.Contains(contact.Id)).Select(contact => contact.MergedInto ?? contact.Id);
        var blocked = ContactReader.Blocked(db, who.Ws, now);
        return new Kept(await all.AnyAsync(contact => roots.Contains(contact.MergedInto ?? contact.Id) && blocked.Contains(contact.Id), ct));
    }
}
