using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Conversations.Live;

/// <summary>Frames that are not entries: greeting, typing, presence.</summary>
internal static class LiveFrames
{
    public static byte[] Ready(DateTimeOffset now, ConversationHead? customersOwn = null) => Frames.Write((now, customersOwn), static (json, it) =>
    {
        json.WriteString("op", "ready");
        json.WriteNumber("heartbeatSeconds", Gateway.HeartbeatSeconds);
        json.WriteString("serverTime", WireTime.Format(it.now));
        if (it.customersOwn is { } head)
        {
            json.WriteString("conversation", head.Id);
            json.WriteNumber("seq", head.PublicSeq);
        }
    });

    public static byte[] Typing(Guid conversation, string kind, Guid? id, string? name, bool on) =>
        Frames.Write((conversation, kind, id, name, on), static (json, it) =>
        {
            json.WriteString("event", "typing");
            json.WriteString("conversation", it.conversation);
            json.WriteStartObject("data");
            json.WriteString("kind", it.kind);
            if (it.id is { } who)
                json.WriteString("id", who);
            json.WriteString("name", it.name);
            json.WriteBoolean("on", it.on);
            json.WriteEndObject();
        });

    /// <summary>A colleague has a conversation open, or has it no more.</summary>
    public static byte[] Viewing(Guid conversation, Guid id, string name, bool on) => Frames.Write((conversation, id, name, on), static (json, it) =>
    {
        json.WriteString("event", "viewing");
        json.WriteString("conversation", it.conversation);
        json.WriteStartObject("data");
        json.WriteString("id", it.id);
        json.WriteString("name", it.name);
        json.WriteBoolean("on", it.on);
        json.WriteEndObject();
    });

    /// <summary>What is to be sent later in a conversation changed: look again.</summary>
    public static byte[] Scheduled(Guid conversation) => Frames.Write(conversation, static (json, id) =>
    {
        json.WriteString("event", "scheduled.updated");
        json.WriteString("conversation", id);
    });

    public static byte[] ContactPresence(Guid conversation, bool online) => Frames.Write((conversation, online), static (json, it) =>
    {
        json.WriteString("event", "presence.updated");
        json.WriteString("conversation", it.conversation);
        json.WriteStartObject("data");
        json.WriteBoolean("contactOnline", it.online);
        json.WriteEndObject();
    });

    public static byte[] AgentPresence(Guid agent, bool online) => Frames.Write((agent, online), static (json, it) =>
    {
        json.WriteString("event", "presence.updated");
        json.WriteStartObject("data");
        json.WriteString("agentId", it.agent);
        json.WriteBoolean("online", it.online);
        json.WriteEndObject();
    });
}
