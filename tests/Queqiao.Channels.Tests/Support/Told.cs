using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Channels.Tests.Support;

/// <summary>An event in the words in which expectations are written down: the vocabulary of published samples.</summary>
internal static class Told
{
    public static JsonObject Of(InboundEvent one)
    {
        var told = new JsonObject
        {
            ["type"] = Kind(one),
            ["direction"] = one.Direction.ToString().ToLowerInvariant(),
            ["provider_type"] = one.Type,
            ["dedupe_key"] = one.DedupeKey,
            ["timestamp"] = one.At?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture),
            ["account_external_id"] = one.AccountId,
            ["sender_external_id"] = one.Direction == EventDirection.Inbound ? one.Person?.Id : null,
            ["recipient_external_id"] = one.Direction == EventDirection.Inbound ? one.AccountId : one.Person?.Id,
            ["sender_name"] = one.Person?.Name,
            ["sender_username"] = one.Person?.Username,
            ["sender_language"] = one.Person?.Language,
            ["sender_country"] = one.Person?.Country,
            ["conversation_external_id"] = one.Place?.Id,
            ["conversation_title"] = one.Place?.Title,
            ["group"] = one.Place?.IsGroup ?? false,
            ["standby"] = one.IsStandby,
            ["redelivery"] = one.IsRedelivery,
            ["sender_alt_ids"] = Map(one.Person?.Also),
            ["facts"] = Map(one.Facts),
            ["reply_with"] = Map(one.ReplyWith),
        };
        foreach (var (name, value) in one.Facts)
            told.TryAdd(name, value);
        foreach (var (name, value) in one.ReplyWith)
            told.TryAdd(name, value);
        Special(one, told);
        return told;
    }

    public static string Kind(InboundEvent one) => one switch
    {
        MessageReceived { Direction: EventDirection.Outbound } => "echo",
        MessageReceived => "message",
        ButtonPressed => "postback",
        MessageEdited => "edit",
        MessageRecalled => "delete",
        ReactionChanged => "reaction",
        TypingSignalled => "typing",
        DeliveryReported => "status",
        Followed => "follow",
        Unfollowed => "unfollow",
        IdentityChanged => "system",
        Noted => "system",
        PullHinted => "pull_hint",
        _ => "unsupported",
    };

    private static void Special(InboundEvent one, JsonObject told)
    {
        switch (one)
        {
            case MessageReceived m:
                (told["provider_message_id"], told["text"], told["reply_to_provider_message_id"], told["forwarded"]) = (m.MessageId, m.Text, m.ReplyTo, m.IsForwarded);
                told["attachments"] = Parts(m.Parts);
                break;
            case ButtonPressed b:
                (told["provider_message_id"], told["text"], told["postback_payload"], told["target_provider_message_id"]) = (b.MessageId, b.Text, b.Payload, b.TargetId);
                (told["reply_to_provider_message_id"], told["attachments"]) = (b.TargetId, new JsonArray());
                told["postback_payload_json"] = Parsed(b.Payload);
                break;
            case MessageEdited e:
                (told["provider_message_id"], told["target_provider_message_id"], told["text"]) = (e.MessageId ?? e.TargetId, e.TargetId, e.Text);
                told["attachments"] = Parts(e.Parts);
                break;
            case MessageRecalled r:
                told["target_provider_message_id"] = r.TargetId;
                break;
            case ReactionChanged r:
                (told["target_provider_message_id"], told["emoji"], told["removed"]) = (r.TargetId, r.Emoji, r.IsRemoved);
                told.TryAdd("text", null);
                told["attachments"] = new JsonArray();
                break;
            case TypingSignalled t:
                told["typing"] = t.IsTyping;
                break;
            case DeliveryReported d:
                told["status"] = d.State.ToString().ToLowerInvariant();
                (told["target_provider_message_id"], told["target_provider_message_ids"]) = (d.TargetIds.FirstOrDefault(), new JsonArray([.. d.TargetIds.Select(id => (JsonNode)id)]));
                told["watermark"] = d.Watermark?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFZ", CultureInfo.InvariantCulture);
                told["error_text"] = d.Failure?.Detail;
                (told["error_code"], told["error_class"]) = (d.Failure?.Code, d.Failure?.Class.ToString().ToLowerInvariant());
                break;
            case IdentityChanged i:
                (told["event"], told["new_external_id"], told["text"]) = (i.Type, i.NewId, i.Text);
                break;
            case Noted n:
                told["event"] = n.What;
                break;
            case Unsupported u:
                (told["provider_message_id"], told["text"], told["attachments"], told["error_code"]) = (u.MessageId, null, new JsonArray(), u.Failure?.Code);
                told["is_message"] = u.IsMessage;
                break;
        }
    }

    private static JsonArray Parts(IReadOnlyList<MessagePart> parts) => new([.. parts.Select(part => (JsonNode)Part(part))]);

    private static JsonObject Part(MessagePart part) => part switch
    {
        MediaPart m => With(m.Media.Facts, new JsonObject
        {
            ["kind"] = m.Kind.ToString().ToLowerInvariant(), ["id"] = m.Media.Id, ["url"] = m.Media.Url, ["mime"] = m.Media.Mime, ["filename"] = m.Media.FileName, ["size"] = m.Media.Size,
            ["sha256"] = m.Media.Sha256, ["caption"] = m.Caption, ["voice"] = m.Kind == MediaKind.Voice, ["thumb_id"] = m.Media.ThumbId, ["thumb_url"] = m.Media.ThumbUrl, ["preview_url"] = m.Media.ThumbUrl,
            ["duration_s"] = m.Media.Duration?.TotalSeconds, ["duration_ms"] = m.Media.Duration?.TotalMilliseconds,
        }),
        LocationPart l => new JsonObject { ["kind"] = "location", ["latitude"] = l.Latitude, ["longitude"] = l.Longitude, ["title"] = l.Title, ["address"] = l.Address, ["url"] = l.Url },
        ContactPart c => new JsonObject { ["kind"] = "contact", ["name"] = c.Name, ["phones"] = new JsonArray([.. c.Phones.Select(phone => (JsonNode)phone)]), ["user_id"] = c.UserId },
        LinkPart l => new JsonObject { ["kind"] = l.Kind, ["url"] = l.Url, ["title"] = l.Title, ["description"] = l.Description },
        CardPart c => With(c.Facts, new JsonObject { ["kind"] = c.Kind, ["id"] = c.Id, ["title"] = c.Title }),
        _ => [],
    };

    private static JsonObject With(IReadOnlyDictionary<string, string> facts, JsonObject told)
    {
        foreach (var (name, value) in facts)
            told.TryAdd(char.ToLowerInvariant(name[0]) + name[1..], value);
        return told;
    }

    private static JsonObject Map(IReadOnlyDictionary<string, string>? facts) => new((facts ?? new Dictionary<string, string>()).Select(fact => KeyValuePair.Create<string, JsonNode?>(fact.Key, fact.Value)));

    private static JsonNode? Parsed(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static void TryAdd(this JsonObject told, string name, JsonNode? value)
    {
        if (!told.ContainsKey(name))
            told[name] = value;
    }
}
