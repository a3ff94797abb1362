using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Line;

/// <summary>events[] of the Messaging API.</summary>
internal static class LineReader
{
    private static readonly string[] NotedKinds = ["join", "leave", "memberJoined", "memberLeft", "videoPlayComplete", "beacon", "accountLink", "membership", "things", "module", "activated", "deactivated", "botSuspended", "botResumed", "delivery"];

    public static InboundEvent Read(Node one, string? destination)
    {
        var (type, source) = (one["type"].Text ?? "unknown", one["source"]);
        var group = source["groupId"].Filled ?? source["roomId"].Filled;
        var person = source["userId"].Filled;
        var head = new EventHead(one["webhookEventId"].Filled ?? Events.HashKey(one.Raw), one.Raw)
        {
            Account = destination, Person = person is null ? null : new Person(person), Place = (group ?? person) is { } place ? new Place(place, group is not null) : null, At = Instant.Milliseconds(one["timestamp"].Long),
            IsStandby = one["mode"].Text == "standby", IsRedelivery = one["deliveryContext"]["isRedelivery"].IsTrue, ReplyWith = one.Facts("replyToken"),
        };
        return type switch
        {
            "message" => Message(one["message"], head),
            "messageEdited" or "messageEdit" when one["message"]["id"].Filled is { } target => head.Edited(type, target, one["message"]["text"].Text) with { MessageId = target },
            "postback" => head.Pressed(type, one["postback"]["data"].Text, facts: one["postback"]["params"].Facts("date", "time", "datetime", "newRichMenuAliasId", "status")),
            "follow" => head.Followed(type, one["follow"].Facts("isUnblocked")),
            "unfollow" => head.Unfollowed(type),
            "unsend" when one["unsend"]["messageId"].Filled is { } target => head.Recalled(type, target),
            _ when NotedKinds.Contains(type) => head.Noted(type, type, one[type].Facts("hwid", "type", "dm", "trackingId", "result", "nonce")),
            _ => head.Unsupported(type, false),
        };
    }

    private static InboundEvent Message(Node message, EventHead head)
    {
        var (type, id) = (message["type"].Text ?? "unknown", message["id"].Filled);
        IReadOnlyList<MessagePart> parts = type switch
        {
            "image" => [Media(MediaKind.Image, message)],
            "video" => [Media(MediaKind.Video, message)],
            "audio" => [Media(MediaKind.Audio, message)],
            "file" => [Media(MediaKind.File, message)],
            "sticker" => [new MediaPart(MediaKind.Sticker, new MediaRef(message["stickerId"].Filled) { Facts = Sticker(message) })],
            "location" when (message["latitude"].Double, message["longitude"].Double) is ({ } latitude, { } longitude) => [new LocationPart(latitude, longitude) { Title = message["title"].Filled, Address = message["address"].Filled }],
            _ => [],
        };
        return head.Said("message." + type, id, message["text"] is { IsString: true } text && type == "text" ? text.Text : null, parts, message["quotedMessageId"].Filled, facts: message.Facts("quoteToken"));
    }

    private static Dictionary<string, string> Sticker(Node message)
    {
        var facts = message.Facts("packageId", "stickerId", "stickerResourceType", "text");
        if (string.Join(',', message["keywords"].Items.Select(word => word.Text)) is { Length: > 0 } keywords)
            facts["keywords"] = keywords;
        return facts;
    }

    private static MediaPart Media(MediaKind kind, Node message)
    {
        var provider = message["contentProvider"];
        var isExternal = provider["type"].Text == "external";
        return new(kind, new MediaRef(isExternal ? null : message["id"].Filled, isExternal ? provider["originalContentUrl"].Filled : null)
        {
            ThumbUrl = provider["previewImageUrl"].Filled, FileName = message["fileName"].Filled, Size = message["fileSize"].Long,
            Duration = message["duration"].Long is >= 0 and < 1_000_000_000 and var ms ? TimeSpan.FromMilliseconds(ms) : null,
            Facts = message["imageSet"].Facts("id", "index", "total") is { Count: > 0 } set ? set.ToDictionary(pair => "imageSet." + pair.Key, pair => pair.Value) : Nothing.Facts,
        });
    }
}
