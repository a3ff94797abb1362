using System.Text.Json;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Json;
using Queqiao.Text.Searching;

namespace Queqiao.Server.Conversations.Search;

/// <summary>What was found, as JSON. Snippets are plain text; marks are [start, end) in UTF-16 units, as JavaScript counts.</summary>
internal static class SearchWriter
{
    public static void Write(Utf8JsonWriter json, FoundConversation found, RowFacts facts)
    {
        json.WriteStartObject();
        json.WritePropertyName("conversation");
        RowWriter.Write(json, found.Head, facts);
        json.WriteStartArray("hits");
        foreach (var hit in found.Hits)
            Write(json, hit, found.Head);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, FoundEntry hit, ConversationHead head)
    {
        json.WriteStartObject();
        json.WriteNumber("seq", hit.Entry.Seq);
        json.WriteString("at", WireTime.Format(hit.Entry.At));
        json.WriteString("kind", EntryBodies.TypeOf(hit.Entry.Body));
        if (hit.Entry.Body is MessagePosted message)
            json.WriteString("direction", message.Direction);
        ItemWriter.WriteSender(json, hit.Entry.Sender, head, Audience.Agents);
        Write(json, hit.Snippet);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Snippet snippet)
    {
        json.WriteStartObject("snippet");
        json.WriteString("text", snippet.Text);
        json.WriteStartArray("marks");
        foreach (var mark in snippet.Marks)
        {
            json.WriteStartArray();
            json.WriteNumberValue(mark.Start);
            json.WriteNumberValue(mark.End);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
