using Queqiao.Channels.Reading;

namespace Queqiao.Channels.WeChat;

/// <summary>Messages and events in the form that official accounts, mini programs and WeCom applications share.</summary>
internal static class WeChatMessages
{
    private static readonly HashSet<string> NotedEvents = new(StringComparer.OrdinalIgnoreCase)
    {
        "SCAN", "VIEW", "view_miniprogram", "LOCATION", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin",
        "location_select", "subscribe_msg_popup_event", "subscribe_msg_change_event", "MASSSENDJOBFINISH", "kf_create_session", "kf_switch_session",
        "kf_close_session", "user_enter_tempsession", "enter_agent", "change_external_contact", "change_external_chat", "change_external_tag",
        "change_contact", "batch_job_result", "open_approval_change", "share_agent_change", "template_card_menu_event", "qualification_verify_success",
        "qualification_verify_fail", "naming_verify_success", "naming_verify_fail", "annual_renew", "verify_expired", "user_authorization_revoke",
    };

    /// <summary>One event; a report on several subscription messages is several.</summary>
    public static IReadOnlyList<InboundEvent> ReadAll(Node message, string raw)
    {
        if (message["MsgType"].Text != "event" || message["Event"].Text != "subscribe_msg_sent_event")
            return [Read(message, raw)];
        var head = Head.Of(message, raw);
        return [.. message["SubscribeMsgSentEvent"]["List"].Items.DefaultIfEmpty().Select(item => Sent(item, head))];
    }

    public static InboundEvent Read(Node message, string raw)
    {
        var head = Head.Of(message, raw);
        return message["MsgType"].Text switch
        {
            "text" => Text(message, head),
            "image" => head.Message("image", Media(MediaKind.Image, message)),
            "voice" => head.Message("voice", Media(MediaKind.Voice, message)) with { Text = message["Recognition"].Filled },
            "video" or "shortvideo" => head.Message(message["MsgType"].Text!, Media(MediaKind.Video, message)),
            "file" => head.Message("file", new MediaPart(MediaKind.File, new MediaRef(message["MediaId"].Filled) { FileName = message["Title"].Filled ?? message["FileName"].Filled, Size = message["FileTotalLen"].Long })),
            "location" => Place(message, head),
            "link" => head.Message("link", new LinkPart("link", message["Url"].Filled) { Title = message["Title"].Filled, Description = message["Description"].Filled, ThumbUrl = message["PicUrl"].Filled }),
            "miniprogrampage" => head.Message("miniprogrampage", new CardPart("miniprogram") { Id = message["AppId"].Filled, Title = message["Title"].Filled, Facts = message.Facts("PagePath", "ThumbUrl", "ThumbMediaId") }),
            "event" when message["Event"].Filled is { } name => Event(name, message, head),
            _ => head.Unsupported(message["MsgType"].Text ?? "unknown", isMessage: message["MsgType"].Text is not "event"),
        };
    }

    private static InboundEvent Text(Node message, Head head)
    {
        var text = message["Content"].Text ?? "";
        InboundEvent said = head.Message("text") with { Text = text };
        return message["bizmsgmenuid"].Filled is not { } choice ? said : new ButtonPressed { Type = "text.menu", DedupeKey = head.Key, At = head.At, AccountId = head.Account, Person = head.Person, Place = head.Place, Raw = head.Raw, MessageId = head.MessageId, Text = text, Payload = choice };
    }

    private static InboundEvent Place(Node message, Head head) => (message["Location_X"].Double, message["Location_Y"].Double) is ({ } latitude, { } longitude)
        ? head.Message("location", new LocationPart(latitude, longitude) { Title = message["Label"].Filled })
        : head.Unsupported("location", isMessage: true);

    private static MediaPart Media(MediaKind kind, Node message) => new(kind, new MediaRef(message["MediaId"].Filled, message["PicUrl"].Filled)
    {
        ThumbId = message["ThumbMediaId"].Filled,
        Facts = message.Facts("Format", "MediaId16K"),
    });

    private static InboundEvent Event(string name, Node message, Head head) => name switch
    {
        "subscribe" => new Followed { Type = "event.subscribe", DedupeKey = head.EventKey(name), At = head.At, AccountId = head.Account, Person = head.Person, Place = head.Place, Raw = head.Raw, Facts = Scene(message) },
        "unsubscribe" => new Unfollowed { Type = "event.unsubscribe", DedupeKey = head.EventKey(name), At = head.At, AccountId = head.Account, Person = head.Person, Place = head.Place, Raw = head.Raw },
        "CLICK" or "click" => head.Pressed(name, message["EventKey"].Filled),
        "template_card_event" => head.Pressed(name, message["EventKey"].Filled) with { Facts = Card(message), DedupeKey = head.EventKey(name) + ":" + message["ResponseCode"].Text },
        "TEMPLATESENDJOBFINISH" => Finished(message, head),
        _ when NotedEvents.Contains(name) => new Noted(name) { Type = "event." + name, DedupeKey = head.EventKey(name), At = head.At, AccountId = head.Account, Person = head.Person, Place = head.Place, Raw = head.Raw, Facts = Facts(name, message) },
        _ => head.Unsupported("event." + name, isMessage: false),
    };

    private static Dictionary<string, string> Facts(string name, Node message)
    {
        var facts = name == "SCAN" ? Scene(message) : message.Facts("EventKey", "SessionFrom", "KfAccount", "FromKfAccount", "ToKfAccount", "Latitude", "Longitude", "Precision", "AgentID", "ChangeType", "UserID", "ExternalUserID", "WelcomeCode", "State", "Status", "MsgID");
        foreach (var (from, to) in new[] { ("SessionFrom", "session_from"), ("KfAccount", "kf_account") })
        {
            if (facts.Remove(from, out var value))
                facts[to] = value;
        }
        if (name == "VIEW" && facts.Remove("EventKey", out var url))
            facts["url"] = url;
        return facts;
    }

    private static Dictionary<string, string> Scene(Node message)
    {
        var facts = message.Facts("Ticket");
        if (message["EventKey"].Filled is { } key)
            facts["scene"] = key.StartsWith("qrscene_", StringComparison.Ordinal) ? key["qrscene_".Length..] : key;
        return facts;
    }

    /// <summary>The provider writes OpitonIds, and means it.</summary>
    private static Dictionary<string, string> Card(Node message)
    {
        var facts = message.Facts("TaskId", "CardType", "ResponseCode", "AgentID");
        foreach (var item in message["SelectedItems"]["SelectedItem"].Items)
        {
            var chosen = item["OpitonIds"]["OpitonId"].Items.Concat(item["OptionIds"]["OptionId"].Items).Select(option => option.Text).OfType<string>();
            if (item["QuestionKey"].Filled is { } question)
                facts["selected." + question] = string.Join(',', chosen);
        }
        return facts;
    }

    private static DeliveryReported Finished(Node message, Head head)
    {
        var status = message["Status"].Text ?? "";
        return new DeliveryReported(status == "success" ? DeliveryState.Delivered : DeliveryState.Failed)
        {
            Type = "event.TEMPLATESENDJOBFINISH", DedupeKey = head.EventKey("TEMPLATESENDJOBFINISH") + ":" + message["MsgID"].Text, At = head.At, AccountId = head.Account,
            Person = head.Person, Place = head.Place, Raw = head.Raw, Direction = EventDirection.Outbound,
            TargetIds = message["MsgID"].Filled is { } id ? [id] : [],
            Failure = status == "success" ? null : status.Contains("user block", StringComparison.OrdinalIgnoreCase)
                ? new Failure(ErrorClass.Permanent, "user_block", new("用户拒收", "The customer has blocked these messages"))
                : new Failure(ErrorClass.Retry, "system_failed", new("微信系统错误", "WeChat had a fault")) { Detail = status },
        };
    }

    private static DeliveryReported Sent(Node item, Head head)
    {
        var code = item["ErrorCode"].Text ?? "0";
        return new DeliveryReported(code == "0" ? DeliveryState.Sent : DeliveryState.Failed)
        {
            Type = "event.subscribe_msg_sent_event", DedupeKey = head.EventKey("subscribe_msg_sent_event") + ":" + item["MsgID"].Text, At = head.At, AccountId = head.Account,
            Person = head.Person, Place = head.Place, Raw = head.Raw, Direction = EventDirection.Outbound,
            TargetIds = item["MsgID"].Filled is { } id ? [id] : [],
            Facts = item.Facts("TemplateId", "ErrorCode"),
            Failure = code == "0" ? null : new Failure(ErrorClass.Permanent, code, new("订阅消息未送达", "The subscription message was not delivered")) { Detail = item["ErrorStatus"].Text },
        };
    }
}
