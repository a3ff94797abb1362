using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Folding;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Conversations.Search;

/// <summary>
/// One walk through what may match, newest first: ask the index for some, keep those whose conversation the reader may see, read
/// and open them, keep those that match. Works only as far as somebody takes hits, and gives up when it has worked enough.
/// </summary>
/// <param name="db">Reads the workspace; for this walk alone.</param>
internal sealed class TextWalk(QueqiaoDb db, ConversationSeals seals, ITextIndex index, TimeProvider clock, TextsAsked asked, WordsAsked words)
{
    private const int FirstStep = 64;
    private const int LongestStep = 4096;
    private const int ReadAtOnce = 64;
    private const int MostExamined = 60_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Guid, Seen> _known = [];
    private readonly FoldedText _folded = new();

    /// <summary>Where it stopped because it had worked enough; null: it did not.</summary>
    public long? CutAt { get; private set; }

    /// <summary>Conversations of which no more hits are wanted: they are passed over unread.</summary>
    public HashSet<Guid> Enough { get; } = [];

    /// <summary>What matches, newest first.</summary>
    public async IAsyncEnumerable<FoundEntry> Hits([EnumeratorCancellation] CancellationToken ct)
    {
        var (began, examined, before) = (clock.GetTimestamp(), 0, words.Before);
        for (var step = FirstStep; ; step = Math.Min(step * 4, LongestStep))
        {
            var found = await index.Find(db, words with { Before = before }, step, ct);
            foreach (var some in (await Visible(found, ct)).Chunk(ReadAtOnce))
            {
                foreach (var hit in await Check(some.Where(text => !Enough.Contains(text.OwnerId)).ToList(), ct))
                    yield return hit;
            }
            if (found.Count < step)
                yield break;
            before = found[^1].Id;
            examined += found.Count;
            if (examined < MostExamined && clock.GetElapsedTime(began) < Longest)
                continue;
            CutAt = before;
            yield break;
        }
    }

    /// <summary>Whether a conversation has a match at or after a place: then a page before this one has shown it.</summary>
    public async Task<bool> HasFrom(Guid conversation, long id, long end, CancellationToken ct)
    {
        var at = TextPlace.AtOf(id);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(words.Ws)).Where(entry => entry.ConversationId == conversation && entry.At >= at).ToListAsync(ct);
        var subject = rows.Where(row => row.Type == EntryType.Subject).Select(row => row.Seq).DefaultIfEmpty().Max(); // earlier ones are not in the index
        return (await Open(rows, ct)).Any(entry => (entry.Body is not SubjectChanged || entry.Seq == subject) &&
            EntryTexts.PlaceOf(entry).Id is var place && place >= id && place < end && EntryTexts.Of(entry.Body) is var (kind, _) && words.Kinds.Contains(kind) && Match(entry, place) is not null);
    }

    private async Task<IReadOnlyList<FoundText>> Visible(IReadOnlyList<FoundText> found, CancellationToken ct)
    {
        var unknown = found.Select(text => text.OwnerId).Where(id => !_known.ContainsKey(id)).Distinct().ToArray();
        if (unknown.Length > 0)
        {
            var seen = await asked.Filter(db.Visible(asked.Scope)).Where(head => unknown.Contains(head.Id)).Select(head => new { head.Id, head.RevisedSeq }).ToListAsync(ct);
            foreach (var id in unknown)
                _known[id] = default;
            seen.ForEach(head => _known[head.Id] = new(true, head.RevisedSeq > 0));
        }
        return [.. found.Where(text => _known[text.OwnerId].IsVisible)];
    }

    private async Task<IReadOnlyList<FoundEntry>> Check(List<FoundText> some, CancellationToken ct)
    {
        if (some.Count == 0)
            return [];
        var ids = some.ToDictionary(text => (text.OwnerId, text.Seq), text => text.Id);
        var conversations = some.Select(text => text.OwnerId).Distinct().ToArray();
        var (seqs, instants) = (some.Select(text => text.Seq).Distinct().ToArray(), some.Select(text => TextPlace.AtOf(text.Id)).Distinct().ToArray());
        var rows = await db.Visible(Scope<EntryRow>.Workspace(words.Ws))
            .Where(entry => conversations.Contains(entry.ConversationId) && seqs.Contains(entry.Seq) && instants.Contains(entry.At)).ToListAsync(ct);
        var hits = new List<FoundEntry>(rows.Count);
        foreach (var entry in await Open([.. rows.Where(row => ids.ContainsKey((row.ConversationId, row.Seq)))], ct))
        {
            if (Match(entry, ids[(entry.ConversationId, entry.Seq)]) is { } hit)
                hits.Add(hit);
        }
        hits.Sort(static (one, other) => other.Id.CompareTo(one.Id));
        return hits;
    }

    /// <summary>Entries as they are now: with edits, and without what was recalled.</summary>
    private async Task<IReadOnlyList<LogEntry>> Open(IReadOnlyList<EntryRow> rows, CancellationToken ct)
    {
        var entries = await seals.Entries(rows, ct);
        if (entries.All(entry => !_known.GetValueOrDefault(entry.ConversationId).IsRevised))
            return entries;
        var folded = new List<LogEntry>(entries.Count);
        foreach (var conversation in entries.GroupBy(entry => entry.ConversationId))
            folded.AddRange(_known[conversation.Key].IsRevised ? await Revisions.Fold(db, seals, words.Ws, conversation.Key, [.. conversation], ct) : conversation);
        return folded;
    }

    private FoundEntry? Match(LogEntry entry, long id)
    {
        // What the reader sees starred out is not found either: else numbers could be found out digit by digit.
        if (EntryTexts.Of(entry.For(asked.Fields).Body) is not var (_, text))
            return null;
        TextFolding.Fold(text, _folded);
        var marks = new List<TextRange>();
        return asked.Query.Matches(_folded, marks) ? new FoundEntry(id, entry, Snippet.Of(text, marks)) : null;
    }
}

/// <summary>What is known of a conversation during a walk.</summary>
internal readonly record struct Seen(bool IsVisible, bool IsRevised);

/// <summary>What a reader asks for.</summary>
/// <param name="Scope">What they may see.</param>
/// <param name="Filter">Which of that they want.</param>
internal sealed record TextsAsked(Scope<ConversationHead> Scope, SearchQuery Query, Func<IQueryable<ConversationHead>, IQueryable<ConversationHead>> Filter)
{
    /// <summary>Messages; colleagues' notes too when the reader is one.</summary>
    public IReadOnlyList<TextKind> Kinds { get; init; } = [TextKind.Message, TextKind.Subject, TextKind.Note];

    /// <summary>How people's data shows to the reader.</summary>
    public FieldPolicy Fields { get; init; } = FieldPolicy.Clear;

    /// <summary>Unix milliseconds, inclusive.</summary>
    public long? From { get; init; }

    /// <summary>Unix milliseconds, exclusive.</summary>
    public long? To { get; init; }
}

internal sealed record FoundEntry(long Id, LogEntry Entry, Snippet Snippet);
