using System.Text.Json;
using Queqiao.Server.CustomFields;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>A conversation as lists and its own page show it: the head, and names of what it refers to.</summary>
internal static class RowWriter
{
    public static void Write(Utf8JsonWriter json, ConversationHead head, RowFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("id", head.Id);
        json.WriteNumber("seq", head.Seq);
        json.WriteString("status", head.Status);
        WriteTime(json, "snoozedUntil", head.SnoozedUntil);
        json.WriteString("subject", head.Subject);
        json.WriteStartObject("channel");
        json.WriteString("id", head.ChannelId);
        json.WriteString("kind", facts.Channel.Kind);
        json.WriteString("name", facts.Channel.Name);
        json.WriteBoolean("edits", facts.Channel.CanEdit);
        json.WriteBoolean("recalls", facts.Channel.CanRecall);
        WriteShows(json, facts.Channel.Shows);
        if (facts.Channel.Reactions is { Count: > 0 } signs)
            WriteSigns(json, signs);
        json.WriteEndObject();
        json.WriteStartObject("contact");
        json.WriteString("id", head.ContactId);
        json.WriteString("name", head.ContactName);
        json.WriteEndObject();
        WriteAssignee(json, head);
        json.WriteString("priority", head.Priority);
        WriteLabels(json, head, facts);
        json.WriteNumber("unread", head.Unread);
        WriteTime(json, "waitingSince", head.WaitingSince);
        WriteLastMessage(json, head);
        json.WriteNumber("contactReadSeq", head.ContactReadSeq);
        json.WriteNumber("agentReadSeq", head.AgentReadSeq);
        WriteRating(json, head);
        if (head.MergedInto is { } other)
            json.WriteString("mergedInto", other);
        WriteTime(json, "createdAt", head.CreatedAt);
        WriteTime(json, "lastActivityAt", head.LastActivityAt);
        if (facts.Reply is { } reply)
            WriteReply(json, reply);
        json.WriteEndObject();
    }

    /// <summary>What may be put to messages there.</summary>
    private static void WriteSigns(Utf8JsonWriter json, IReadOnlyList<string> signs)
    {
        json.WriteStartArray("reacts");
        foreach (var sign in signs)
            json.WriteStringValue(sign);
        json.WriteEndArray();
    }

    /// <summary>Which marks its customers see; nothing where it is plain text.</summary>
    private static void WriteShows(Utf8JsonWriter json, Marks shows)
    {
        if (shows == Marks.None)
            return;
        json.WriteStartArray("shows");
        foreach (var name in NamesOf(shows))
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    public static IEnumerable<string> NamesOf(Marks shows) => MarkNames.Where(one => shows.HasFlag(one.Mark)).Select(one => one.Name);

    private static readonly (Marks Mark, string Name)[] MarkNames = [(Marks.Bold, "bold"), (Marks.Italic, "italic"), (Marks.Code, "code"), (Marks.Quote, "quote"), (Marks.List, "list"), (Marks.Link, "link")];

    private static void WriteReply(Utf8JsonWriter json, ReplyBudget reply)
    {
        json.WriteStartObject("reply");
        json.WriteBoolean("canSend", reply.CanSend);
        if (reply.Reason is not null)
            json.WriteString("reason", reply.Reason);
        WriteTime(json, "until", reply.Until);
        if (reply.Remaining is { } remaining)
            json.WriteNumber("remaining", remaining);
        json.WriteBoolean("templates", reply.Templates);
        if (reply.After is not null)
            json.WriteString("after", reply.After);
        if (reply.MostText is { } most)
            json.WriteNumber("mostText", most);
        json.WriteStartArray("parts");
        foreach (var part in reply.Parts)
            json.WriteStringValue(part);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAssignee(Utf8JsonWriter json, ConversationHead head)
    {
        if (head.AssigneeId is not { } id)
        {
            json.WriteNull("assignee");
            return;
        }
        json.WriteStartObject("assignee");
        json.WriteString("id", id);
        json.WriteString("name", head.AssigneeName);
        json.WriteEndObject();
    }

    private static void WriteLabels(Utf8JsonWriter json, ConversationHead head, RowFacts facts)
    {
        if (facts.Team is { } team)
        {
            json.WriteStartObject("team");
            json.WriteString("id", team.Id);
            json.WriteString("name", team.Name);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("team");
        }
        json.WriteStartArray("tags");
        foreach (var tag in facts.Tags)
        {
            json.WriteStartObject();
            json.WriteString("id", tag.Id);
            json.WriteString("name", tag.Name);
            json.WriteString("color", tag.Color);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WritePropertyName("fields");
        json.WriteRawValue(FieldValues.Merge(head.Fields, head.PersonalFields) ?? "{}");
        json.WriteStartArray("unseenMentions");
        foreach (var agent in IdSet.Of(head.UnseenMentions))
            json.WriteStringValue(agent);
        json.WriteEndArray();
    }

    private static void WriteRating(Utf8JsonWriter json, ConversationHead head)
    {
        if (head.Rating is not { } score)
        {
            json.WriteNull("rating");
            return;
        }
        json.WriteStartObject("rating");
        json.WriteNumber("score", score);
        WriteTime(json, "at", head.RatedAt);
        json.WriteEndObject();
    }

    private static void WriteLastMessage(Utf8JsonWriter json, ConversationHead head)
    {
        if (head.LastMessageType is not { } type)
        {
            json.WriteNull("lastMessage");
            return;
        }
        json.WriteStartObject("lastMessage");
        json.WriteNumber("seq", head.LastMessageSeq);
        WriteTime(json, "at", head.LastMessageAt);
        json.WriteString("kind", type);
        if (type == EntryType.Message)
            json.WriteString("direction", head.LastMessageSeq == head.LastInSeq ? Direction.In : Direction.Out);
        ItemWriter.WriteSender(json, new Sender(head.LastSenderKind!, head.LastSenderId, head.LastSenderName), head, Audience.Agents);
        json.WriteString("text", head.LastPreview);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long? at)
    {
        if (at is { } known)
            json.WriteString(name, WireTime.Format(known));
        else
            json.WriteNull(name);
    }
}
