using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Sms;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Kakao;

/// <summary>A skill of a Kakao chatbot: it asks, and one answer goes to the address that it names, within a minute.</summary>
public sealed class KakaoAdapter : ChannelAdapter
{
    public override ChannelDescriptor Descriptor { get; } = new("kakao", new("KakaoTalk 机器人", "KakaoTalk chatbot"))
    {
        Abilities = Abilities.Text | Abilities.Cards,
        Limits = new(new(1000, TextUnit.Utf16)) { Buttons = 10, ButtonLabel = new(14, TextUnit.Utf16), CardText = new(1000, TextUnit.Utf16) },
        Settings = [HookSecret.Field, new("waitingText", new("等待提示", "Text while one waits")) { Default = "잠시만 기다려 주세요." }, CommonFields.ApiBase],
        Window = new([new(WindowTrigger.Message, TimeSpan.FromMinutes(1), 1)]),
        Console = new("https://chatbot.kakao.com/"), Manual = new("https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format"), MediaHosts = ["*.kakao.com", "*.kakaocdn.net"],
        Errors = new()
        {
            { ErrorClass.Window, "回复地址已过期或已用过", "The address for the answer has expired, or was used", "http:400", "http:404", "http:410" },
            { ErrorClass.Config, "机器人未开通 AI 回调", "The bot has no AI callback", "no_callback" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (HookSecret.Check(delivery, settings) is { } why)
            return Refused(why);
        if (Json.Read(delivery.Body) is not { IsObject: true } body)
            return Refused(Refusal.Malformed);
        var request = body["userRequest"];
        var user = request["user"];
        var text = request["utterance"].Text?.Trim();
        // There is no id: the whole request is one, since its callback address is new each time.
        var head = new EventHead(request["callbackUrl"].Filled is { } callback ? Events.HashKey(callback) : Events.HashKey(body.Raw), body.Raw)
        {
            Account = body["bot"]["id"].Filled, ReplyWith = request.Facts("callbackUrl"),
            Person = user["id"].Filled is { } id ? new Person(id) { Language = request["lang"].Filled, Also = user["properties"].Facts("plusfriendUserKey", "appUserId") } : null,
        };
        var media = request["params"]["media"];
        IReadOnlyList<MessagePart> parts = media["url"].Filled is { } url ? [new MediaPart(media["type"].Text == "video" ? MediaKind.Video : MediaKind.Image, new MediaRef(null, url))] : [];
        InboundEvent told = body["action"]["clientExtra"]["payload"].Text is { } payload ? head.Pressed("skill.button", payload, text) : request.IsObject ? head.Said("skill", null, parts.Count > 0 ? null : text, parts) : head.Unsupported(body["never_heard_of"].IsMissing ? "unknown" : "never_heard_of", false);
        var reply = new JsonObject { ["version"] = "2.0", ["useCallback"] = true, ["data"] = new JsonObject { ["text"] = settings.Has("waitingText") ? settings["waitingText"] : "잠시만 기다려 주세요." } };
        return Received.Of(WebhookReply.Json(reply.ToJsonString(Writing.Plain)), [told]);
    }

    protected override bool Draws(CardContent card) => base.Draws(card) && card.Image is null && card.Buttons.Count > 0 && card.Buttons.All(button => button.Url is null);

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        var template = new JsonObject();
        switch (part.Content)
        {
            case TextContent text:
                template["outputs"] = new JsonArray(new JsonObject { ["simpleText"] = new JsonObject { ["text"] = text.Text } });
                break;
            case CardContent card:
                template["outputs"] = new JsonArray(new JsonObject { ["simpleText"] = new JsonObject { ["text"] = card.Text is null ? card.Title : card.Title + "\n" + card.Text } });
                template["quickReplies"] = new JsonArray([.. card.Buttons.Select(button => (JsonNode)new JsonObject { ["label"] = button.Label, ["action"] = "message", ["messageText"] = button.Label, ["extra"] = new JsonObject { ["payload"] = button.Payload ?? button.Label } })]);
                break;
            default:
                return SendOutcome.CannotDo(part.Content.ToString());
        }
        var callback = part.Reply("callbackUrl");
        if (!IsOurHost(callback, new ChannelSettings(new Dictionary<string, string>())))
            return Failures.NoWindow;
        var url = context.Settings.Has(CommonFields.ApiBaseUrl) ? context.Settings.ApiBase("") + new Uri(callback).PathAndQuery : callback;
        var answer = await Call.Post(context, url, new JsonObject { ["version"] = "2.0", ["template"] = template }, ct);
        return answer.IsOk && answer.Body["status"].Text is (null or "SUCCESS") ? new SendOutcome.Sent(answer.Body["taskId"].Filled) : Failed(answer, "", answer.Body["message"].Text, context);
    }

    /// <summary>Kakao can only be answered; there is nothing to ask.</summary>
    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Task.FromResult<SendOutcome>(new SendOutcome.Sent(null));
}
