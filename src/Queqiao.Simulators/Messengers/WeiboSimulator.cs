using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>An account on Weibo's fan service.</summary>
public sealed class WeiboSimulator(TimeProvider clock) : Simulator("weibo", clock)
{
    private const string Secret = "weibo-app-secret";
    private readonly OAuthDesk consent = new("client_id", "4242");
    private long last;
    private const string Access = "2.00weiboAccessToken";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appSecret"] = Secret, ["accessToken"] = Access };

    protected override string NewPersonId(string name) => "2" + Digits(name, 9);

    protected override SimAnswer Denied() => Says(401, 21332, "invalid_access_token");

    protected override SimAnswer TooMany() => Says(403, 10023, "User requests out of rate limit!");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/2/mss/msget")
            return request.Query.GetValueOrDefault("access_token") == Access ? Give(request.Query.GetValueOrDefault("fid") ?? "") : Denied();
        if (request.Path == "/oauth2/authorize")
            return consent.Page(request);
        if (request.Path == "/oauth2/access_token")
        {
            var form = request.Form;
            return form.GetValueOrDefault("client_secret") != Secret ? Says(400, 21324, "invalid_client") : !consent.Redeem(form.GetValueOrDefault("code"), form.GetValueOrDefault("redirect_uri") ?? "", null) ? Says(400, 21325, "invalid_grant")
                : SimAnswer.Json(new JsonObject { ["access_token"] = Access, ["expires_in"] = 157679999, ["uid"] = "1902538057" });
        }
        if (request.Form.GetValueOrDefault("access_token") != Access)
            return Denied();
        if (request.Path == "/oauth2/get_token_info")
            return SimAnswer.Json(new JsonObject { ["uid"] = 1902538057, ["appkey"] = "1", ["expire_in"] = 157679471 });
        if (request.Path != "/2/messages/reply.json" || Find(request.Form.GetValueOrDefault("receiver_id") ?? "") is not { } person)
            return Says(400, 20003, "User does not exists!");
        if (!IsOpen(person, TimeSpan.FromHours(48)))
            return Says(403, 26430, "reply time out");
        var data = JsonNode.Parse(request.Form.GetValueOrDefault("data") ?? "{}");
        var type = request.Form.GetValueOrDefault("type") ?? "";
        var text = (string?)data?["text"] ?? (string?)data?["articles"]?[0]?["display_name"];
        if (type.Length == 0 || text is { Length: > 300 })
            return Says(400, 10008, "Param error");
        return SimAnswer.Json(new JsonObject { ["id"] = Take(person, type, text, data).Id, ["result"] = true });
    }

    protected override SimHook Text(SimPerson person, string text) => Told(person, "text", text, []);

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Told(person, "image", "发了一张图片", new JsonObject { ["vfid"] = fileId, ["tovfid"] = fileId });

    public override SimHook Handshake() => new("GET", Query() + "&echostr=987654321", new Dictionary<string, string>(), []) { Expect = "987654321" };

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && body == handshake.Expect;

    private SimHook Told(SimPerson person, string type, string text, JsonObject data) => SimHook.Post(new JsonObject
    {
        ["type"] = type, ["receiver_id"] = 1902538057, ["sender_id"] = long.Parse(person.Id, CultureInfo.InvariantCulture), ["text"] = text, ["data"] = data,
        ["created_at"] = NextSecond().ToOffset(TimeSpan.FromHours(8)).ToString("ddd MMM dd HH:mm:ss '+0800' yyyy", CultureInfo.InvariantCulture),
    }) with { Query = Query() };

    /// <summary>Weibo names no message, only its second: two never share one here.</summary>
    private DateTimeOffset NextSecond() => DateTimeOffset.FromUnixTimeSeconds(last = Math.Max(last + 1, Seconds));

    private string Query()
    {
        var time = Seconds.ToString(CultureInfo.InvariantCulture);
        return $"signature={Sign.Sorted(Secret, time, "nonce7")}&timestamp={time}&nonce=nonce7";
    }

    private static SimAnswer Says(int status, int code, string error) => SimAnswer.Json(status, new JsonObject { ["error"] = error, ["error_code"] = code }.ToJsonString());
}
