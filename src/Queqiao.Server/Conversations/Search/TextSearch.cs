using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Conversations.Search;

/// <summary>Finds messages and notes, alone or by conversation. Nothing outside the reader's scope is found, counted or hinted at.</summary>
internal sealed class TextSearch(IStorageEngine storage, ConversationSeals seals, ITextIndex index, WordKeys keys, TimeProvider clock)
{
    private const int HitsShown = 3;

    /// <summary>Every hit by itself, newest first.</summary>
    /// <param name="asked">What is looked for.</param>
    /// <param name="before">From the page before.</param>
    /// <param name="limit">Hits of the page.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<FoundPage> Messages(TextsAsked asked, long? before, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(asked.Scope.Ws);
        var walk = Walk(db, asked, before);
        var hits = new List<FoundEntry>();
        await foreach (var hit in walk.Hits(ct))
        {
            hits.Add(hit);
            if (hits.Count > limit)
                break;
        }
        var heads = await Heads(db, asked, hits.Select(hit => hit.Entry.ConversationId), ct);
        var page = hits.Take(limit).Where(hit => heads.ContainsKey(hit.Entry.ConversationId))
            .Select(hit => new FoundConversation(heads[hit.Entry.ConversationId], [hit]));
        return new FoundPage([.. page], hits.Count > limit ? hits[limit - 1].Id : walk.CutAt, walk.CutAt is not null);
    }

    /// <summary>Each conversation once, at its newest hit, with its next ones.</summary>
    /// <inheritdoc cref="Messages"/>
    public async Task<FoundPage> Conversations(TextsAsked asked, long? before, int limit, CancellationToken ct)
    {
        await using var db = storage.Read(asked.Scope.Ws);
        var walk = Walk(db, asked, before);
        var hits = new Dictionary<Guid, List<FoundEntry>>();
        long? next = null;
        await foreach (var hit in walk.Hits(ct))
        {
            var id = hit.Entry.ConversationId;
            if (hits.TryGetValue(id, out var known))
            {
                if (known.Count < HitsShown)
                    known.Add(hit);
                if (known.Count == HitsShown)
                    walk.Enough.Add(id);
                continue;
            }
            if (walk.Enough.Contains(id) || (before is { } shown && await walk.HasFrom(id, shown, EndOf(asked), ct)))
            {
                walk.Enough.Add(id);
                continue;
            }
            if (hits.Count == limit)
            {
                next = hit.Id + 1; // the next page begins with this one
                break;
            }
            hits[id] = [hit];
        }
        var heads = await Heads(db, asked, hits.Keys, ct);
        var page = hits.Values.Where(found => heads.ContainsKey(found[0].Entry.ConversationId)).Select(found => new FoundConversation(heads[found[0].Entry.ConversationId], found));
        return new FoundPage([.. page], next ?? walk.CutAt, walk.CutAt is not null);
    }

    /// <summary>Which conversations have a match, those with the newest hits, and whether there may be more.</summary>
    public async Task<(Guid[] Ids, bool Cut)> Among(Actor actor, string query, int most, CancellationToken ct)
    {
        if (SearchQuery.Parse(query) is not { } parsed)
            return ([], false);
        await using var db = storage.Read(actor.Ws);
        var walk = Walk(db, new TextsAsked(actor.Conversations(), parsed, static rows => rows) { Fields = actor.Rights.Fields }, before: null);
        var ids = new HashSet<Guid>();
        await foreach (var hit in walk.Hits(ct))
        {
            if (ids.Count == most && !ids.Contains(hit.Entry.ConversationId))
                return ([.. ids], true);
            ids.Add(hit.Entry.ConversationId);
            walk.Enough.Add(hit.Entry.ConversationId);
        }
        return ([.. ids], walk.CutAt is not null);
    }

    private TextWalk Walk(QueqiaoDb db, TextsAsked asked, long? before)
    {
        var words = keys.Of(asked.Scope.Ws);
        foreach (var clause in asked.Query.Clauses)
            words.Add(clause.Alternatives);
        return new TextWalk(db, seals, index, clock, asked, new WordsAsked(asked.Scope.Ws, words.Take(), asked.Kinds)
        {
            Before = Math.Min(before ?? long.MaxValue, EndOf(asked)),
            From = asked.From is { } from ? TextPlace.IdAt(from) : 0,
        });
    }

    private static long EndOf(TextsAsked asked) => asked.To is { } to ? TextPlace.IdAt(to) : long.MaxValue;

    private async Task<Dictionary<Guid, ConversationHead>> Heads(QueqiaoDb db, TextsAsked asked, IEnumerable<Guid> ids, CancellationToken ct)
    {
        var wanted = ids.Distinct().ToArray();
        return wanted.Length == 0 ? [] : (await seals.Heads(db.Visible(asked.Scope).Where(head => wanted.Contains(head.Id)), ct)).ToDictionary(head => head.Id);
    }
}

/// <param name="Next">Where the next page begins; null: this was the last.</param>
/// <param name="Cut">It stopped because it had worked enough; there may be more.</param>
internal sealed record FoundPage(IReadOnlyList<FoundConversation> Items, long? Next, bool Cut);

/// <param name="Hits">Newest first, at least one.</param>
internal sealed record FoundConversation(ConversationHead Head, IReadOnlyList<FoundEntry> Hits);
