using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Search;

/// <summary>Puts what was said into the full-text index, and takes out what was recalled.</summary>
internal sealed class IndexTexts(ITextIndex index, WordKeys keys, ConversationSeals seals, SearchRebuild rebuild) : ILogListener
{
    public const string Cursor = "search.texts";

    public string Name => Cursor;

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        var texts = new List<IndexedText>(entries.Count);
        foreach (var workspace in entries.GroupBy(entry => entry.Ws))
        {
            var revised = await Revised(workspace.Key, [.. workspace.Where(entry => RevisionOf(entry.Body) is not null)], unit, ct);
            texts.AddRange(Hide(workspace.Key, workspace.Concat(revised)));
        }
        if (texts.Count > 0)
            await index.Put(unit, texts, ct);
        foreach (var workspace in entries.Where(entry => entry.Body is MessageRecalled or NoteRecalled).GroupBy(entry => entry.Ws))
            await index.Remove(unit, workspace.Key, await Originals(workspace.Key, [.. workspace], unit, ct), ct);
        foreach (var workspace in entries.Where(entry => entry.Body is SubjectChanged).GroupBy(entry => entry.Ws))
            await index.Remove(unit, workspace.Key, await OldSubjects(workspace.Key, [.. workspace], unit, ct), ct);
        await rebuild.Ended(unit, ct);
    }

    private List<IndexedText> Hide(int ws, IEnumerable<LogEntry> entries)
    {
        var words = keys.Of(ws);
        var found = new Dictionary<TextPlace, (TextKind Kind, string Text)>(); // the last one counts: edits come after what they edit
        foreach (var entry in entries)
        {
            if (EntryTexts.Of(entry.Body) is { } text)
                found[EntryTexts.PlaceOf(entry)] = text;
        }
        foreach (var (_, text) in found.Values)
            words.Add(text);
        return [.. found.Zip(words.Take(), (one, tokens) => new IndexedText(ws, one.Value.Kind, one.Key, tokens))];
    }

    /// <summary>What was edited, with its new text, in the order of the edits.</summary>
    private async Task<List<LogEntry>> Revised(int ws, List<LogEntry> revisions, WriteUnit unit, CancellationToken ct)
    {
        if (revisions.Count == 0)
            return [];
        var originals = (await seals.Entries(await Rows(ws, revisions, unit).ToListAsync(ct), ct)).ToDictionary(entry => (entry.ConversationId, entry.Seq));
        var edited = new List<LogEntry>();
        foreach (var revision in revisions)
        {
            if (RevisionOf(revision.Body) is not var (of, text) || text is null || !originals.TryGetValue((revision.ConversationId, of), out var original))
                continue;
            edited.Add(original with
            {
                Body = original.Body switch
                {
                    MessagePosted message => message with { Text = text },
                    NotePosted note => note with { Text = text },
                    var other => other,
                },
            });
        }
        return edited;
    }

    private static async Task<List<TextPlace>> Originals(int ws, List<LogEntry> revisions, WriteUnit unit, CancellationToken ct)
    {
        var wanted = revisions.Select(entry => (entry.ConversationId, RevisionOf(entry.Body)!.Value.Of)).ToHashSet();
        var rows = await Rows(ws, revisions, unit).Select(row => new { row.ConversationId, row.Seq, row.At }).ToListAsync(ct);
        return [.. rows.Where(row => wanted.Contains((row.ConversationId, row.Seq))).Select(row => new TextPlace(row.ConversationId, row.Seq, row.At))];
    }

    /// <summary>A conversation is found by the subject that it has, not by those that it had.</summary>
    private static async Task<List<TextPlace>> OldSubjects(int ws, List<LogEntry> changes, WriteUnit unit, CancellationToken ct)
    {
        var newest = changes.GroupBy(entry => entry.ConversationId).ToDictionary(group => group.Key, group => group.Max(entry => entry.Seq));
        var conversations = newest.Keys.ToArray();
        var rows = await unit.Db.Visible(Scope<EntryRow>.Workspace(ws)).Where(row => conversations.Contains(row.ConversationId) && row.Type == EntryType.Subject)
            .Select(row => new { row.ConversationId, row.Seq, row.At }).ToListAsync(ct);
        return [.. rows.Where(row => row.Seq < newest[row.ConversationId]).Select(row => new TextPlace(row.ConversationId, row.Seq, row.At))];
    }

    private static IQueryable<EntryRow> Rows(int ws, List<LogEntry> revisions, WriteUnit unit)
    {
        var conversations = revisions.Select(entry => entry.ConversationId).Distinct().ToArray();
        var seqs = revisions.Select(entry => RevisionOf(entry.Body)!.Value.Of).Distinct().ToArray();
        return unit.Db.Visible(Scope<EntryRow>.Workspace(ws)).Where(row => conversations.Contains(row.ConversationId) && seqs.Contains(row.Seq));
    }

    /// <summary>Null text: recalled.</summary>
    private static (long Of, string? Text)? RevisionOf(EntryBody body) => body switch
    {
        MessageEdited edited => (edited.Of, edited.Text),
        NoteEdited edited => (edited.Of, edited.Text),
        MessageRecalled gone => (gone.Of, null),
        NoteRecalled gone => (gone.Of, null),
        _ => null,
    };
}
