using System.Globalization;
using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Telegram;

/// <summary>Updates of the Bot API.</summary>
internal static class TelegramReader
{
    private static readonly string[] NotedKinds = ["my_chat_member", "chat_member", "chat_join_request", "business_connection", "poll", "poll_answer", "chat_boost", "removed_chat_boost", "message_reaction_count", "purchased_paid_media"];

    public static InboundEvent? Read(Node update)
    {
        var (kind, body) = update.Members.FirstOrDefault(member => member.Name != "update_id");
        if (kind is null)
            return update.IsObject ? new EventHead(Events.HashKey(update.Raw), update.Raw).Unsupported("empty", false) : null;
        var key = update["update_id"].Filled is { } id ? "update:" + id : Events.HashKey(update.Raw);
        var from = body["from"].IsObject ? body["from"] : body["user"].IsObject ? body["user"] : body["sender_chat"];
        var chat = body["chat"].IsObject ? body["chat"] : body["message"]["chat"];
        var head = new EventHead(key, update.Raw)
        {
            Person = Person(from), Place = chat["id"].Filled is { } place ? new Place(place, chat["type"].Text is "group" or "supergroup" or "channel") { Title = chat["title"].Filled, Thread = body["message_thread_id"].Filled } : null,
            At = Instant.Seconds(body["date"].Long ?? body["message"]["date"].Long),
        };
        return kind switch
        {
            "message" or "channel_post" or "business_message" => Message(kind, body, head),
            "edited_message" or "edited_channel_post" or "edited_business_message" when body["message_id"].Filled is { } target => head.Edited(kind, target, Text(body), Parts(body)),
            "callback_query" => head.Pressed(kind, body["data"].Text ?? body["game_short_name"].Text, null, body["message"]["message_id"].Filled, facts: body.Facts("inline_message_id")) with { ReplyWith = body.Facts("id") },
            "message_reaction" => Reaction(body, head),
            "deleted_business_messages" when body["message_ids"][0].Filled is { } target => head.Recalled(kind, target),
            "my_chat_member" when body["new_chat_member"]["status"].Text == "kicked" && !(head.Place?.IsGroup ?? false) => head.Unfollowed(kind),
            "my_chat_member" when body["new_chat_member"]["status"].Text == "member" && !(head.Place?.IsGroup ?? false) => head.Followed(kind),
            _ when NotedKinds.Contains(kind) => head.Noted(kind, kind, body["new_chat_member"].Facts("status")),
            _ => head.Unsupported(kind, false),
        };
    }

    private static Person? Person(Node from) => from["id"].Filled is not { } id ? null : new Person(id)
    {
        Name = $"{from["first_name"].Text} {from["last_name"].Text}".Trim() is { Length: > 0 } name ? name : from["title"].Filled, Username = from["username"].Filled, Language = from["language_code"].Filled,
    };

    private static InboundEvent Message(string kind, Node body, EventHead head)
    {
        var facts = body.Facts("media_group_id", "business_connection_id");
        var origin = body["forward_origin"];
        var forwarded = origin.IsMissing ? body["forward_from"].IsMissing ? body["forward_from_chat"] : body["forward_from"] : origin["sender_user"].IsMissing ? origin["chat"] : origin["sender_user"];
        if (forwarded["id"].Filled is { } first)
            facts["forward_from_id"] = first;
        var (text, parts) = (Text(body), Parts(body));
        if (text is { Length: > 1 } && text[0] == '/')
            facts["command"] = text[1..].Split(' ', '@', '\n')[0];
        if (text is null && parts.Count == 0 && Service(body) is { } service)
            return head.Noted(kind + "." + service, service);
        var isForwarded = !origin.IsMissing || body["forward_date"].Long is not null || facts.ContainsKey("forward_from_id");
        return head.Said(kind, body["message_id"].Filled, text, parts, body["reply_to_message"]["message_id"].Filled, isForwarded, facts);
    }

    private static string? Service(Node body) => body.Members.Select(member => member.Name).FirstOrDefault(name =>
        name is "new_chat_members" or "left_chat_member" or "new_chat_title" or "new_chat_photo" or "delete_chat_photo" or "group_chat_created" or "supergroup_chat_created" or "migrate_to_chat_id" or "pinned_message" or "write_access_allowed");

    private static string? Text(Node body) => body["text"].Text ?? body["caption"].Filled;

    private static List<MessagePart> Parts(Node body)
    {
        var parts = new List<MessagePart>();
        if (body["photo"].Items.LastOrDefault() is { IsObject: true } largest)
            parts.Add(Media(MediaKind.Image, largest));
        foreach (var (name, kind) in new[] { ("voice", MediaKind.Voice), ("audio", MediaKind.Audio), ("video", MediaKind.Video), ("video_note", MediaKind.Video), ("sticker", MediaKind.Sticker) })
        {
            if (body[name].IsObject)
                parts.Add(Media(kind, body[name]));
        }
        if (body["animation"].IsObject)
            parts.Add(Media(MediaKind.Video, body["animation"])); // has a document of the same file, for old clients
        else if (body["document"].IsObject)
            parts.Add(Media(MediaKind.File, body["document"]));
        var place = body["venue"].IsObject ? body["venue"]["location"] : body["location"];
        if ((place["latitude"].Double, place["longitude"].Double) is ({ } latitude, { } longitude))
            parts.Add(new LocationPart(latitude, longitude) { Title = body["venue"]["title"].Filled, Address = body["venue"]["address"].Filled });
        if (body["contact"].IsObject)
            parts.Add(new ContactPart($"{body["contact"]["first_name"].Text} {body["contact"]["last_name"].Text}".Trim()) { Phones = [.. body["contact"]["phone_number"].Items.Select(phone => phone.Filled).OfType<string>()], UserId = body["contact"]["user_id"].Filled });
        if (body["poll"].IsObject)
            parts.Add(new CardPart("poll") { Id = body["poll"]["id"].Filled, Title = body["poll"]["question"].Filled });
        return parts;
    }

    private static MediaPart Media(MediaKind kind, Node file) => new(kind, new MediaRef(file["file_id"].Filled)
    {
        Mime = file["mime_type"].Filled, FileName = file["file_name"].Filled, Size = file["file_size"].Long,
        Duration = file["duration"].Long is >= 0 and < 1_000_000 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
        ThumbId = file["thumbnail"]["file_id"].Filled, Facts = file.Facts("emoji", "set_name", "file_unique_id"),
    });

    private static InboundEvent Reaction(Node body, EventHead head)
    {
        if (body["message_id"].Filled is not { } target)
            return head.Unsupported("message_reaction", false);
        string? Emoji(Node list) => list.Items.Select(one => one["emoji"].Filled ?? one["custom_emoji_id"].Filled).LastOrDefault(one => one is not null);
        var now = Emoji(body["new_reaction"]);
        return head.Reacted("message_reaction", target, now ?? Emoji(body["old_reaction"]), now is null);
    }

    internal static long Next(Node updates) => updates.Items.Select(update => update["update_id"].Long ?? -1).DefaultIfEmpty(-1).Max() + 1;

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
