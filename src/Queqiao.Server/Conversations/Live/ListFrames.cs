using System.Text.Json;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Gateway;

namespace Queqiao.Server.Conversations.Live;

/// <summary>Frames about lists.</summary>
internal sealed class ListFrames(RowFactsSource source)
{
    public static byte[] Watching(string view, string cursor, bool resync, InboxCounts counts) =>
        Frames.Write((view, cursor, resync, counts), static (json, it) =>
        {
            json.WriteString("op", "watching");
            json.WriteString("list", it.view);
            json.WriteString("cursor", it.cursor);
            json.WriteBoolean("resync", it.resync);
            WriteCounts(json, it.counts, null);
        });

    /// <param name="view">Which list.</param>
    /// <param name="cursor">Empty when more is coming: the console keeps the one it has.</param>
    /// <param name="rows">In the list now.</param>
    /// <param name="gone">Not in it, or no longer.</param>
    /// <param name="counts">Of the views that are always there, and of the saved ones when they changed.</param>
    /// <param name="fields">How people's data shows to the reader.</param>
    public async ValueTask<byte[]> Changed(string view, string cursor, List<ConversationHead> rows, List<ConversationHead> gone, (InboxCounts Known, IReadOnlyDictionary<Guid, int>? Saved) counts, FieldPolicy fields)
    {
        var facts = new List<(ConversationHead, RowFacts)>(rows.Count);
        foreach (var row in rows)
            facts.Add((row.For(fields), await source.Of(row, CancellationToken.None)));
        return Frames.Write((view, cursor, facts, gone, counts), static (json, it) =>
        {
            json.WriteString("event", "list.changed");
            json.WriteString("list", it.view);
            if (it.cursor.Length > 0)
                json.WriteString("cursor", it.cursor);
            json.WriteStartObject("data");
            json.WriteStartArray("rows");
            foreach (var (head, names) in it.facts)
                RowWriter.Write(json, head, names);
            json.WriteEndArray();
            json.WriteStartArray("gone");
            foreach (var head in it.gone)
            {
                json.WriteStartObject();
                json.WriteString("id", head.Id);
                json.WriteNumber("seq", head.Seq);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            WriteCounts(json, it.counts.Known, it.counts.Saved);
            json.WriteEndObject();
        });
    }

    private static void WriteCounts(Utf8JsonWriter json, InboxCounts counts, IReadOnlyDictionary<Guid, int>? views)
    {
        json.WriteStartObject("counts");
        json.WriteNumber("mine", counts.Mine);
        json.WriteNumber("unassigned", counts.Unassigned);
        json.WriteNumber("all", counts.All);
        json.WriteNumber("resolved", counts.Resolved);
        json.WriteNumber("mentions", counts.Mentions);
        json.WriteNumber("snoozed", counts.Snoozed);
        json.WriteNumber("team", counts.Team);
        if (views is not null)
        {
            json.WriteStartObject("views");
            foreach (var (id, count) in views)
                json.WriteNumber(id.ToString(), count);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
