using System.Text;
using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Feishu;

/// <summary>Events of version 2.0, and cards of the old form.</summary>
internal static class FeishuReader
{
    private static readonly HashSet<string> NotedKinds =
    [
        "im.chat.member.bot.added_v1", "im.chat.member.bot.deleted_v1", "im.chat.access_event.bot_p2p_chat_entered_v1", "p2p_chat_create", "im.chat.disbanded_v1", "im.chat.updated_v1", "im.chat.member.user.added_v1",
        "im.chat.member.user.deleted_v1", "im.chat.member.user.withdrawn_v1", "im.message.bot_muted_v1",
    ];

    public static InboundEvent Read(Node body)
    {
        var (header, told) = (body["header"], body["event"]);
        var type = header["event_type"].Filled ?? told["type"].Filled ?? (body["action"].IsObject ? "card.action" : "unknown");
        var message = told["message"];
        var head = new EventHead(header["event_id"].Filled ?? body["uuid"].Filled ?? Events.HashKey(body.Raw), body.Raw)
        {
            Account = header["app_id"].Filled, Person = Person(told, body),
            At = Instant.Milliseconds(message["create_time"].Long ?? told["action_time"].Long) ?? Time(header["create_time"]),
            Place = (message["chat_id"].Filled ?? told["context"]["open_chat_id"].Filled ?? told["chat_id"].Filled ?? body["open_chat_id"].Filled) is { } chat
                ? new Place(chat, message["chat_type"].Text == "group") { Title = told["name"].Filled, Thread = message["thread_id"].Filled } : null,
        };
        return type switch
        {
            "im.message.receive_v1" => Message(message, head),
            "im.message.message_read_v1" => head.On(new DeliveryReported(DeliveryState.Read)
            {
                Type = type, DedupeKey = head.Key, TargetIds = [.. told["message_id_list"].Items.Select(id => id.Filled).OfType<string>()],
            }) with { Direction = EventDirection.Outbound, Person = told["reader"]["reader_id"]["open_id"].Filled is { } reader ? new Person(reader) : null },
            "im.message.recalled_v1" when told["message_id"].Filled is { } target => head.Recalled(type, target),
            "im.message.reaction.created_v1" or "im.message.reaction.deleted_v1" when told["message_id"].Filled is { } target => head.Reacted(type, target, told["reaction_type"]["emoji_type"].Filled, type.Contains("deleted", StringComparison.Ordinal)),
            "card.action.trigger" => Card(type, told["action"], told["context"]["open_message_id"].Filled, head),
            "card.action" => Card(type, body["action"], body["open_message_id"].Filled, head),
            "application.bot.menu_v6" => head.Pressed(type, told["event_key"].Filled),
            _ when NotedKinds.Contains(type) => head.Noted(type, type, told.Facts("chat_id", "name", "external")),
            _ => head.Unsupported(type, false),
        };
    }

    /// <summary>Milliseconds; some SDKs' samples have microseconds.</summary>
    private static DateTimeOffset? Time(Node value) => value.Long is > 100_000_000_000_000 and var micro ? Instant.Milliseconds(micro / 1000) : Instant.Milliseconds(value.Long);

    private static Person? Person(Node told, Node body)
    {
        var ids = told["sender"]["sender_id"].IsObject ? told["sender"]["sender_id"] : told["user_id"].IsObject ? told["user_id"] : told["operator"]["operator_id"].IsObject ? told["operator"]["operator_id"]
            : told["operator_id"].IsObject ? told["operator_id"] : told["operator"].IsObject ? told["operator"] : body;
        return (ids["open_id"].Filled ?? ids["user_id"].Filled ?? ids["union_id"].Filled) is { } id ? new Person(id) { Also = ids.Facts("union_id", "user_id") } : null;
    }

    private static ButtonPressed Card(string type, Node action, string? target, EventHead head)
    {
        var value = action["value"];
        return head.Pressed(type, value.IsObject || value.IsArray ? value.Raw : value.Text ?? action["option"].Text ?? action["input_value"].Text, target: target, facts: Form(action));
    }

    private static Dictionary<string, string> Form(Node action)
    {
        var facts = action.Facts("tag", "name", "option", "timezone");
        foreach (var (name, value) in action["form_value"].Members)
            facts["form." + name] = value.Text ?? value.Raw;
        return facts;
    }

    private static InboundEvent Message(Node message, EventHead head)
    {
        var (type, id, content) = (message["message_type"].Text ?? message["msg_type"].Text ?? "unknown", message["message_id"].Filled, message["content"].Embedded);
        var parts = new List<MessagePart>();
        var text = type switch
        {
            "text" => content["text"].Text,
            "post" => Post(content, id, parts),
            _ => null,
        };
        parts.AddRange(Parts(type, content, id));
        return head.Said("message." + type, id, text is null ? null : Mentions(text, message["mentions"]), parts, message["parent_id"].Filled, facts: message.Facts("root_id"));
    }

    private static string Mentions(string text, Node mentions) => mentions.Items.Where(one => one["key"].Filled is not null && one["name"].Text is not null)
        .OrderByDescending(one => one["key"].Text!.Length).Aggregate(text, (said, one) => said.Replace(one["key"].Text!, "@" + one["name"].Text, StringComparison.Ordinal));

    private static IEnumerable<MessagePart> Parts(string type, Node content, string? id) => type switch
    {
        "image" => [Media(MediaKind.Image, content["image_key"].Filled, id)],
        "file" or "folder" => [Media(MediaKind.File, content["file_key"].Filled, id) with { Media = new MediaRef(content["file_key"].Filled) { FileName = content["file_name"].Filled, MessageId = id } }],
        "audio" => [new MediaPart(MediaKind.Voice, new MediaRef(content["file_key"].Filled) { MessageId = id, Duration = Span(content["duration"]) })],
        "media" or "video" => [new MediaPart(MediaKind.Video, new MediaRef(content["file_key"].Filled) { MessageId = id, FileName = content["file_name"].Filled, ThumbId = content["image_key"].Filled, Duration = Span(content["duration"]) })],
        "sticker" => [Media(MediaKind.Sticker, content["file_key"].Filled, id)],
        "location" when (content["latitude"].Double, content["longitude"].Double) is ({ } latitude, { } longitude) => [new LocationPart(latitude, longitude) { Title = content["name"].Filled }],
        "share_chat" => [new CardPart("chat") { Id = content["chat_id"].Filled }],
        "share_user" => [new ContactPart(null) { UserId = content["user_id"].Filled }],
        "interactive" => [new CardPart("card") { Title = content["title"].Filled ?? content["header"]["title"]["content"].Filled }],
        "merge_forward" => [new CardPart("merged_messages") { Title = content["content"].Filled }],
        _ => [],
    };

    private static TimeSpan? Span(Node value) => value.Long is >= 0 and < 1_000_000_000 and var ms ? TimeSpan.FromMilliseconds(ms) : null;

    private static MediaPart Media(MediaKind kind, string? key, string? message) => new(kind, new MediaRef(key) { MessageId = message });

    /// <summary>A post is lines of tagged pieces; it may stand within a language's name.</summary>
    private static string? Post(Node content, string? id, List<MessagePart> parts)
    {
        var post = content["content"].IsArray ? content : content.Members.Select(member => member.Value).FirstOrDefault(value => value["content"].IsArray);
        var lines = new List<string>();
        if (post["title"].Filled is { } title)
            lines.Add(title);
        foreach (var line in post["content"].Items)
        {
            var said = new StringBuilder();
            foreach (var piece in line.Items)
                Piece(piece, id, said, parts);
            if (said.Length > 0)
                lines.Add(said.ToString());
        }
        return lines.Count > 0 ? string.Join('\n', lines) : null;
    }

    private static void Piece(Node piece, string? id, StringBuilder said, List<MessagePart> parts)
    {
        switch (piece["tag"].Text)
        {
            case "text" or "md" or "code_block":
                said.Append(piece["text"].Text);
                break;
            case "a":
                said.Append(piece["text"].Text).Append(" (").Append(piece["href"].Text).Append(')');
                break;
            case "at":
                said.Append('@').Append(piece["user_name"].Filled ?? piece["user_id"].Text);
                break;
            case "emotion":
                said.Append('[').Append(piece["emoji_type"].Text).Append(']');
                break;
            case "img":
                parts.Add(Media(MediaKind.Image, piece["image_key"].Filled, id));
                break;
            case "media":
                parts.Add(Media(MediaKind.Video, piece["file_key"].Filled, id));
                break;
        }
    }
}
