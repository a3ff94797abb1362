using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Meta;

/// <summary>The items of entry[].messaging[] and standby[], as Messenger and Instagram send them.</summary>
internal static class MetaMessaging
{
    private static readonly string[] Noteworthy =
    [
        "account_linking", "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles", "policy_enforcement", "messaging_feedback", "order", "pre_checkout", "message_context", "customer_information", "game_play",
    ];

    private static readonly HashSet<string> Frame = ["sender", "recipient", "timestamp", "hop_context"];

    private sealed record Head(string? Account, Person? Person, DateTimeOffset? At, EventDirection Direction, bool IsStandby, Node Item)
    {
        public string Stamp => $"{Person?.Id}:{Item["timestamp"].Text}";

        public T On<T>(T made)
            where T : InboundEvent => made with
        {
            At = At, AccountId = Account, Person = Person, Place = Person is null ? null : new Place(Person.Id), Direction = Direction, IsStandby = IsStandby, Raw = Item.Raw,
        };
    }

    public static void Read(Node body, Events events)
    {
        foreach (var entry in body["entry"].Items)
        {
            foreach (var item in entry["messaging"].Items)
                events.Add(Item(item, false));
            foreach (var item in entry["standby"].Items)
                events.Add(Item(item, true));
            foreach (var change in entry["changes"].Items)
                events.Add(Change(entry, change));
        }
    }

    private static InboundEvent? Item(Node item, bool standby)
    {
        if (!item.IsObject || !item.Members.Any())
            return null;
        var isEcho = item["message"]["is_echo"].IsTrue;
        var (person, account) = isEcho ? (item["recipient"], item["sender"]) : (item["sender"], item["recipient"]);
        var head = new Head(account["id"].Filled, person["id"].Filled is { } id ? new Person(id) : null, MetaEnvelope.Time(item["timestamp"]), isEcho ? EventDirection.Outbound : EventDirection.Inbound, standby, item);
        return item["message"].IsObject ? Message(item["message"], head)
            : item["postback"].IsObject ? Postback(item["postback"], head)
            : item["reaction"].IsObject ? Reaction(item["reaction"], head)
            : item["message_edit"].IsObject ? Edit(item["message_edit"], head)
            : item["read"].IsObject ? Receipt(DeliveryState.Read, "read", item["read"], head)
            : item["delivery"].IsObject ? Receipt(DeliveryState.Delivered, "delivery", item["delivery"], head)
            : item["referral"].IsObject ? Noted("referral", item["referral"], head, "ref", "source", "type", "ad_id")
            : item["optin"].IsObject ? Noted("optin", item["optin"], head, "ref", "user_ref", "type", "notification_messages_token")
            : Other(item, head);
    }

    private static InboundEvent Message(Node message, Head head)
    {
        var mid = message["mid"].Filled;
        var key = mid ?? Events.HashKey(head.Item.Raw);
        if (message["is_deleted"].IsTrue && mid is not null)
            return head.On(new MessageRecalled { Type = "message.deleted", DedupeKey = mid + ":deleted", TargetId = mid });
        if (message["quick_reply"].IsObject)
            return head.On(new ButtonPressed { Type = "message.quick_reply", DedupeKey = key, MessageId = mid, Text = message["text"].Text, Payload = message["quick_reply"]["payload"].Text });
        var parts = message["attachments"].Items.Select(Attachment).OfType<MessagePart>().ToList();
        var text = message["text"].Filled;
        if (text is null && parts.Count == 0)
            return head.On(new Unsupported { Type = message["is_unsupported"].IsTrue ? "message.unsupported" : "message.empty", DedupeKey = key, MessageId = mid, IsMessage = true });
        var facts = new Dictionary<string, string>();
        foreach (var (name, value) in new[] { ("story_id", message["reply_to"]["story"]["id"].Filled), ("story_url", message["reply_to"]["story"]["url"].Filled), ("ad_id", message["referral"]["ad_id"].Filled), ("app_id", message["app_id"].Filled) })
        {
            if (value is not null)
                facts[name] = value;
        }
        return head.On(new MessageReceived
        {
            Type = parts.Count > 0 ? "message." + (message["attachments"][0]["type"].Filled ?? "attachment") : "message.text",
            DedupeKey = key, MessageId = mid, Text = text, Parts = parts, ReplyTo = message["reply_to"]["mid"].Filled, Facts = facts,
        });
    }

    private static MessagePart? Attachment(Node attachment)
    {
        var (type, payload) = (attachment["type"].Text ?? "", attachment["payload"]);
        var url = payload["url"].Filled ?? attachment["url"].Filled;
        return type switch
        {
            "image" when payload["sticker_id"].Filled is { } sticker => new MediaPart(MediaKind.Sticker, new MediaRef(sticker, url)),
            "image" => new MediaPart(MediaKind.Image, new MediaRef(null, url)),
            "audio" => new MediaPart(MediaKind.Voice, new MediaRef(null, url)),
            "video" => new MediaPart(MediaKind.Video, new MediaRef(null, url)),
            "file" => new MediaPart(MediaKind.File, new MediaRef(null, url)),
            "location" => (payload["coordinates"]["lat"].Double, payload["coordinates"]["long"].Double) is ({ } latitude, { } longitude)
                ? new LocationPart(latitude, longitude) { Title = attachment["title"].Filled, Url = url } : null,
            "template" => new CardPart("template") { Title = attachment["title"].Filled ?? payload["product"]["elements"][0]["title"].Filled, Facts = payload.Facts("template_type", "text") },
            "" => null,
            _ => new LinkPart(type == "fallback" ? "share" : type, url) { Title = payload["title"].Filled ?? attachment["title"].Filled },
        };
    }

    private static ButtonPressed Postback(Node postback, Head head) => head.On(new ButtonPressed
    {
        Type = "postback", DedupeKey = postback["mid"].Filled ?? $"{head.Stamp}:{postback["payload"].Text}", MessageId = postback["mid"].Filled, Text = postback["title"].Filled, Payload = postback["payload"].Text,
        Facts = postback["referral"].Facts("ref", "source", "type", "ad_id"),
    });

    private static InboundEvent Reaction(Node reaction, Head head) => reaction["mid"].Filled is not { } target ? Other(head.Item, head) : head.On(new ReactionChanged
    {
        Type = "reaction", DedupeKey = $"{head.Stamp}:reaction:{target}", TargetId = target, Emoji = reaction["emoji"].Filled ?? reaction["reaction"].Filled, IsRemoved = reaction["action"].Text == "unreact",
    });

    private static InboundEvent Edit(Node edit, Head head) => edit["mid"].Filled is not { } target ? Other(head.Item, head)
        : head.On(new MessageEdited { Type = "message_edit", DedupeKey = $"{target}:edit:{edit["num_edit"].Text}", TargetId = target, Text = edit["text"].Text });

    private static DeliveryReported Receipt(DeliveryState state, string type, Node body, Head head) => head.On(new DeliveryReported(state)
    {
        Type = type, DedupeKey = $"{head.Stamp}:{type}:{body["watermark"].Text}{body["mid"].Text}",
        TargetIds = [.. body["mids"].Items.Concat(body["mid"].Items).Select(id => id.Filled).OfType<string>()], Watermark = MetaEnvelope.Time(body["watermark"]),
    }) with { Direction = EventDirection.Outbound };

    private static Noted Noted(string name, Node body, Head head, params string[] facts) =>
        head.On(new Noted(name) { Type = name, DedupeKey = $"{head.Stamp}:{name}", Facts = body.Facts(facts) });

    private static InboundEvent Other(Node item, Head head)
    {
        var name = item.Members.Select(member => member.Name).FirstOrDefault(name => !Frame.Contains(name)) ?? "empty";
        return Noteworthy.Contains(name)
            ? Noted(name, item[name], head, "status", "authorization_code", "new_owner_app_id", "previous_owner_app_id", "requested_owner_app_id", "metadata", "action", "reason")
            : head.On(new Unsupported { Type = name, DedupeKey = Events.HashKey(item.Raw) });
    }

    private static Unsupported Change(Node entry, Node change) => new()
    {
        Type = "change." + (change["field"].Text ?? "unknown"), DedupeKey = Events.HashKey(change.Raw), AccountId = entry["id"].Filled, At = MetaEnvelope.Time(entry["time"]), Direction = EventDirection.None, Raw = change.Raw,
    };
}
