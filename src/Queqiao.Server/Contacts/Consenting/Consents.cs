using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Bus;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Contacts.Consenting;

internal sealed class Consents(IStorageEngine storage, TimeProvider clock, CacheNews? news = null) : IConsents
{
    private readonly FreshCache<Guid, Kept> _current = new(clock, TimeSpan.FromSeconds(5), news, "notices");

    private sealed record Kept(IReadOnlyList<Notice> Notices);

    public async ValueTask<IReadOnlyList<Notice>> Notices(int ws, Guid channelId, CancellationToken ct) =>
        (await _current.Get(channelId, async (id, stop) => new Kept(Newest(await History(ws, id, stop))), ct))!.Notices;

    public async Task<IReadOnlyList<Notice>> History(int ws, Guid channelId, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await Load(db, ws, channelId, ct);
    }

    public async Task<(Notice Notice, bool IsNew)> Publish(WriteUnit unit, NoticeDraft draft, Guid by, CancellationToken ct)
    {
        var hash = HashOf(draft);
        var newest = Newest(await Load(unit.Db, unit.Ws, draft.ChannelId, ct)).FirstOrDefault(notice => notice.Locale == draft.Locale);
        if (newest?.Hash == Convert.ToHexStringLower(hash))
            return (newest, false);
        var row = new ConsentNotice
        {
            Ws = unit.Ws, ChannelId = draft.ChannelId, Locale = draft.Locale, Version = (newest?.Version ?? 0) + 1, Text = draft.Text,
            Purposes = JsonSerializer.Serialize(Ordered(draft.Purposes), StrictJson.Options), Hash = hash, CreatedAt = unit.Ids.Now(), CreatedBy = by,
        };
        unit.Db.Table<ConsentNotice>().Add(row);
        unit.AfterCommit(() => _current.Forget(draft.ChannelId));
        return (ViewOf(row), true);
    }

    public async Task<IReadOnlyDictionary<string, bool>> StateOf(int ws, Guid contactId, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var all = db.Visible(Scope<Contact>.Workspace(ws));
        // Of somebody who is several contacts every one counts.
        var root = await all.Where(contact => contact.Id == contactId).Select(contact => contact.MergedInto).SingleOrDefaultAsync(ct) ?? contactId;
        var tree = await all.Where(contact => contact.Id == root || contact.MergedInto == root).Select(contact => contact.Id).ToListAsync(ct);
        return await State(db, ws, tree, ct);
    }

    public async Task<Guid?> ContactOf(int ws, Guid channelId, string identity, CancellationToken ct)
    {
        var tag = storage.Vault.Tag(ws, ContactPlaces.IdentityPurpose, identity);
        await using var db = storage.Read(ws);
        return await db.Visible(Scope<ContactIdentity>.Workspace(ws))
            .Where(row => row.ChannelId == channelId && row.Tag == tag)
            .Select(row => (Guid?)row.ContactId).SingleOrDefaultAsync(ct);
    }

    public async Task Record(WriteUnit unit, Guid contactId, IReadOnlyList<ConsentLine> lines, CancellationToken ct)
    {
        var known = await unit.Db.Visible(Scope<ConsentRow>.Workspace(unit.Ws)).Where(row => row.ContactId == contactId).ToListAsync(ct);
        foreach (var line in lines)
        {
            var hash = line.Notice is { } seen ? Convert.FromHexString(seen.Hash) : null;
            var last = known.Where(row => row.Purpose == line.Purpose).OrderBy(row => row.At).ThenBy(row => row.Id).LastOrDefault();
            // An old answer that a token still carries must not undo what was said since.
            if (last is not null && (last.At > line.At || (last.Act == line.Act && (last.NoticeHash ?? []).AsSpan().SequenceEqual(hash))))
                continue;
            var row = new ConsentRow
            {
                Ws = unit.Ws, Id = unit.Ids.New(), ContactId = contactId, Purpose = line.Purpose, Act = line.Act, NoticeHash = hash,
                NoticeLocale = line.Notice?.Locale, NoticeVersion = line.Notice?.Version, ChannelId = line.ChannelId,
                At = line.At, How = line.How, ActorId = line.ActorId,
            };
            unit.Db.Add(row);
            known.Add(row);
        }
    }

    /// <summary>
    /// What holds for a person who is one or several contacts: a purpose is allowed when somebody gave it and none of them has taken
    /// it back since. When two people turn out to be one, their no counts for both.
    /// </summary>
    internal static async Task<IReadOnlyDictionary<string, bool>> State(QueqiaoDb db, int ws, IReadOnlyList<Guid> contacts, CancellationToken ct)
    {
        var rows = await db.Visible(Scope<ConsentRow>.Workspace(ws)).Where(row => contacts.Contains(row.ContactId)).ToListAsync(ct);
        return Replay(rows);
    }

    internal static IReadOnlyDictionary<string, bool> Replay(IEnumerable<ConsentRow> rows) => rows
        .GroupBy(row => (row.Purpose, row.ContactId), (key, lines) => (key.Purpose, Last: lines.OrderBy(line => line.At).ThenBy(line => line.Id).Last()))
        .GroupBy(one => one.Purpose, one => one.Last.Act != ConsentActs.Withdrawn)
        .ToDictionary(group => group.Key, group => group.All(given => given), StringComparer.Ordinal);

    private static async Task<List<Notice>> Load(QueqiaoDb db, int ws, Guid channelId, CancellationToken ct)
    {
        var rows = await db.Table<ConsentNotice>().AsNoTracking().Where(notice => notice.Ws == ws && notice.ChannelId == channelId)
            .OrderByDescending(notice => notice.CreatedAt).ThenByDescending(notice => notice.Version).ToListAsync(ct);
        return [.. rows.Select(ViewOf)];
    }

    private static List<Notice> Newest(IReadOnlyList<Notice> notices) =>
        [.. notices.GroupBy(notice => notice.Locale, (_, versions) => versions.MaxBy(notice => notice.Version)!)];

    private static Notice ViewOf(ConsentNotice row) => new(row.ChannelId, row.Locale, row.Version, row.Text,
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.Purposes, TolerantJson.Options)!, Convert.ToHexStringLower(row.Hash), row.CreatedAt);

    private static Dictionary<string, string> Ordered(IReadOnlyDictionary<string, string> purposes) =>
        Purposes.Optional.Where(purposes.ContainsKey).ToDictionary(purpose => purpose, purpose => purposes[purpose], StringComparer.Ordinal);

    private static byte[] HashOf(NoticeDraft draft) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { draft.Locale, draft.Text, Purposes = Ordered(draft.Purposes) }, StrictJson.Options));
}
