using System.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Tests.Support;

/// <summary>Everything the log says, in order.</summary>
internal sealed record LogSnapshot(
    IReadOnlyDictionary<(int Ws, Guid Id), ConversationHead> Heads,
    IReadOnlyList<LogEntry> Entries,
    IReadOnlyList<EntryKeyRow> Keys,
    IReadOnlyList<SlotRow> Slots,
    IReadOnlyList<ContactIdentity> Identities,
    IReadOnlyList<Contact> Contacts)
{
    public IEnumerable<(LogEntry Entry, MessagePosted Message)> Messages =>
        Entries.Where(entry => entry.Body is MessagePosted).Select(entry => (entry, (MessagePosted)entry.Body));

    public IEnumerable<string> Texts(Guid conversation) => Messages.Where(m => m.Entry.ConversationId == conversation).Select(m => m.Message.Text);

    /// <summary>As it was at one instant: a server that still runs may write between two of these readings.</summary>
    /// <param name="db">Reads everything.</param>
    /// <param name="engine">Whose keys open it; it need not have been started.</param>
    public static async Task<LogSnapshot> Of(QueqiaoDb db, IStorageEngine engine)
    {
        await using var instant = db.Database.CurrentTransaction is null ? await OneInstant(db) : null;
        var seals = new ConversationSeals(engine, NullLogger<ConversationSeals>.Instance);
        var heads = await seals.Heads(db.Set<ConversationHead>().AsNoTracking(), CancellationToken.None);
        var entries = await db.Set<EntryRow>().AsNoTracking().OrderBy(e => e.Ws).ThenBy(e => e.ConversationId).ThenBy(e => e.Seq).ToListAsync();
        return new(heads.ToDictionary(head => (head.Ws, head.Id)), await seals.Entries(entries, CancellationToken.None),
            await db.Set<EntryKeyRow>().AsNoTracking().ToListAsync(), await db.Set<SlotRow>().AsNoTracking().ToListAsync(),
            await db.Set<ContactIdentity>().AsNoTracking().ToListAsync(), await db.Set<Contact>().AsNoTracking().ToListAsync());
    }

    private static async Task<IDbContextTransaction?> OneInstant(QueqiaoDb db)
    {
        await db.Database.OpenConnectionAsync();
        return db.Database.GetDbConnection() is SqliteConnection sqlite
            ? await db.Database.UseTransactionAsync(sqlite.BeginTransaction(deferred: true))
            : await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead);
    }
}

/// <summary>What must hold of every log at rest, whatever happened to it.</summary>
internal static class LogInvariants
{
    public static async Task<LogSnapshot> Check(QueqiaoDb db, IStorageEngine engine)
    {
        var log = await LogSnapshot.Of(db, engine);
        var wrong = Violations(log).Take(20).ToList();
        Assert.True(wrong.Count == 0, "The log breaks its own rules:\n" + string.Join('\n', wrong));
        return log;
    }

    public static IEnumerable<string> Violations(LogSnapshot log) => [.. Conversations(log), .. Slots(log), .. Keys(log), .. People(log)];

    private static IEnumerable<string> Conversations(LogSnapshot log)
    {
        var entries = log.Entries.ToLookup(entry => (entry.Ws, entry.ConversationId));
        foreach (var head in log.Heads.Values)
        {
            var replayed = new ConversationHead
            {
                Ws = head.Ws, Id = head.Id, ChannelId = head.ChannelId, Identity = head.Identity, IdentityTag = head.IdentityTag, Sealed = head.Sealed, ContactId = head.ContactId,
                ContactName = head.ContactName, Priority = head.Priority, CreatedAt = head.CreatedAt, LastActivityAt = head.CreatedAt, LastEntryAt = head.CreatedAt,
            };
            long at = 0, position = 0;
            if (!entries.Contains((head.Ws, head.Id)))
                yield return $"{head.Id}: a conversation without entries";
            foreach (var entry in entries[(head.Ws, head.Id)])
            {
                if (entry.Seq != replayed.Seq + 1)
                    yield return $"{entry.Id}: follows seq {replayed.Seq}";
                if (entry.PublicPrev != (entry.Body.IsPublic ? replayed.PublicSeq : null))
                    yield return $"{entry.Id}: public_prev is {entry.PublicPrev}, the chain says {replayed.PublicSeq}";
                if (entry.At < at)
                    yield return $"{entry.Id}: is dated {at - entry.At} ms before the entry it follows";
                if (entry.Position <= position)
                    yield return $"{entry.Id}: position {entry.Position} after {position}";
                if (entry.Body is MessagePosted { Direction: Direction.Out } && entry.Sender.Kind == SenderKind.Bot != (replayed.Status == ConversationStatus.Bot))
                    yield return $"{entry.Id}: {entry.Sender.Kind} speaks while the conversation is {replayed.Status}";
                (at, position) = (entry.At, entry.Position);
                replayed = replayed.After(entry.Body, entry.Sender, entry.At);
            }
            if (replayed != head)
                yield return $"{head.Id}: the head is not what its log makes:\n  stored   {head}\n  replayed {replayed}";
        }
        foreach (var orphan in entries.Where(group => !log.Heads.ContainsKey(group.Key)))
            yield return $"{orphan.Key.ConversationId}: entries without a conversation";
        foreach (var twice in log.Heads.Values.Where(head => !head.IsResolved && head.IdentityTag is not null).GroupBy(head => (head.Ws, head.ChannelId, head.IdentityTag)).Where(group => group.Count() > 1))
            yield return $"{twice.Key.IdentityTag}: has {twice.Count()} unresolved conversations";
    }

    private static IEnumerable<string> Slots(LogSnapshot log)
    {
        if (log.Slots.Count != 64)
            yield return $"there are {log.Slots.Count} slots";
        foreach (var entry in log.Entries.Where(entry => entry.Slot != LogEntry.SlotOf(entry.ConversationId)))
            yield return $"{entry.Id}: in slot {entry.Slot}";
        foreach (var slot in log.Slots)
        {
            var positions = log.Entries.Where(entry => entry.Slot == slot.Slot).Select(entry => entry.Position).Order();
            if (!positions.SequenceEqual(Enumerable.Range(1, (int)slot.Position).Select(n => (long)n)))
                yield return $"slot {slot.Slot}: ends at {slot.Position} but holds positions {string.Join(' ', positions)}";
        }
    }

    private static IEnumerable<string> Keys(LogSnapshot log)
    {
        var entries = log.Entries.ToDictionary(entry => (entry.Ws, entry.ConversationId, entry.Seq));
        foreach (var key in log.Keys)
        {
            if (!entries.TryGetValue((key.Ws, key.ConversationId, key.Seq), out var entry))
                yield return $"key {key.Key}: points at {key.ConversationId}.{key.Seq}, which is not there";
            else if (entry.At != key.At)
                yield return $"key {key.Key}: remembers {key.At}, the entry says {entry.At}";
        }
        foreach (var twice in log.Keys.GroupBy(key => (key.Ws, key.ConversationId, key.Seq)).Where(group => group.Count() > 1))
            yield return $"{twice.Key}: {twice.Count()} keys";
    }

    private static IEnumerable<string> People(LogSnapshot log)
    {
        var contacts = log.Contacts.Select(contact => (contact.Ws, contact.Id)).ToHashSet();
        var identities = log.Identities.ToDictionary(identity => (identity.Ws, identity.ChannelId, (Guid?)identity.Tag), identity => identity.ContactId);
        foreach (var head in log.Heads.Values)
        {
            if (!contacts.Contains((head.Ws, head.ContactId)))
                yield return $"{head.Id}: its contact is not there";
            if (identities.GetValueOrDefault((head.Ws, head.ChannelId, head.IdentityTag)) != head.ContactId)
                yield return $"{head.Id}: its identity belongs to another contact";
        }
        var named = log.Identities.Select(identity => (identity.Ws, identity.ContactId)).ToHashSet();
        foreach (var nobody in contacts.Where(contact => !named.Contains(contact)))
            yield return $"contact {nobody.Id}: nobody's";
        var talking = log.Heads.Values.Select(head => (head.Ws, head.ContactId)).ToHashSet();
        foreach (var silent in contacts.Where(contact => !talking.Contains(contact)))
            yield return $"contact {silent.Id}: never said anything";
    }
}
