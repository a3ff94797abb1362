using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Douyin;

/// <summary>Webhooks of the open platform.</summary>
internal static class DouyinReader
{
    private static readonly HashSet<string> NotedKinds = ["im_enter_direct_msg", "im_authorize", "authorize", "unauthorize", "contract_authorize", "contract_unauthorize", "new_video_digg", "item_comment_reply", "enter_group_audit_change", "group_fans_event", "im_group_fans_event", "create_video"];

    public static InboundEvent Read(Node body, string? delivery)
    {
        var (name, content) = (body["event"].Text ?? "unknown", body["content"].Embedded);
        var isOurs = name == "im_send_msg";
        var (customer, account) = isOurs ? (body["to_user_id"].Filled, body["from_user_id"].Filled) : (body["from_user_id"].Filled, body["to_user_id"].Filled);
        var about = content["user_infos"].Items.FirstOrDefault(one => one["open_id"].Text == customer);
        var message = content["server_message_id"].Filled;
        var head = new EventHead(message is not null ? (name == "im_recall_msg" ? message + ":recall" : message) : delivery ?? body["log_id"].Filled ?? Events.HashKey(body.Raw), body.Raw)
        {
            Account = account, Person = customer is null ? null : new Person(customer) { Name = about["nick_name"].Filled, AvatarUrl = about["avatar"].Filled },
            Place = (content["conversation_short_id"].Filled ?? content["conversation_id"].Filled) is { } place ? new Place(place, content["conversation_type"].Long == 2) : null,
            At = Instant.Milliseconds(content["create_time"].Long), Direction = isOurs ? EventDirection.Outbound : EventDirection.Inbound,
            ReplyWith = isOurs || message is null ? Nothing.Facts : new Dictionary<string, string> { ["msg_id"] = message },
        };
        return name switch
        {
            "im_receive_msg" or "im_send_msg" or "im_group_receive_msg" or "im_group_send_msg" => Message(name, content, message, head),
            "im_recall_msg" when message is not null => head.Recalled(name, message),
            "new_follow_action" => head.Followed(name),
            _ when NotedKinds.Contains(name) => head.Noted(name, name, content.Facts("scene", "source", "scopes")),
            _ => head.Unsupported(name, false),
        };
    }

    private static InboundEvent Message(string name, Node content, string? id, EventHead head)
    {
        var type = content["message_type"].Text ?? "unknown";
        var url = content["resource_url"].Filled;
        IReadOnlyList<MessagePart> parts = type switch
        {
            "image" or "user_local_image" => [new MediaPart(MediaKind.Image, new MediaRef(null, url) { MessageId = id })],
            "user_local_video" => [new MediaPart(MediaKind.Video, new MediaRef(null, url) { MessageId = id })],
            "emoji" => [new MediaPart(MediaKind.Sticker, new MediaRef(null, url))],
            "video" => [new LinkPart("video", null) { Title = content["item_id"].Filled }],
            "retain_consult_card" => [new CardPart("consult") { Id = content["card_id"].Filled, Facts = content["card_data"].Items.Where(row => row["label"].Filled is not null).DistinctBy(row => row["label"].Text).ToDictionary(row => row["label"].Text!, row => row["value"].Text ?? "") }],
            _ => [],
        };
        return head.Said($"{name}.{type}", id, type == "text" ? content["text"].Text : null, parts, facts: content.Facts("scene_type", "source"));
    }
}
