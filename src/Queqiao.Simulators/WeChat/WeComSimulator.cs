using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.WeChat;

/// <summary>A corporation on WeCom: an application of its own, or WeChat customer service, whose messages are asked for.</summary>
public sealed class WeComSimulator(string kind, TimeProvider clock) : Simulator(kind, clock)
{
    private const int MostText = 2048;
    private const int MostInWindow = 5;
    private const string Account = "wkAJ2GCAAASSm4simulated";
    private readonly WeChatDoor door = new("ww" + Sign.Hex(Sign.Sha256(kind))[..16]);
    private readonly string secret = Sign.Hex(Sign.Sha256(kind + "secret"))[..40];
    private readonly List<JsonObject> items = [];
    private readonly Lock gate = new();

    private bool IsKf => Kind == "wechat-kf";

    public override IReadOnlyDictionary<string, string> Settings
    {
        get
        {
            var settings = new Dictionary<string, string> { ["corpId"] = door.Receiver, ["secret"] = secret, ["token"] = door.Token, ["encodingAesKey"] = door.AesKey };
            settings[IsKf ? "openKfId" : "agentId"] = IsKf ? Account : "1000002";
            return settings;
        }
    }

    protected override bool IssuesTokens => true;

    protected override string NewPersonId(string name) => (IsKf ? "wm" : "user") + Sign.Hex(Sign.Sha256(Kind + name))[..20];

    protected override SimAnswer TooMany() => WeChatDoor.Says(45009, "api freq out of limit");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/cgi-bin/gettoken")
        {
            return request.Query.GetValueOrDefault("corpid") == door.Receiver && request.Query.GetValueOrDefault("corpsecret") == secret
                ? SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["errmsg"] = "ok", ["access_token"] = NewToken(), ["expires_in"] = 7200 }) : WeChatDoor.Says(40001, "invalid credential");
        }
        if (!IsToken(request.Query.GetValueOrDefault("access_token")))
            return WeChatDoor.Says(40014, "invalid access_token");
        return request.Path switch
        {
            "/cgi-bin/message/send" when !IsKf => Message(request.Json, "agentid"),
            "/cgi-bin/kf/send_msg" when IsKf => Message(request.Json, "open_kfid"),
            "/cgi-bin/kf/sync_msg" when IsKf => Page(request.Json),
            "/cgi-bin/kf/account/list" => SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["account_list"] = new JsonArray(new JsonObject { ["open_kfid"] = Account, ["name"] = "客服" }) }),
            "/cgi-bin/kf/customer/batchget" => Customer((string?)request.Json["external_userid_list"]?[0] ?? ""),
            "/cgi-bin/kf/service_state/trans" or "/cgi-bin/message/recall" => WeChatDoor.Says(0, "ok"),
            "/cgi-bin/agent/get" => SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["agentid"] = 1000002, ["name"] = "鹊桥助手" }),
            "/cgi-bin/user/get" => Find(request.Query.GetValueOrDefault("userid") ?? "") is { } person ? SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["userid"] = person.Id, ["name"] = person.Name }) : WeChatDoor.Says(60111, "userid not found"),
            "/cgi-bin/media/upload" => request.File is { } file ? SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["media_id"] = Keep(file) }) : WeChatDoor.Says(44001, "empty media data"),
            "/cgi-bin/media/get" => Give(request.Query.GetValueOrDefault("media_id") ?? ""),
            _ => WeChatDoor.Says(40066, "invalid url"),
        };
    }

    private SimAnswer Message(JsonObject body, string account)
    {
        if (Find((string?)body["touser"] ?? "") is not { } person)
            return WeChatDoor.Says(81013, "user & party & tag all invalid");
        if (body[account] is null || (string?)body["msgtype"] is not { } type || body[type] is not JsonObject content)
            return WeChatDoor.Says(40008, "invalid message type");
        if (IsKf && !IsOpen(person, TimeSpan.FromHours(48)))
            return WeChatDoor.Says(95002, "send msg session expired");
        if (IsKf && !IsOpen(person, TimeSpan.FromHours(48), MostInWindow))
            return WeChatDoor.Says(95001, "send msg count limit");
        if (type == "text" && Sign.Bytes((string?)content["content"] ?? "").Length is 0 or > MostText)
            return WeChatDoor.Says(45002, "content size out of limit");
        return WeChatDoor.Sent(Take(person, type, (string?)content["content"] ?? (string?)content["head_content"] ?? (string?)content["title"], body, IsKf ? (string?)body["msgid"] : null).Id);
    }

    private SimAnswer Page(JsonObject body)
    {
        lock (gate)
        {
            _ = int.TryParse((string?)body["cursor"], NumberStyles.None, CultureInfo.InvariantCulture, out var from);
            var page = items.Skip(from).Take((int?)body["limit"] ?? 1000).ToList();
            return SimAnswer.Json(new JsonObject
            {
                ["errcode"] = 0, ["errmsg"] = "ok", ["next_cursor"] = (from + page.Count).ToString(CultureInfo.InvariantCulture), ["has_more"] = from + page.Count < items.Count ? 1 : 0,
                ["msg_list"] = new JsonArray([.. page.Select(item => item.DeepClone())]),
            });
        }
    }

    private SimAnswer Customer(string id) => SimAnswer.Json(new JsonObject
    {
        ["errcode"] = 0, ["customer_list"] = Find(id) is { } person ? new JsonArray(new JsonObject { ["external_userid"] = person.Id, ["nickname"] = person.Name, ["unionid"] = person.Unionid }) : [],
    });

    protected override SimHook Text(SimPerson person, string text) => IsKf ? Told(person, "text", new JsonObject { ["content"] = text })
        : Event(person, $"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content><MsgId>{NextId()}</MsgId><AgentID>1000002</AgentID>");

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => IsKf ? Told(person, "image", new JsonObject { ["media_id"] = fileId })
        : Event(person, $"<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[{baseUrl}/pic]]></PicUrl><MediaId><![CDATA[{fileId}]]></MediaId><MsgId>{NextId()}</MsgId><AgentID>1000002</AgentID>");

    public override SimHook Handshake() => door.Echo(Seconds, isSealed: true);

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && body == handshake.Expect;

    /// <summary>The message waits to be asked for; the callback says only that there is one.</summary>
    private SimHook Told(SimPerson person, string type, JsonObject content)
    {
        lock (gate)
            items.Add(new JsonObject { ["msgid"] = "kf" + NextId(), ["open_kfid"] = Account, ["external_userid"] = person.Id, ["send_time"] = Seconds, ["origin"] = 3, ["msgtype"] = type, [type] = content });
        return door.Deliver(Seconds, $"<xml><ToUserName><![CDATA[{door.Receiver}]]></ToUserName><CreateTime>{Seconds}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[ENC{NextId()}]]></Token><OpenKfId><![CDATA[{Account}]]></OpenKfId></xml>");
    }

    private SimHook Event(SimPerson person, string inner) =>
        door.Deliver(Seconds, $"<xml><ToUserName><![CDATA[{door.Receiver}]]></ToUserName><FromUserName><![CDATA[{person.Id}]]></FromUserName><CreateTime>{Seconds}</CreateTime>{inner}</xml>");
}
