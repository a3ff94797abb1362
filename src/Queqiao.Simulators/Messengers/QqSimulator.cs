using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A QQ bot, one to one: five answers within an hour.</summary>
public sealed class QqSimulator(TimeProvider clock) : Simulator("qq", clock)
{
    private const string AppId = "102000001";
    private const string Secret = "qq-bot-app-secret-of-32-letters.";
    private static readonly byte[] Seed = Sign.Bytes(Secret)[..32];

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appId"] = AppId, ["appSecret"] = Secret };

    protected override bool IssuesTokens => true;

    protected override SimAnswer TooMany() => Says(429, 22008, "msg limit exceed");

    protected override string NewPersonId(string name) => Sign.Hex(Sign.Sha256("qq" + name))[..32].ToUpperInvariant();

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/app/getAppAccessToken")
            return (string?)request.Json["appId"] == AppId && (string?)request.Json["clientSecret"] == Secret ? SimAnswer.Json(new JsonObject { ["access_token"] = NewToken(), ["expires_in"] = "7200" }) : Says(400, 100016, "invalid appid or secret");
        if (request.Path.StartsWith("/media/", StringComparison.Ordinal))
            return Give(request.Path[7..]);
        if (request.Header("Authorization") is not { } given || !given.StartsWith("QQBot ", StringComparison.Ordinal) || !IsToken(given[6..]))
            return Says(401, 11244, "token is not valid");
        if (request.Path == "/users/@me")
            return SimAnswer.Json(new JsonObject { ["id"] = "1", ["username"] = "鹊桥" });
        if (request.Path.Trim('/').Split('/') is not ["v2", "users", var id, var what] || Find(id) is not { } person)
            return Says(404, 10003, "not found");
        if (what == "files")
            return SimAnswer.Json(new JsonObject { ["file_uuid"] = "f", ["file_info"] = "info-" + NextId(), ["ttl"] = 3600 });
        if (!IsOpen(person, TimeSpan.FromHours(1), 5) || request.Json["msg_id"] is null)
            return Says(400, 304027, "reply window closed");
        if (request.Json["msg_type"] is null || request.Json["msg_seq"] is null)
            return Says(400, 40014, "message is empty");
        return SimAnswer.Json(new JsonObject { ["id"] = Take(person, (int)request.Json["msg_type"]! == 0 ? "text" : "media", (string?)request.Json["content"], request.Json).Id, ["timestamp"] = Seconds });
    }

    protected override SimHook Text(SimPerson person, string text) => Dispatch(person, new JsonObject { ["content"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Dispatch(person, new JsonObject
    {
        ["content"] = "", ["attachments"] = new JsonArray(new JsonObject { ["content_type"] = "image/png", ["filename"] = "photo.png", ["size"] = 5, ["url"] = $"{baseUrl}/media/{fileId}" }),
    });

    public override SimHook Handshake() => Signed(new JsonObject { ["op"] = 13, ["d"] = new JsonObject { ["plain_token"] = "plain-42", ["event_ts"] = "1725442341" } }) with { Expect = Sign.Hex(EdSigner.Sign(Seed, "1725442341plain-42"u8.ToArray())) };

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && (string?)JsonNode.Parse(body)?["signature"] == handshake.Expect;

    private SimHook Dispatch(SimPerson person, JsonObject d)
    {
        d["id"] = "ROBOT1.0_" + NextId();
        d["author"] = new JsonObject { ["id"] = person.Id, ["user_openid"] = person.Id, ["union_openid"] = person.Unionid };
        d["timestamp"] = Now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
        return Signed(new JsonObject { ["op"] = 0, ["id"] = "C2C_MESSAGE_CREATE:" + NextId(), ["s"] = 1, ["t"] = "C2C_MESSAGE_CREATE", ["d"] = d });
    }

    private SimHook Signed(JsonObject body)
    {
        var (bytes, time) = (Sign.Bytes(body.ToJsonString(Sign.Plain)), Seconds.ToString(CultureInfo.InvariantCulture));
        return SimHook.Post(bytes, ("X-Signature-Ed25519", Sign.Hex(EdSigner.Sign(Seed, Sign.Join(time, bytes)))), ("X-Signature-Timestamp", time), ("X-Bot-Appid", AppId));
    }

    private static SimAnswer Says(int status, int code, string message) => SimAnswer.Json(status, new JsonObject { ["code"] = code, ["message"] = message }.ToJsonString());
}
