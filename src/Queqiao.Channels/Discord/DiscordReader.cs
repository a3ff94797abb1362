using Queqiao.Channels.Reading;
using Queqiao.Channels.Slack;

namespace Queqiao.Channels.Discord;

/// <summary>Dispatches of the gateway, and interactions.</summary>
internal static class DiscordReader
{
    private static readonly HashSet<string> NotedKinds = ["GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE", "CHANNEL_CREATE", "CHANNEL_DELETE", "GUILD_CREATE", "GUILD_DELETE", "THREAD_CREATE"];
    private static readonly HashSet<string> Quiet = ["READY", "RESUMED", "PRESENCE_UPDATE", "VOICE_STATE_UPDATE", "CHANNEL_UPDATE", "GUILD_UPDATE", "MESSAGE_DELETE_BULK"];

    public static InboundEvent? Dispatch(string name, Node d, string raw, string? ownId)
    {
        var author = d["author"].IsObject ? d["author"] : d["member"]["user"];
        var person = author["id"].Filled ?? d["user_id"].Filled;
        var head = new EventHead(d["id"].Filled ?? Events.HashKey(raw), raw)
        {
            Account = d["application_id"].Filled, Person = person is null ? null : new Person(person) { Name = author["global_name"].Filled ?? author["username"].Filled, Username = author["username"].Filled, AvatarUrl = Avatar(author) },
            Place = d["channel_id"].Filled is { } place ? new Place(place, d["guild_id"].Filled is not null) : null, At = Instant.Iso(d["timestamp"].Text) ?? Instant.Seconds(d["timestamp"].Long),
            Direction = ownId is not null && person == ownId ? EventDirection.Outbound : EventDirection.Inbound,
        };
        return name switch
        {
            "MESSAGE_CREATE" => Message(d, head),
            "MESSAGE_UPDATE" when d["id"].Filled is { } target => d["edited_timestamp"].Filled is null ? null : (head with { Key = $"{target}:{d["edited_timestamp"].Text}" }).Edited(name, target, d["content"].Text, Parts(d)),
            "MESSAGE_DELETE" when d["id"].Filled is { } target => (head with { Key = target + ":deleted" }).Recalled(name, target),
            "MESSAGE_REACTION_ADD" or "MESSAGE_REACTION_REMOVE" when d["message_id"].Filled is { } target => head.Reacted(name, target, d["emoji"]["name"].Filled, name.EndsWith("REMOVE", StringComparison.Ordinal)),
            "TYPING_START" => head.On(new TypingSignalled { Type = name, DedupeKey = head.Key }),
            "INTERACTION_CREATE" => Interaction(d),
            _ when Quiet.Contains(name) => null,
            _ when NotedKinds.Contains(name) => head.Noted(name, name, d.Facts("guild_id")),
            _ => head.Unsupported(name, false),
        };
    }

    public static InboundEvent Interaction(Node d)
    {
        var user = d["user"].IsObject ? d["user"] : d["member"]["user"];
        var data = d["data"];
        var head = new EventHead(d["id"].Filled ?? Events.HashKey(d.Raw), d.Raw)
        {
            Account = d["application_id"].Filled, Person = user["id"].Filled is { } id ? new Person(id) { Name = user["global_name"].Filled ?? user["username"].Filled, Username = user["username"].Filled, AvatarUrl = Avatar(user) } : null,
            Place = d["channel_id"].Filled is { } place ? new Place(place, d["guild_id"].Filled is not null) : null, ReplyWith = d.Facts("token", "application_id"),
        };
        return d["type"].Long switch
        {
            2 => head.Pressed("interaction.command", data["name"].Text, string.Join(' ', data["options"].Items.Select(option => option["value"].Text).OfType<string>()), data["type"].Long == 3 ? data["target_id"].Filled : null,
                facts: new Dictionary<string, string> { ["command"] = data["name"].Text ?? "", ["interaction_id"] = head.Key }),
            3 => head.Pressed("interaction.component", data["values"][0].Text ?? data["custom_id"].Text, null, d["message"]["id"].Filled, facts: data.Facts("custom_id")),
            5 => head.Pressed("interaction.modal", data["custom_id"].Text),
            _ => head.Unsupported("interaction." + d["type"].Text, false),
        };
    }

    private static InboundEvent Message(Node d, EventHead head)
    {
        var id = d["id"].Filled;
        var type = d["type"].Long ?? 0;
        if (type is not (0 or 19 or 20 or 23))
            return head.Noted("MESSAGE_CREATE." + d["type"].Text, "message_type_" + d["type"].Text);
        var isForward = d["message_reference"]["type"].Long == 1;
        var inner = isForward ? d["message_snapshots"][0]["message"] : d;
        return head.Said("MESSAGE_CREATE", id, inner["content"].Filled, Parts(inner), isForward ? null : d["message_reference"]["message_id"].Filled, isForward, d.Facts("guild_id", "webhook_id"));
    }

    private static List<MessagePart> Parts(Node d) =>
    [
        .. d["attachments"].Items.Where(file => file.IsObject).Select(file => (MessagePart)new MediaPart(file["waveform"].Filled is null ? SlackReader.Kind(file["content_type"].Text ?? "") : MediaKind.Voice, new MediaRef(file["id"].Filled, file["url"].Filled)
        {
            Mime = file["content_type"].Filled, FileName = file["filename"].Filled, Size = file["size"].Long,
        })),
        .. d["sticker_items"].Items.Where(sticker => sticker.IsObject).Select(sticker => (MessagePart)new MediaPart(MediaKind.Sticker, new MediaRef(sticker["id"].Filled) { Facts = sticker.Facts("name", "format_type") })),
        .. d["poll"].IsObject ? [new CardPart("poll") { Title = d["poll"]["question"]["text"].Filled }] : Array.Empty<MessagePart>(),
    ];

    private static string? Avatar(Node user) => user["avatar"].Filled is { } hash && user["id"].Filled is { } id ? $"https://cdn.discordapp.com/avatars/{id}/{hash}.png" : null;
}
