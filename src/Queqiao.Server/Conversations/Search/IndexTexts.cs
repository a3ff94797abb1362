using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Search;

/// <summary>Puts what was said into the full-text index.</summary>
internal sealed class IndexTexts(ITextIndex index, WordKeys keys, SearchRebuild rebuild) : ILogListener
{
    public const string Cursor = "search.texts";

    public string Name => Cursor;

    public async Task On(IReadOnlyList<LogEntry> entries, WriteUnit unit, CancellationToken ct)
    {
        var texts = new List<IndexedText>(entries.Count);
        foreach (var workspace in entries.GroupBy(entry => entry.Ws))
        {
            var words = keys.Of(workspace.Key);
            var found = new List<(TextKind Kind, TextPlace Place)>();
            foreach (var entry in workspace)
            {
                if (EntryTexts.Of(entry.Body) is not var (kind, text))
                    continue;
                words.Add(isPerson: false, text);
                found.Add((kind, EntryTexts.PlaceOf(entry)));
            }
            texts.AddRange(found.Zip(words.Take(), (one, tokens) => new IndexedText(workspace.Key, one.Kind, one.Place, tokens)));
        }
        if (texts.Count > 0)
            await index.Put(unit, texts, ct);
        await rebuild.Ended(unit, ct);
    }
}
