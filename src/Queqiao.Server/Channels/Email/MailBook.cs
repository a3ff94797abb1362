using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Mail.Threading;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email;

/// <param name="Facts">Null: the person was erased.</param>
internal sealed record KnownThread(MailThread Row, ThreadFacts? Facts);

/// <summary>Threads of mails and what stands in them. A thread is what the channel calls a customer: one person may have several.</summary>
internal sealed class MailBook(IStorageEngine storage, IVault vault, IContacts contacts) : IEraser
{
    private const int MostReferences = 20;

    /// <summary>What the log calls the customer of a thread: the address, so that people can read it, and the thread's number.</summary>
    public static string IdentityOf(string address, long number) => string.Create(CultureInfo.InvariantCulture, $"{address} #{number:x}");

    public static long? NumberOf(string identity)
    {
        var at = identity.LastIndexOf(" #", StringComparison.Ordinal);
        return at > 0 && long.TryParse(identity.AsSpan(at + 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    public Guid KeyOf(int ws, string messageId) => vault.Tag(ws, "mail message id", messageId);

    public Guid TagOf(int ws, string address) => vault.Tag(ws, "mail address", address.ToLowerInvariant());

    public string TokenOf(int ws, long number) => ReplyToken.Make(vault.Derive(ws, "mail reply token v1"), number);

    /// <summary>The thread that a text of ours names: an address or a message id with a token.</summary>
    public long? Named(int ws, IEnumerable<string> texts)
    {
        var key = vault.Derive(ws, "mail reply token v1");
        return texts.SelectMany(ReplyToken.Candidates).Take(100).Select(word => ReplyToken.Read(key, word)).FirstOrDefault(number => number is not null);
    }

    public async Task<KnownThread?> Thread(int ws, long number, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Visible(Scope<MailThread>.Workspace(ws)).SingleOrDefaultAsync(thread => thread.Number == number, ct);
        if (row is null)
            return null;
        var ring = await storage.Vault.Contacts.LoadFor(ws, [row.Sealed], ct);
        return new KnownThread(row, ring.Open<ThreadFacts>(MailSeals.PlaceOf(number), row.Sealed));
    }

    /// <summary>Mails that are known by these ids, the first of them first.</summary>
    public async Task<MailMessageRow?> Find(int ws, Guid channel, IReadOnlyList<string> messageIds, CancellationToken ct)
    {
        var keys = messageIds.Take(50).Select(id => KeyOf(ws, id)).ToArray();
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<MailMessageRow>.Workspace(ws)).Where(mail => mail.ChannelId == channel && keys.Contains(mail.MailKey)).ToListAsync(ct);
        return rows.OrderBy(row => Array.IndexOf(keys, row.MailKey)).FirstOrDefault();
    }

    /// <summary>How many mails came from an address since a moment.</summary>
    public async Task<int> CountSince(int ws, Guid channel, string address, long since, CancellationToken ct)
    {
        var tag = TagOf(ws, address);
        await using var db = storage.Read(ws);
        return await db.Visible(Scope<MailMessageRow>.Workspace(ws)).CountAsync(mail => mail.ChannelId == channel && mail.SenderTag == tag && mail.CreatedAt >= since, ct);
    }

    /// <summary>A number that is the same for the same words, and that nobody can guess.</summary>
    public long NumberFor(int ws, string words) =>
        BitConverter.ToInt64(HMACSHA256.HashData(vault.Derive(ws, "mail thread number v1"), System.Text.Encoding.UTF8.GetBytes(words)).AsSpan(0, 8)) & long.MaxValue;

    /// <summary>Begins a thread: the person behind a proven address is who wrote from it before; a stranger is who the same stranger was.</summary>
    public async Task<KnownThread> Begin(int ws, Guid channel, ThreadFacts facts, bool isProven, CancellationToken ct, long? number = null, Guid? whose = null)
    {
        if (number is { } wanted && await Thread(ws, wanted, ct) is { } there)
            return there; // asked for again
        try
        {
            return await Make(ws, channel, facts, isProven, number, whose, ct);
        }
        catch (DbUpdateException trouble) when (number is not null && trouble.IsDuplicate())
        {
            return (await Thread(ws, number.Value, ct))!; // another server, just now
        }
    }

    private Task<KnownThread> Make(int ws, Guid channel, ThreadFacts facts, bool isProven, long? number, Guid? whose, CancellationToken ct)
    {
        var tag = TagOf(ws, facts.Customer.Address);
        return storage.Run(ws, async (unit, stop) =>
        {
            var before = whose ?? await unit.Db.Visible(Scope<MailThread>.Workspace(ws)).Where(thread => thread.AddressTag == tag && thread.IsProven == isProven)
                .OrderByDescending(thread => thread.CreatedAt).Select(thread => (Guid?)thread.ContactId).FirstOrDefaultAsync(stop);
            var fresh = number ?? NewNumber();
            var contact = await contacts.Arrive(unit, new Arrival(channel, IdentityOf(facts.Customer.Address, fresh))
            {
                Name = facts.Customer.Name ?? facts.Customer.Address[..facts.Customer.Address.IndexOf('@', StringComparison.Ordinal)], OnlyIfNameless = true, Whose = before,
                Identities = isProven ? [new ClaimedIdentity(IdentityKinds.Email, facts.Customer.Address)] : [],
            }, stop);
            var ring = await unit.Vault.Contacts.Load(unit, ws, [contact], stop);
            var row = new MailThread
            {
                Ws = ws, Number = fresh, ChannelId = channel, ContactId = contact, AddressTag = tag, IsProven = isProven, CreatedAt = unit.Ids.Now(),
                Sealed = ring.Of(contact)!.Seal(MailSeals.PlaceOf(fresh), facts),
            };
            unit.Db.Add(row);
            await unit.Db.SaveChangesAsync(stop);
            return new KnownThread(row, facts);
        }, ct);
    }

    /// <summary>
    /// Whom a colleague wrote to has answered, proven by a trusted server: the address is theirs from now on. Only in threads that are
    /// ours: in others somebody else may have spoken in their name before.
    /// </summary>
    public async Task Prove(WriteUnit unit, KnownThread thread, CancellationToken ct)
    {
        var (row, customer) = (thread.Row, thread.Facts!.Customer);
        var now = await unit.Db.Visible(Scope<MailThread>.Workspace(row.Ws)).Where(one => one.Number == row.Number && !one.IsProven).ExecuteUpdateAsync(set => set.SetProperty(one => one.IsProven, true), ct);
        if (now > 0)
            await contacts.Arrive(unit, new Arrival(row.ChannelId, IdentityOf(customer.Address, row.Number)) { Identities = [new ClaimedIdentity(IdentityKinds.Email, customer.Address)] }, ct);
    }

    /// <summary>Writes down a mail that stands in a conversation now, and what follows for the thread. The same again changes nothing.</summary>
    public static async Task Keep(WriteUnit unit, KnownThread thread, MailMessageRow mail, MailFacts facts, Func<ThreadFacts, ThreadFacts>? then, CancellationToken ct)
    {
        var known = await unit.Db.Visible(Scope<MailMessageRow>.Workspace(mail.Ws)).AnyAsync(one => one.ChannelId == mail.ChannelId && one.MailKey == mail.MailKey, ct);
        var ring = await unit.Vault.Contacts.Load(unit, mail.Ws, [mail.ContactId], ct);
        if (known || ring.Of(mail.ContactId) is not { } key)
            return;
        unit.Db.Add(new MailMessageRow
        {
            Ws = mail.Ws, Id = mail.Id, ChannelId = mail.ChannelId, Thread = mail.Thread, MailKey = mail.MailKey, SenderTag = mail.SenderTag, ConversationId = mail.ConversationId, Seq = mail.Seq,
            ContactId = mail.ContactId, CreatedAt = mail.CreatedAt, Sealed = key.Seal(MailSeals.PlaceOf(mail.Id), facts),
        });
        await unit.Db.SaveChangesAsync(ct);
        if (then is not null)
            await Change(unit, mail.Ws, thread.Row.Number, then, ct);
    }

    /// <summary>Changes what is known of a thread. False: it is gone.</summary>
    public static async Task<bool> Change(WriteUnit unit, int ws, long number, Func<ThreadFacts, ThreadFacts> change, CancellationToken ct)
    {
        var row = await unit.Db.Visible(Scope<MailThread>.Workspace(ws)).AsNoTracking().SingleOrDefaultAsync(thread => thread.Number == number, ct);
        if (row is null)
            return false;
        var ring = await unit.Vault.Contacts.Load(unit, ws, [row.ContactId], ct);
        if (ring.Of(row.ContactId) is not { } key || ring.Open<ThreadFacts>(MailSeals.PlaceOf(number), row.Sealed) is not { } facts)
            return false;
        var changed = key.Seal(MailSeals.PlaceOf(number), change(facts));
        return await unit.Db.Visible(Scope<MailThread>.Workspace(ws)).Where(thread => thread.Number == number).ExecuteUpdateAsync(set => set.SetProperty(thread => thread.Sealed, changed), ct) == 1;
    }

    public static IReadOnlyList<string> With(IReadOnlyList<string> references, string? id) =>
        id is null || references.Contains(id) ? references : [.. references.Append(id).TakeLast(MostReferences)];

    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        await unit.Db.Visible(Scope<MailMessageRow>.Workspace(erasure.Ws)).Where(mail => people.Contains(mail.ContactId)).ExecuteDeleteAsync(ct);
        var threads = unit.Db.Visible(Scope<MailThread>.Workspace(erasure.Ws)).Where(thread => people.Contains(thread.ContactId)).Select(thread => thread.Number);
        await unit.Db.Visible(Scope<MailMessageRow>.Workspace(erasure.Ws)).Where(mail => threads.Contains(mail.Thread)).ExecuteDeleteAsync(ct);
        await unit.Db.Visible(Scope<MailThread>.Workspace(erasure.Ws)).Where(thread => people.Contains(thread.ContactId)).ExecuteDeleteAsync(ct);
    }

    private static long NewNumber() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
}
