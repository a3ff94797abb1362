using Queqiao.Channels.Reading;
using Queqiao.Channels.Slack;

namespace Queqiao.Channels.Qq;

/// <summary>Dispatches (op 0) of the QQ bot platform.</summary>
internal static class QqReader
{
    private static readonly HashSet<string> NotedKinds = ["C2C_MSG_REJECT", "C2C_MSG_RECEIVE", "GROUP_ADD_ROBOT", "GROUP_DEL_ROBOT", "GROUP_MSG_REJECT", "GROUP_MSG_RECEIVE", "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "MESSAGE_AUDIT_PASS", "MESSAGE_AUDIT_REJECT"];

    public static InboundEvent Read(Node body)
    {
        var (name, d) = (body["t"].Text ?? "unknown", body["d"]);
        var author = d["author"];
        var person = author["user_openid"].Filled ?? author["member_openid"].Filled ?? author["id"].Filled ?? d["openid"].Filled ?? d["user_openid"].Filled ?? d["group_member_openid"].Filled ?? d["op_member_openid"].Filled ?? d["data"]["resolved"]["user_id"].Filled ?? d["user_id"].Filled;
        var group = d["group_openid"].Filled;
        var place = group ?? (name == "DIRECT_MESSAGE_CREATE" ? d["guild_id"].Filled : d["channel_id"].Filled);
        var id = d["id"].Filled;
        var head = new EventHead(id ?? body["id"].Filled ?? Events.HashKey(body.Raw), body.Raw)
        {
            Person = person is null ? null : new Person(person) { Name = author["username"].Filled, AvatarUrl = author["avatar"].Filled, Also = author.Facts("union_openid") },
            Place = place is null ? null : new Place(place, group is not null || name is not "DIRECT_MESSAGE_CREATE" and not "C2C_MESSAGE_CREATE"),
            At = Instant.Iso(d["timestamp"].IsString && !long.TryParse(d["timestamp"].Text, out _) ? d["timestamp"].Text : null) ?? Instant.Seconds(d["timestamp"].Long),
            ReplyWith = name.Contains("MESSAGE", StringComparison.Ordinal) && id is not null ? new Dictionary<string, string> { ["msg_id"] = id } : body["id"].Filled is { } one ? new Dictionary<string, string> { ["event_id"] = one } : Nothing.Facts,
        };
        return name switch
        {
            "C2C_MESSAGE_CREATE" or "GROUP_AT_MESSAGE_CREATE" or "GROUP_MESSAGE_CREATE" or "DIRECT_MESSAGE_CREATE" or "AT_MESSAGE_CREATE" or "MESSAGE_CREATE" =>
                head.Said(name, id, d["content"].Text?.Trim() is { Length: > 0 } said ? said : null, Parts(d), d["message_reference"]["message_id"].Filled),
            "INTERACTION_CREATE" => head.Pressed(name, d["data"]["resolved"]["button_data"].Text, target: d["data"]["resolved"]["message_id"].Filled, facts: d["data"]["resolved"].Facts("button_id")),
            "FRIEND_ADD" => head.Followed(name),
            "FRIEND_DEL" => head.Unfollowed(name),
            "MESSAGE_DELETE" or "DIRECT_MESSAGE_DELETE" or "PUBLIC_MESSAGE_DELETE" when d["message"]["id"].Filled is { } target => head.Recalled(name, target),
            "MESSAGE_REACTION_ADD" or "MESSAGE_REACTION_REMOVE" when d["target"]["id"].Filled is { } target => head.Reacted(name, target, d["emoji"]["id"].Filled, name.EndsWith("REMOVE", StringComparison.Ordinal)),
            _ when NotedKinds.Contains(name) => head.Noted(name, name),
            _ => head.Unsupported(name, false),
        };
    }

    private static List<MessagePart> Parts(Node d) => [.. d["attachments"].Items.Where(file => file.IsObject).Select(file => (MessagePart)new MediaPart(file["content_type"].Text == "voice" ? MediaKind.Voice : SlackReader.Kind(file["content_type"].Text ?? ""), new MediaRef(null, Absolute(file["url"].Filled))
    {
        Mime = file["content_type"].Filled, FileName = file["filename"].Filled, Size = file["size"].Long,
    }))];

    private static string? Absolute(string? url) => url is null || url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url.TrimStart('/');
}
