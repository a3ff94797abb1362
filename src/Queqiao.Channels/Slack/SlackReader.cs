using System.Globalization;
using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Slack;

/// <summary>event_callback, interactivity, slash commands.</summary>
internal static class SlackReader
{
    private static readonly HashSet<string> NotedKinds = ["app_uninstalled", "tokens_revoked", "app_home_opened", "member_joined_channel", "member_left_channel", "channel_archive", "channel_rename", "team_join", "app_mention_removed", "assistant_thread_started"];

    public static InboundEvent? Callback(Node body)
    {
        var told = body["event"];
        var type = told["type"].Text ?? "unknown";
        var inner = told["message"].IsObject ? told["message"] : told["previous_message"].IsObject ? told["previous_message"] : told;
        var channel = told["channel"].IsObject ? told["channel"]["id"].Filled : told["channel"].Filled ?? told["item"]["channel"].Filled;
        var head = new EventHead(body["event_id"].Filled ?? Events.HashKey(body.Raw), body.Raw)
        {
            Account = body["team_id"].Filled, At = Stamp(told["event_ts"].Text ?? told["ts"].Text), Person = (inner["user"].Filled ?? told["user"].Filled) is { } user ? new Person(user) : null,
            Place = channel is null ? null : new Place(channel, told["channel_type"].Text is "channel" or "group" or "mpim") { Thread = inner["thread_ts"].Filled },
            ReplyWith = inner.Facts("thread_ts"),
        };
        // What the app itself said comes back: an echo, unless it is a change of one.
        if (inner["bot_id"].Filled is not null && (inner["app_id"].Text == body["api_app_id"].Text || inner["app_id"].IsMissing) && type == "message")
            head = head with { Direction = EventDirection.Outbound };
        return type switch
        {
            "message" => Message(told, head),
            "app_mention" => head.Said("app_mention", told["ts"].Filled, told["text"].Text, Files(told), facts: told.Facts("thread_ts")),
            "reaction_added" or "reaction_removed" when told["item"]["ts"].Filled is { } target => head.Reacted(type, target, told["reaction"].Filled, type == "reaction_removed"),
            _ when NotedKinds.Contains(type) => head.Noted(type, type),
            _ => head.Unsupported(type, false),
        };
    }

    private static InboundEvent Message(Node told, EventHead head) => told["subtype"].Text switch
    {
        "message_changed" when told["message"]["ts"].Filled is { } target => head.Edited("message.message_changed", target, told["message"]["text"].Text, Files(told["message"])),
        "message_deleted" when (told["deleted_ts"].Filled ?? told["previous_message"]["ts"].Filled) is { } target => head.Recalled("message.message_deleted", target),
        null or "file_share" or "bot_message" or "thread_broadcast" or "me_message" => head.Said("message" + (told["subtype"].Filled is { } sub ? "." + sub : ""), told["ts"].Filled, told["text"].Filled, Files(told), told["thread_ts"].Text == told["ts"].Text ? null : told["thread_ts"].Filled),
        { } other when other.StartsWith("channel_", StringComparison.Ordinal) || other.StartsWith("group_", StringComparison.Ordinal) => head.Noted("message." + other, other),
        { } other => head.Unsupported("message." + other, false),
    };

    private static List<MessagePart> Files(Node message) => [.. message["files"].Items.Where(file => file.IsObject).Select(file => (MessagePart)new MediaPart(Kind(file["mimetype"].Text ?? ""), new MediaRef(file["id"].Filled, file["url_private_download"].Filled ?? file["url_private"].Filled)
    {
        Mime = file["mimetype"].Filled, FileName = file["name"].Filled, Size = file["size"].Long, ThumbUrl = file["thumb_360"].Filled,
    }))];

    internal static MediaKind Kind(string mime) => mime.Split('/')[0] switch { "image" => MediaKind.Image, "video" => MediaKind.Video, "audio" => MediaKind.Audio, _ => MediaKind.File };

    /// <summary>"1568915625.001000": seconds and an order within them; the id of a message within its channel.</summary>
    private static DateTimeOffset? Stamp(string? ts) => Instant.Seconds(long.TryParse(ts?.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null);

    public static InboundEvent Interaction(Node body)
    {
        var type = body["type"].Text ?? "unknown";
        var action = body["actions"][0];
        var key = action["action_ts"].Filled is { } ts ? $"{body["trigger_id"].Text}:{ts}" : body["trigger_id"].Filled ?? Events.HashKey(body.Raw);
        var head = new EventHead(key, body.Raw)
        {
            Account = (body["team"]["id"].Filled ?? body["user"]["team_id"].Filled), At = Stamp(action["action_ts"].Text),
            Person = body["user"]["id"].Filled is { } user ? new Person(user) { Username = body["user"]["username"].Filled ?? body["user"]["name"].Filled } : null,
            Place = (body["channel"]["id"].Filled ?? body["container"]["channel_id"].Filled) is { } channel ? new Place(channel) { Thread = body["message"]["thread_ts"].Filled } : null, ReplyWith = body.Facts("response_url"),
        };
        if (type == "block_actions")
        {
            var option = action["selected_option"];
            return head.Pressed(type, option["value"].Text ?? action["value"].Text ?? action["selected_date"].Text, option["text"]["text"].Text ?? action["text"]["text"].Text, body["container"]["message_ts"].Filled ?? body["message"]["ts"].Filled, facts: action.Facts("action_id", "block_id"));
        }
        return type is "message_action" or "shortcut" or "view_submission"
            ? head.Pressed(type, body["callback_id"].Text ?? body["view"]["callback_id"].Text, body["message"]["text"].Text, body["message"]["ts"].Filled)
            : head.Unsupported(type, false);
    }

    public static InboundEvent Command(Form form, string raw) => new EventHead(form.Filled("trigger_id") ?? Events.HashKey(raw), raw)
    {
        Account = form.Filled("team_id"), Person = form.Filled("user_id") is { } user ? new Person(user) { Username = form.Filled("user_name") } : null,
        Place = form.Filled("channel_id") is { } channel ? new Place(channel) { Title = form.Filled("channel_name") } : null,
    }.Pressed("slash_command", form["command"], form["text"], facts: new Dictionary<string, string> { ["command"] = form["command"] });
}
