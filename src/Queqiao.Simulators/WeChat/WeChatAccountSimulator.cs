using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.WeChat;

/// <summary>A WeChat official account or mini program in safe mode.</summary>
public sealed class WeChatAccountSimulator(string kind, TimeProvider clock) : Simulator(kind, clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(48);
    private const int MostInWindow = 5;
    private const int MostText = 2048;
    private readonly WeChatDoor door = new("wx" + Sign.Hex(Sign.Sha256(kind))[..16]);
    private readonly string secret = Sign.Hex(Sign.Sha256(kind + "secret"))[..32];

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["appId"] = door.Receiver, ["appSecret"] = secret, ["token"] = door.Token, ["encodingAesKey"] = door.AesKey,
    };

    protected override bool IssuesTokens => true;

    protected override string NewPersonId(string name) => "o" + Sign.Hex(Sign.Sha256(Kind + name))[..27];

    protected override SimAnswer TooMany() => WeChatDoor.Says(45009, "reach max api daily quota limit");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/cgi-bin/stable_token")
        {
            return (string?)request.Json["appid"] == door.Receiver && (string?)request.Json["secret"] == secret
                ? SimAnswer.Json(new JsonObject { ["access_token"] = NewToken(), ["expires_in"] = 7200 }) : WeChatDoor.Says(40125, "invalid appsecret");
        }
        if (!IsToken(request.Query.GetValueOrDefault("access_token")))
            return WeChatDoor.Says(40001, "invalid credential, access_token is invalid or not latest");
        return request.Path switch
        {
            "/cgi-bin/message/custom/send" => Custom(request.Json),
            "/cgi-bin/message/custom/typing" => WeChatDoor.Says(0, "ok"),
            "/cgi-bin/message/template/send" or "/cgi-bin/message/subscribe/send" => Template(request.Json),
            "/cgi-bin/media/upload" => request.File is { } file ? SimAnswer.Json(new JsonObject { ["type"] = request.Query.GetValueOrDefault("type"), ["media_id"] = Keep(file), ["created_at"] = Seconds }) : WeChatDoor.Says(41005, "media data missing"),
            "/cgi-bin/media/get" => Give(request.Query.GetValueOrDefault("media_id") ?? ""),
            "/cgi-bin/user/info" => Find(request.Query.GetValueOrDefault("openid") ?? "") is { } person
                ? SimAnswer.Json(new JsonObject { ["subscribe"] = 1, ["openid"] = person.Id, ["language"] = "zh_CN", ["unionid"] = person.Unionid }) : WeChatDoor.Says(40003, "invalid openid"),
            _ => WeChatDoor.Says(40066, "invalid url"),
        };
    }

    private SimAnswer Custom(JsonObject body)
    {
        if (Find((string?)body["touser"] ?? "") is not { } person)
            return WeChatDoor.Says(40003, "invalid openid");
        if ((string?)body["msgtype"] is not { } type || body[type] is not JsonObject content)
            return WeChatDoor.Says(40008, "invalid message type");
        if (!IsOpen(person, Window))
            return WeChatDoor.Says(45015, "response out of time limit or subscription is canceled");
        if (!IsOpen(person, Window, MostInWindow))
            return WeChatDoor.Says(45047, "out of response count limit");
        if (type == "text" && Sign.Bytes((string?)content["content"] ?? "").Length is 0 or > MostText)
            return WeChatDoor.Says(45002, "content size out of limit");
        var text = (string?)content["content"] ?? (string?)content["head_content"] ?? (string?)content["articles"]?[0]?["title"] ?? (string?)content["title"];
        return WeChatDoor.Sent(Take(person, type, text, body).Id);
    }

    private SimAnswer Template(JsonObject body)
    {
        if (Find((string?)body["touser"] ?? "") is not { } person)
            return WeChatDoor.Says(40003, "invalid openid");
        return (string?)body["template_id"] is { Length: > 0 } name ? WeChatDoor.Sent(Take(person, "template", name, body).Id) : WeChatDoor.Says(40037, "invalid template_id");
    }

    protected override SimHook Text(SimPerson person, string text) => Event(person, $"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content><MsgId>{NextId()}</MsgId>");

    protected override SimHook? Press(SimMessage message, JsonObject raw, int button)
    {
        ArgumentNullException.ThrowIfNull(message);
        return (raw?["msgmenu"]?["list"] as JsonArray)?.ElementAtOrDefault(button) is not { } chosen ? null
            : Event(message.To, $"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{(string?)chosen["content"]}]]></Content><MsgId>{NextId()}</MsgId><bizmsgmenuid>{(string?)chosen["id"]}</bizmsgmenuid>");
    }

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) =>
        Event(person, $"<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[{baseUrl}/pic/{fileId}]]></PicUrl><MediaId><![CDATA[{fileId}]]></MediaId><MsgId>{NextId()}</MsgId>");

    public override SimHook? Receipt(SimMessage message, SimReceipt what) => message is { Type: "template" } && what == SimReceipt.Delivered
        ? Event(message.To, $"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>{message.Id}</MsgID><Status><![CDATA[success]]></Status>") : null;

    /// <summary>Somebody follows the account.</summary>
    public SimHook Follows(SimPerson person)
    {
        ArgumentNullException.ThrowIfNull(person);
        return Event(person, "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[]]></EventKey>");
    }

    public override SimHook Handshake() => door.Echo(Seconds, isSealed: false);

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && body == handshake.Expect;

    private SimHook Event(SimPerson person, string inner) => door.Deliver(Seconds, string.Create(CultureInfo.InvariantCulture,
        $"<xml><ToUserName><![CDATA[gh_{Digits(Kind, 10)}]]></ToUserName><FromUserName><![CDATA[{person.Id}]]></FromUserName><CreateTime>{Seconds}</CreateTime>{inner}</xml>"), "&openid=" + person.Id);
}

/// <summary>The envelope of the WeChat family, from the sender's side.</summary>
internal sealed class WeChatDoor(string receiver)
{
    public string Receiver { get; } = receiver;

    public string Token { get; } = Sign.Hex(Sign.Sha256(receiver + "token"))[..24];

    public string AesKey { get; } = Convert.ToBase64String(Sign.Sha256(receiver + "aes"))[..43];

    public static SimAnswer Says(int code, string message) => SimAnswer.Json(new JsonObject { ["errcode"] = code, ["errmsg"] = message });

    public static SimAnswer Sent(string id) => SimAnswer.Json(new JsonObject { ["errcode"] = 0, ["errmsg"] = "ok", ["msgid"] = id });

    public SimHook Deliver(long seconds, string xml, string more = "")
    {
        var (time, nonce) = (seconds.ToString(CultureInfo.InvariantCulture), "1372623149");
        var encrypted = Sign.WeChatSeal(AesKey, xml, Receiver);
        var query = $"signature={Sign.Sorted(Token, time, nonce)}&timestamp={time}&nonce={nonce}{more}&encrypt_type=aes&msg_signature={Sign.Sorted(Token, time, nonce, encrypted)}";
        return new SimHook("POST", query, new Dictionary<string, string>(), Sign.Bytes($"<xml><ToUserName><![CDATA[{Receiver}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>")) { ContentType = "text/xml" };
    }

    public SimHook Echo(long seconds, bool isSealed)
    {
        var (time, nonce, echo) = (seconds.ToString(CultureInfo.InvariantCulture), "1372623149", "5927782489442352469");
        var shown = isSealed ? Sign.WeChatSeal(AesKey, echo, Receiver) : echo;
        var signature = isSealed ? "msg_signature=" + Sign.Sorted(Token, time, nonce, shown) : "signature=" + Sign.Sorted(Token, time, nonce);
        return new SimHook("GET", $"{signature}&timestamp={time}&nonce={nonce}&echostr={Uri.EscapeDataString(shown)}", new Dictionary<string, string>(), []) { Expect = echo };
    }
}
