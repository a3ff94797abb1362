using Queqiao.Channels.Meta;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;

namespace Queqiao.Channels.WhatsApp;

/// <summary>entry[].changes[] of the Cloud API.</summary>
internal sealed class WhatsAppReader(ErrorTable errors)
{
    private static readonly HashSet<string> AccountFields =
    [
        "message_template_status_update", "message_template_quality_update", "message_template_components_update", "template_category_update", "account_update", "account_alerts", "account_review_update",
        "phone_number_quality_update", "phone_number_name_update", "business_capability_update", "security", "calls", "user_preferences", "smb_app_state_sync", "history", "flows", "payment_configuration_update",
    ];

    private sealed record Head(string? Account, Person? Person, DateTimeOffset? At, EventDirection Direction, Node Item)
    {
        public string? Id => Item["id"].Filled;

        public string Key => Id ?? Events.HashKey(Item.Raw);

        public T On<T>(T made)
            where T : InboundEvent => made with { At = At, AccountId = Account, Person = Person, Place = Person is null ? null : new Place(Person.Id), Direction = Direction, Raw = Item.Raw };
    }

    public void Read(Node body, Events events)
    {
        foreach (var entry in body["entry"].Items)
        {
            foreach (var change in entry["changes"].Items)
                Change(entry, change, events);
        }
    }

    private void Change(Node entry, Node change, Events events)
    {
        var (field, value) = (change["field"].Text ?? "unknown", change["value"]);
        var account = value["metadata"]["phone_number_id"].Filled;
        if (field is not ("messages" or "smb_message_echoes"))
        {
            events.Add(Account(entry, field, change));
            return;
        }
        foreach (var message in value["messages"].Items)
            events.Add(Message(message, new Head(account, Sender(message, value["contacts"]), Instant.Seconds(message["timestamp"].Long), EventDirection.Inbound, message)));
        foreach (var echo in value["message_echoes"].Items)
            events.Add(Message(echo, new Head(account, Id(echo, "to", "to_user_id") is { } to ? new Person(to) : null, Instant.Seconds(echo["timestamp"].Long), EventDirection.Outbound, echo)));
        foreach (var status in value["statuses"].Items)
            events.Add(Status(status, new Head(account, Id(status, "recipient_id", "recipient_user_id") is { } to ? new Person(to) : null, Instant.Seconds(status["timestamp"].Long), EventDirection.Outbound, status)));
        foreach (var error in value["errors"].Items)
            events.Add(new Unsupported { Type = "errors", DedupeKey = Events.HashKey(error.Raw), AccountId = account, Direction = EventDirection.None, Raw = error.Raw, Failure = errors.Of(error["code"].Text ?? "", 400, error["title"].Text) });
    }

    private static InboundEvent Account(Node entry, string field, Node change)
    {
        var key = Events.HashKey(change.Raw + entry["time"].Text);
        return AccountFields.Contains(field)
            ? new Noted(field) { Type = field, DedupeKey = key, AccountId = entry["id"].Filled, At = MetaEnvelope.Time(entry["time"]), Direction = EventDirection.None, Raw = change.Raw, Facts = change["value"].Facts("event", "message_template_name", "message_template_language", "reason", "display_phone_number", "current_limit") }
            : new Unsupported { Type = field, DedupeKey = key, AccountId = entry["id"].Filled, At = MetaEnvelope.Time(entry["time"]), Direction = EventDirection.None, Raw = change.Raw };
    }

    /// <summary>The number, or for those who hide it the id that is theirs with this business.</summary>
    private static string? Id(Node item, string number, string user) => item[number].Filled ?? item[user].Filled;

    private static Person? Sender(Node message, Node contacts)
    {
        if (Id(message, "from", "from_user_id") is not { } id)
            return null;
        var all = contacts.Items.ToList();
        var contact = all.Find(one => one["wa_id"].Text == id || one["user_id"].Text == id);
        if (contact.IsMissing && all.Count == 1)
            contact = all[0];
        return new Person(id) { Name = contact["profile"]["name"].Filled, Username = contact["profile"]["username"].Filled, Also = contact.Facts("user_id", "parent_user_id") };
    }

    private InboundEvent Message(Node message, Head head)
    {
        var type = message["type"].Text ?? "unknown";
        var body = message[type];
        return type switch
        {
            "reaction" when body["message_id"].Filled is { } target => head.On(new ReactionChanged { Type = "message.reaction", DedupeKey = head.Key, TargetId = target, Emoji = body["emoji"].Filled, IsRemoved = body["emoji"].Filled is null }),
            "edit" when body["original_message_id"].Filled is { } target => head.On(new MessageEdited
            {
                Type = "message.edit", DedupeKey = head.Key, TargetId = target, MessageId = head.Id, Text = Text(body["message"]), Parts = [.. Parts(body["message"])],
            }),
            "revoke" when body["original_message_id"].Filled is { } target => head.On(new MessageRecalled { Type = "message.revoke", DedupeKey = head.Key, TargetId = target }),
            "interactive" => Pressed(message, body, head),
            "button" => head.On(new ButtonPressed { Type = "message.button", DedupeKey = head.Key, MessageId = head.Id, Text = body["text"].Text, Payload = body["payload"].Text, TargetId = message["context"]["id"].Filled }),
            "system" => System(body, head),
            "request_welcome" => head.On(new Noted("request_welcome") { Type = "message.request_welcome", DedupeKey = head.Key }),
            _ => Content(type, message, head),
        };
    }

    private InboundEvent Content(string type, Node message, Head head)
    {
        var parts = Parts(message).ToList();
        var text = Text(message);
        if (text is null && parts.Count == 0)
        {
            var error = message["errors"][0];
            return head.On(new Unsupported { Type = "message." + type, DedupeKey = head.Key, MessageId = head.Id, IsMessage = true, Failure = error.IsMissing ? null : errors.Of(error["code"].Text ?? "", 400, error["title"].Text) });
        }
        return head.On(new MessageReceived
        {
            Type = "message." + type, DedupeKey = head.Key, MessageId = head.Id, Text = text, Parts = parts, ReplyTo = message["context"]["id"].Filled,
            IsForwarded = message["context"]["forwarded"].IsTrue || message["context"]["frequently_forwarded"].IsTrue,
            Facts = message["referral"].IsObject ? message["referral"].Facts("source_url", "source_id", "source_type", "headline", "ctwa_clid") : message["context"]["referred_product"].Facts("catalog_id", "product_retailer_id"),
        });
    }

    private static string? Text(Node message) => message["text"]["body"].Text ?? (message["type"].Text is { } type ? message[type]["caption"].Filled : null);

    private static IEnumerable<MessagePart> Parts(Node message)
    {
        var type = message["type"].Text ?? "";
        var body = message[type];
        return type switch
        {
            "image" => [Media(MediaKind.Image, body)],
            "video" => [Media(MediaKind.Video, body)],
            "document" => [Media(MediaKind.File, body)],
            "audio" or "voice" => [Media(type == "voice" || body["voice"].IsTrue ? MediaKind.Voice : MediaKind.Audio, body)],
            "sticker" => [Media(MediaKind.Sticker, body)],
            "location" when (body["latitude"].Double, body["longitude"].Double) is ({ } latitude, { } longitude) =>
                [new LocationPart(latitude, longitude) { Title = body["name"].Filled, Address = body["address"].Filled, Url = body["url"].Filled }],
            "contacts" => body.Items.Select(contact => new ContactPart(contact["name"]["formatted_name"].Filled)
            {
                Phones = [.. contact["phones"].Items.Select(phone => phone["phone"].Filled).OfType<string>()],
                Emails = [.. contact["emails"].Items.Select(mail => mail["email"].Filled).OfType<string>()],
                UserId = contact["phones"][0]["wa_id"].Filled,
            }),
            "order" => [new CardPart("order")
            {
                Id = body["catalog_id"].Filled, Title = body["text"].Filled,
                Facts = new Dictionary<string, string>(body.Facts("catalog_id")) { ["items"] = body["product_items"].Items.Count().ToString(global::System.Globalization.CultureInfo.InvariantCulture) },
            }],
            _ => [],
        };
    }

    private static MediaPart Media(MediaKind kind, Node body) => new(kind, new MediaRef(body["id"].Filled, body["url"].Filled)
    {
        Mime = body["mime_type"].Filled, Sha256 = body["sha256"].Filled, FileName = body["filename"].Filled, Facts = body.Facts("animated"),
    })
    {
        Caption = body["caption"].Filled,
    };

    private static InboundEvent Pressed(Node message, Node body, Head head)
    {
        var type = body["type"].Text ?? "unknown";
        var reply = body[type];
        if (type is not ("button_reply" or "list_reply" or "nfm_reply"))
            return head.On(new Unsupported { Type = "message.interactive." + type, DedupeKey = head.Key, MessageId = head.Id, IsMessage = true });
        return head.On(new ButtonPressed
        {
            Type = "message.interactive." + type, DedupeKey = head.Key, MessageId = head.Id, Text = reply["title"].Text ?? reply["body"].Text, Payload = reply["id"].Text ?? reply["response_json"].Text,
            TargetId = message["context"]["id"].Filled, Facts = reply.Facts("description", "name"),
        });
    }

    private static InboundEvent System(Node body, Head head)
    {
        var type = body["type"].Text ?? "unknown";
        if (type is "user_changed_number" or "customer_changed_number" or "user_changed_user_id" && (body["wa_id"].Filled ?? body["new_wa_id"].Filled ?? body["user_id"].Filled) is { } changed)
            return head.On(new IdentityChanged(changed) { Type = type, DedupeKey = head.Key, Text = body["body"].Text });
        return head.On(new Noted(type) { Type = "message.system", DedupeKey = head.Key, Facts = body.Facts("body", "identity") });
    }

    private DeliveryReported Status(Node status, Head head)
    {
        var name = status["status"].Text ?? "unknown";
        var error = status["errors"][0];
        return head.On(new DeliveryReported(name switch { "delivered" => DeliveryState.Delivered, "read" or "played" => DeliveryState.Read, "failed" => DeliveryState.Failed, _ => DeliveryState.Sent })
        {
            Type = "status." + name, DedupeKey = $"{head.Key}:{name}", TargetIds = head.Id is { } id ? [id] : [],
            Failure = error.IsMissing ? null : errors.Of(error["code"].Text ?? "", 400, error["error_data"]["details"].Filled ?? error["title"].Text),
            Facts = status.Facts("biz_opaque_callback_data"),
        });
    }
}
