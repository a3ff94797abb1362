using Queqiao.Channels.Reading;

namespace Queqiao.Channels.WeCom;

/// <summary>Callbacks of WeCom's smart bots (智能机器人), which speak JSON.</summary>
internal static class SmartBot
{
    public static InboundEvent Read(Node body, string raw)
    {
        var id = body["msgid"].Filled;
        var person = body["from"]["userid"].Filled is { } user ? new Person(user) : null;
        var isGroup = body["chattype"].Text == "group";
        var place = (body["chatid"].Filled ?? person?.Id) is { } chat ? new Place(chat, isGroup) : null;
        var type = body["msgtype"].Text ?? "unknown";
        var parts = Parts(body, type).ToList();
        var text = type switch
        {
            "text" => body["text"]["content"].Text,
            "voice" => body["voice"]["content"].Filled,
            "mixed" => string.Join('\n', body["mixed"]["msg_item"].Items.Select(item => item["text"]["content"].Filled).OfType<string>()) is { Length: > 0 } said ? said : null,
            _ => null,
        };
        if (text is null && parts.Count == 0)
        {
            return new Unsupported { Type = "aibot." + type, DedupeKey = id ?? Events.HashKey(raw), AccountId = body["aibotid"].Filled, Person = person, Place = place, Raw = raw, MessageId = id, IsMessage = type is not ("event" or "stream") };
        }
        return new MessageReceived
        {
            Type = "aibot." + type, DedupeKey = id ?? Events.HashKey(raw), AccountId = body["aibotid"].Filled, Person = person, Place = place, Raw = raw, MessageId = id, Text = text, Parts = parts,
            ReplyWith = body.Facts("response_url"),
        };
    }

    private static IEnumerable<MessagePart> Parts(Node body, string type) => type switch
    {
        "image" or "file" => File(body, type),
        "mixed" => body["mixed"]["msg_item"].Items.SelectMany(item => File(item, "image")),
        _ => [],
    };

    private static IEnumerable<MessagePart> File(Node body, string type)
    {
        if (body[type]["url"].Filled is { } url)
            yield return new MediaPart(type == "image" ? MediaKind.Image : MediaKind.File, new MediaRef(null, url));
    }
}
