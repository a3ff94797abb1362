using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Conversations.Wire;

/// <summary>A conversation as lists and its own page show it: the head and the channel's name.</summary>
internal static class RowWriter
{
    public static void Write(Utf8JsonWriter json, ConversationHead head, ChannelFacts channel)
    {
        json.WriteStartObject();
        json.WriteString("id", head.Id);
        json.WriteNumber("seq", head.Seq);
        json.WriteString("status", head.Status);
        json.WriteStartObject("channel");
        json.WriteString("id", head.ChannelId);
        json.WriteString("kind", channel.Kind);
        json.WriteString("name", channel.Name);
        json.WriteEndObject();
        json.WriteStartObject("contact");
        json.WriteString("id", head.ContactId);
        json.WriteString("name", head.ContactName);
        json.WriteEndObject();
        WriteAssignee(json, head);
        json.WriteString("priority", head.Priority);
        json.WriteStartArray("tags");
        json.WriteEndArray();
        json.WriteNumber("unread", head.Unread);
        WriteTime(json, "waitingSince", head.WaitingSince);
        WriteLastMessage(json, head);
        json.WriteNumber("contactReadSeq", head.ContactReadSeq);
        json.WriteNumber("agentReadSeq", head.AgentReadSeq);
        WriteTime(json, "createdAt", head.CreatedAt);
        WriteTime(json, "lastActivityAt", head.LastActivityAt);
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
