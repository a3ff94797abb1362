using Queqiao.Channels.Reading;

namespace Queqiao.Channels.WeChatKf;

/// <summary>The items that sync_msg gives: messages of customers and of colleagues, and events.</summary>
internal static class KfItems
{
    private const int FromColleague = 5;

    private static readonly HashSet<string> NotedEvents = ["enter_session", "servicer_status_change", "session_status_change", "reject_customer_msg_switch_change"];

    private sealed record Head(string Type, string? Id, Person? Person, string? Account, DateTimeOffset? At, EventDirection Direction, Node Item)
    {
        public string Key => Id ?? Events.HashKey(Item.Raw);

        public Place? Place => Person is null ? null : new Place(Person.Id);

        public T On<T>(T made)
            where T : InboundEvent => made with { At = At, AccountId = Account, Person = Person, Place = Place, Direction = Direction, Raw = Item.Raw };

        public InboundEvent Message(params MessagePart[] parts) => On(new MessageReceived { Type = Type, DedupeKey = Key, MessageId = Id, Parts = parts, Facts = Item.Facts("origin", "servicer_userid") });

        public InboundEvent Unsupported(bool isMessage = true) => On(new Unsupported { Type = Type, DedupeKey = Key, MessageId = Id, IsMessage = isMessage, Facts = Item.Facts("origin") });
    }

    public static InboundEvent Read(Node item)
    {
        var type = item["msgtype"].Text ?? "unknown";
        var told = item["event"];
        var head = new Head(
            type == "event" ? "event." + told["event_type"].Text : type, item["msgid"].Filled,
            (item["external_userid"].Filled ?? told["external_userid"].Filled) is { } person ? new Person(person) : null,
            item["open_kfid"].Filled ?? told["open_kfid"].Filled, Instant.Seconds(item["send_time"].Long),
            item["origin"].Long == FromColleague ? EventDirection.Outbound : EventDirection.Inbound, item);
        return type == "event" ? Event(told, head) : Message(type, item[type], head);
    }

    private static InboundEvent Message(string type, Node body, Head head) => type switch
    {
        "text" when body["menu_id"].Filled is { } choice => head.On(new ButtonPressed { Type = "text.menu", DedupeKey = head.Key, MessageId = head.Id, Text = body["content"].Text, Payload = choice }),
        "text" => head.On(new MessageReceived { Type = "text", DedupeKey = head.Key, MessageId = head.Id, Text = body["content"].Text ?? "", Facts = head.Item.Facts("origin", "servicer_userid") }),
        "image" => head.Message(Media(MediaKind.Image, body)),
        "voice" => head.Message(Media(MediaKind.Voice, body)),
        "video" => head.Message(Media(MediaKind.Video, body)),
        "file" => head.Message(Media(MediaKind.File, body)),
        "location" when (body["latitude"].Double, body["longitude"].Double) is ({ } latitude, { } longitude) =>
            head.Message(new LocationPart(latitude, longitude) { Title = body["name"].Filled, Address = body["address"].Filled }),
        "link" => head.Message(new LinkPart("link", body["url"].Filled) { Title = body["title"].Filled, Description = body["desc"].Filled, ThumbUrl = body["pic_url"].Filled }),
        "business_card" => head.Message(new ContactPart(body["userid"].Filled) { UserId = body["userid"].Filled }),
        "miniprogram" => head.Message(new CardPart("miniprogram") { Id = body["appid"].Filled, Title = body["title"].Filled, Facts = body.Facts("pagepath", "thumb_media_id") }),
        "msgmenu" => head.Message(new CardPart("menu") { Title = body["head_content"].Filled, Facts = body.Facts("tail_content") }),
        "channels_shop_product" => head.Message(new CardPart("product") { Id = body["product_id"].Filled, Title = body["title"].Filled, Facts = body.Facts("head_img", "sales_price", "shop_nickname") }),
        "channels_shop_order" => head.Message(new CardPart("order") { Id = body["order_id"].Filled, Title = body["product_titles"].Filled, Facts = body.Facts("price_wording", "state", "image_url", "shop_nickname") }),
        "channels" => head.Message(new CardPart("channels") { Title = body["title"].Filled, Facts = body.Facts("sub_type", "nickname") }),
        "merged_msg" => head.Message(Merged(body)),
        "note" or "meeting" or "schedule" or "contact" => head.Unsupported(),
        _ => head.Unsupported(),
    };

    private static MediaPart Media(MediaKind kind, Node body) => new(kind, new MediaRef(body["media_id"].Filled) { FileName = body["filename"].Filled });

    /// <summary>Each forwarded message is a document within a string.</summary>
    private static CardPart Merged(Node body)
    {
        var items = body["item"].Items.ToList();
        var facts = new Dictionary<string, string> { ["count"] = items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        foreach (var (index, item) in items.Take(100).Index())
        {
            var content = item["msg_content"].Embedded;
            facts[$"message.{index}"] = $"{item["sender_name"].Text}: {content["text"]["content"].Text ?? "[" + (item["msgtype"].Text ?? "?") + "]"}";
        }
        return new CardPart("merged_messages") { Title = body["title"].Filled, Facts = facts };
    }

    private static InboundEvent Event(Node told, Head head) => told["event_type"].Text switch
    {
        "user_recall_msg" when told["recall_msgid"].Filled is { } id => head.On(new MessageRecalled { Type = head.Type, DedupeKey = head.Key, TargetId = id }),
        "servicer_recall_msg" when told["recall_msgid"].Filled is { } id =>
            head.On(new MessageRecalled { Type = head.Type, DedupeKey = head.Key, TargetId = id, Facts = told.Facts("servicer_userid") }) with { Direction = EventDirection.Outbound },
        "msg_send_fail" => head.On(new DeliveryReported(DeliveryState.Failed)
        {
            Type = head.Type, DedupeKey = head.Key, TargetIds = told["fail_msgid"].Filled is { } id ? [id] : [], Failure = Failed(told["fail_type"].Text ?? "0"),
        }) with { Direction = EventDirection.Outbound },
        "enter_session" => head.On(new Noted("enter_session")
        {
            Type = head.Type, DedupeKey = head.Key, Facts = told.Facts("scene", "scene_param"), ReplyWith = told.Facts("welcome_code"),
        }),
        { } name when NotedEvents.Contains(name) => head.On(new Noted(name)
        {
            Type = head.Type, DedupeKey = head.Key, Facts = told.Facts("servicer_userid", "status", "change_type", "old_servicer_userid", "new_servicer_userid", "msg_code", "reject_switch"), ReplyWith = told.Facts("msg_code"),
        }),
        _ => head.Unsupported(isMessage: false),
    };

    private static Failure Failed(string type) => type switch
    {
        "4" => new(ErrorClass.Window, type, new("会话已超过 48 小时", "The session is older than 48 hours")),
        "5" => new(ErrorClass.Window, type, new("会话已结束", "The session has ended")),
        "6" => new(ErrorClass.Window, type, new("已超过 5 条消息", "More than 5 messages")),
        "1" => new(ErrorClass.Permanent, type, new("客服账号已删除", "The service account was deleted")),
        "2" => new(ErrorClass.Config, type, new("应用已关闭", "The application is closed")),
        "7" => new(ErrorClass.Config, type, new("未绑定视频号", "The channel is not bound")),
        "8" => new(ErrorClass.Config, type, new("主体未验证", "The corporation is not verified")),
        "10" => new(ErrorClass.Permanent, type, new("用户拒收消息", "The customer refuses messages")),
        _ => new(ErrorClass.Permanent, type, new("发送失败，原因未知", "Not delivered, for an unknown reason")),
    };
}
