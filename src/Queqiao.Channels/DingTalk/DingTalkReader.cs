using Queqiao.Channels.Reading;

namespace Queqiao.Channels.DingTalk;

/// <summary>Messages to a robot, the same by webhook and by stream.</summary>
internal static class DingTalkReader
{
    public static InboundEvent Read(Node body)
    {
        var id = body["msgId"].Filled;
        var (type, content) = (body["msgtype"].Text ?? "unknown", body["content"].Embedded);
        var person = (body["senderStaffId"].Filled ?? body["senderId"].Filled) is { } sender
            ? new Person(sender) { Name = body["senderNick"].Filled, Also = body.Facts("senderId", "senderCorpId") }
            : body["senderNick"].Filled is { } nick ? new Person("") { Name = nick } : null;
        var head = new EventHead(id ?? Events.HashKey(body.Raw), body.Raw)
        {
            Account = body["chatbotCorpId"].Filled, At = Instant.Milliseconds(body["createAt"].Long), Person = person,
            Place = body["conversationId"].Filled is { } place ? new Place(place, body["conversationType"].Text == "2") { Title = body["conversationTitle"].Filled } : null,
            ReplyWith = body.Facts("sessionWebhook", "sessionWebhookExpiredTime", "robotCode"),
        };
        var parts = Parts(type, content).ToList();
        var text = type switch
        {
            "text" => (body["text"]["content"].Text ?? content["content"].Text)?.Trim(),
            "richText" => string.Concat(content["richText"].Items.Select(piece => piece["text"].Text)) is { Length: > 0 } said ? said.Trim() : null,
            "audio" => content["recognition"].Filled,
            _ => null,
        };
        return head.Said(type, id, text, parts, body["originalMsgId"].Filled, facts: body.Facts("robotCode", "isInAtList"));
    }

    private static IEnumerable<MessagePart> Parts(string type, Node content) => type switch
    {
        "picture" => [Media(MediaKind.Image, content)],
        "audio" => [Media(MediaKind.Voice, content)],
        "video" => [Media(MediaKind.Video, content)],
        "file" => [Media(MediaKind.File, content)],
        "richText" => content["richText"].Items.Where(piece => piece["downloadCode"].Filled is not null).Select(piece => Media(MediaKind.Image, piece)),
        _ => [],
    };

    private static MediaPart Media(MediaKind kind, Node content) => new(kind, new MediaRef(content["downloadCode"].Filled ?? content["pictureDownloadCode"].Filled)
    {
        FileName = content["fileName"].Filled, Duration = content["duration"].Long is >= 0 and < 1_000_000_000 and var ms ? TimeSpan.FromMilliseconds(ms) : null,
    });
}
