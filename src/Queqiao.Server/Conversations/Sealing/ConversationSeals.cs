using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Sealing;

/// <summary>
/// The one place where conversations turn from clear to sealed and back. In memory heads and entries are clear; in the database what
/// is about a person is sealed under that person's key, bound to its row. The log writes through here, and every reader of heads and
/// entries ends its query with <see cref="Heads"/>, <see cref="Head"/> or <see cref="Entries(IReadOnlyList{EntryRow}, CancellationToken)"/>.
/// </summary>
internal sealed class ConversationSeals(IStorageEngine storage, ILogger<ConversationSeals> log)
{
    private const string IdentityPurpose = "channel identity";
    private const string EntryPurpose = "entry of an erased person";

    private readonly Vault _vault = storage.Vault;
    private readonly ContactVault _people = storage.Vault.Contacts;

    public ContactVault People => _people;

    /// <summary>What stands for a channel's name of a person in indexes and keys.</summary>
    public Guid TagOf(int ws, string identity) => _vault.Tag(ws, IdentityPurpose, identity);

    // ---- heads ----

    /// <summary>Runs the query and opens what it finds.</summary>
    public async Task<List<ConversationHead>> Heads(IQueryable<ConversationHead> query, CancellationToken ct)
    {
        var rows = await query.ToListAsync(ct);
        var opened = new List<ConversationHead>(rows.Count);
        foreach (var workspace in rows.GroupBy(head => head.Ws))
        {
            var ring = await _people.LoadFor(workspace.Key, workspace.Select(head => head.Sealed?.Bytes), ct);
            if (workspace.Count() == rows.Count)
                return rows.ConvertAll(head => Open(head, ring));
            opened.AddRange(workspace.Select(head => Open(head, ring)));
        }
        var order = opened.ToDictionary(head => head.Id);
        return rows.ConvertAll(head => order[head.Id]);
    }

    /// <summary>Heads as they were loaded, of any workspaces, opened.</summary>
    public async ValueTask<Dictionary<(int Ws, Guid Id), ConversationHead>> Opened(IReadOnlyList<ConversationHead> heads, CancellationToken ct)
    {
        var opened = new Dictionary<(int Ws, Guid Id), ConversationHead>(heads.Count);
        foreach (var workspace in heads.GroupBy(head => head.Ws))
        {
            var ring = await _people.LoadFor(workspace.Key, workspace.Select(head => head.Sealed?.Bytes), ct);
            foreach (var head in workspace)
                opened[(head.Ws, head.Id)] = Open(head, ring);
        }
        return opened;
    }

    /// <summary>The first of what the query finds, opened.</summary>
    public async Task<ConversationHead?> Head(IQueryable<ConversationHead> query, CancellationToken ct)
    {
        if (await query.FirstOrDefaultAsync(ct) is not { } head)
            return null;
        return Open(head, await _people.LoadFor(head.Ws, [head.Sealed?.Bytes], ct));
    }

    /// <summary>A stored head with what it says about people.</summary>
    public ConversationHead Open(ConversationHead head, ContactKeyRing ring)
    {
        if (head.Sealed is not { } stored)
            return head with { Personal = HeadPersonal.Nobody }; // erased
        var why = ring.Open(PlaceOf(head.Id), stored.Bytes, out var clear);
        if (why == Unreadable.Damaged)
        {
            Damages.Note("conversation", head.Id.ToString(), head.Ws);
            log.Damaged("the head", head.Id);
        }
        return head with { Personal = why == Unreadable.No ? HeadPersonal.Read(clear) : HeadPersonal.Nobody };
    }

    /// <summary>Whether a stored head was changed since; quietly, for who looks at all of them.</summary>
    public static bool IsDamaged(ConversationHead head, ContactKeyRing ring) =>
        head.Sealed is { } stored && ring.Open(PlaceOf(head.Id), stored.Bytes, out _) == Unreadable.Damaged;

    /// <summary>What is stored of a head; what it says about people is sealed again only when it changed.</summary>
    /// <param name="head">As it is now.</param>
    /// <param name="before">As it was loaded; null when it begins.</param>
    /// <param name="key">Of its contact; null when they were erased.</param>
    public static SealedHead? Seal(ConversationHead head, ConversationHead? before, ContactKey? key)
    {
        if (head.ErasedAt is not null)
            return null;
        if (before is not null && before.ContactId == head.ContactId && before.Personal == head.Personal)
            return before.Sealed;
        return key is null ? null : new SealedHead(key.Seal(PlaceOf(head.Id), head.Personal!.Write()));
    }

    private static SealedPlace PlaceOf(Guid conversation) => new("conversation", conversation);

    // ---- entries ----

    /// <summary>Opens rows of the log, of any workspaces, in their order.</summary>
    public async ValueTask<List<LogEntry>> Entries(IReadOnlyList<EntryRow> rows, CancellationToken ct)
    {
        var rings = new Dictionary<int, ContactKeyRing>();
        foreach (var workspace in rows.GroupBy(row => row.Ws))
            rings[workspace.Key] = await _people.LoadFor(workspace.Key, workspace.Select(row => row.Body), ct);
        var entries = new List<LogEntry>(rows.Count);
        foreach (var row in rows)
            entries.Add(Open(row, rings[row.Ws]));
        return entries;
    }

    public LogEntry Open(EntryRow row, ContactKeyRing ring)
    {
        var why = TryOpen(row, ring, out var clear);
        if (why == Unreadable.No)
        {
            var (body, name) = EntryBodies.Read(row.Type, clear);
            return row.ToEntry(body, name);
        }
        if (why == Unreadable.Damaged)
        {
            Damages.Note("entry", $"{row.ConversationId}.{row.Seq}", row.Ws);
            log.Damaged("an entry", row.ConversationId, row.Seq);
        }
        return row.ToEntry(new UnreadableEntry(row.Type, why), null);
    }

    private Unreadable TryOpen(EntryRow row, ContactKeyRing ring, out byte[] clear)
    {
        if (ContactKey.OwnerOf(row.Body) is not null)
            return ring.Open(EntryPlace(row.Type, row.ConversationId, row.Seq), row.Body, out clear);
        try
        {
            clear = _vault.Open(row.Ws, Anonymous(row.Type, row.Seq), row.Body, row.ConversationId);
            return Unreadable.No;
        }
        catch (DamagedException)
        {
            clear = [];
            return Unreadable.Damaged;
        }
    }

    /// <summary>The stored form of an entry.</summary>
    /// <param name="entry">In clear.</param>
    /// <param name="key">Of the contact; null when they were erased: the firm's own key then, for what follows is about nobody.</param>
    public byte[] Seal(LogEntry entry, ContactKey? key)
    {
        var type = EntryBodies.TypeOf(entry.Body);
        var clear = EntryBodies.Write(entry.Body, entry.Sender.Name);
        return key is null
            ? _vault.Seal(entry.Ws, Anonymous(type, entry.Seq), clear, entry.ConversationId)
            : key.Seal(EntryPlace(type, entry.ConversationId, entry.Seq), clear);
    }

    private static SealedPlace EntryPlace(string type, Guid conversation, long seq) => new(Places.GetOrAdd(type, static name => "entry." + name), conversation, seq);

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> Places = new();

    private static string Anonymous(string type, long seq) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{EntryPurpose}|{type}|{seq}");
}

internal static class DamageLog
{
    private static readonly Action<ILogger, string, Guid, long, Exception?> Message = LoggerMessage.Define<string, Guid, long>(
        LogLevel.Error, new EventId(3101, "Damaged"), "Damaged: {What} of conversation {Conversation} (seq {Seq}) does not open; it was changed outside of Queqiao, or the disk is failing");

    public static void Damaged(this ILogger log, string what, Guid conversation, long seq = 0) => Message(log, what, conversation, seq, null);
}
