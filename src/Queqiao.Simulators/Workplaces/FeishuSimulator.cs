using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Workplaces;

/// <summary>A bot of Feishu whose events are sealed and signed.</summary>
public sealed class FeishuSimulator(TimeProvider clock) : Simulator("feishu", clock)
{
    private const string AppId = "cli_simulated0001";
    private const string Secret = "feishu-app-secret";
    private const string Key = "feishu-encrypt-key";
    private const string Verification = "feishu-verification-token";
    private readonly Dictionary<string, string> once = [];
    private readonly Lock gate = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appId"] = AppId, ["appSecret"] = Secret, ["encryptKey"] = Key, ["verificationToken"] = Verification };

    protected override bool IssuesTokens => true;

    protected override string NewPersonId(string name) => "ou_" + Sign.Hex(Sign.Sha256("feishu" + name))[..32];

    protected override SimAnswer TooMany() => Says(99991400, "request trigger frequency limit");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/open-apis/auth/v3/tenant_access_token/internal")
            return (string?)request.Json["app_id"] == AppId && (string?)request.Json["app_secret"] == Secret ? SimAnswer.Json(new JsonObject { ["code"] = 0, ["msg"] = "ok", ["tenant_access_token"] = NewToken(), ["expire"] = 7200 }) : Says(10014, "app secret invalid");
        if (!IsToken(request.Bearer))
            return Says(99991663, "Invalid access token for authorization");
        var steps = request.Path.Trim('/').Split('/');
        return (request.Method, steps) switch
        {
            (_, ["open-apis", "bot", "v3", "info"]) => SimAnswer.Json(new JsonObject { ["code"] = 0, ["bot"] = new JsonObject { ["app_name"] = "鹊桥助手", ["open_id"] = "ou_bot" } }),
            ("GET", ["open-apis", "contact", "v3", "users", var id]) => Find(id) is { } known ? Ok(new JsonObject { ["user"] = new JsonObject { ["open_id"] = id, ["union_id"] = known.Unionid, ["name"] = known.Name } }) : Says(41050, "no user authority"),
            ("POST", ["open-apis", "im", "v1", "images"]) => request.File is { } image ? Ok(new JsonObject { ["image_key"] = "img_" + Keep(image) }) : Says(234001, "Invalid request param."),
            ("POST", ["open-apis", "im", "v1", "files"]) => request.File is { } file ? Ok(new JsonObject { ["file_key"] = "file_" + Keep(file) }) : Says(234001, "Invalid request param."),
            ("GET", ["open-apis", "im", "v1", "messages", _, "resources", var key]) => Give(key.Split('_')[^1]),
            ("POST", ["open-apis", "im", "v1", "messages"]) => Message(request.Json, (string?)request.Json["receive_id"] ?? ""),
            (_, ["open-apis", "im", "v1", "messages", ..]) => Ok(new JsonObject { ["message_id"] = "om_" + NextId() }),
            _ => Says(404, "not found"),
        };
    }

    private SimAnswer Message(JsonObject body, string receiver)
    {
        if (Find(receiver.StartsWith("oc_", StringComparison.Ordinal) ? receiver[3..] : receiver) is not { } person || Trouble == Trouble.WindowClosed)
            return Says(230013, "Bot has NO availability to this user.");
        if ((string?)body["msg_type"] is not { } type || (string?)body["content"] is not { } content || content.Length > 150_000)
            return Says(230001, "Your request contains an invalid request parameter.");
        lock (gate)
        {
            if ((string?)body["uuid"] is { } uuid && once.TryGetValue(uuid, out var before))
                return Ok(new JsonObject { ["message_id"] = before });
            var sent = Take(person, type, type == "post" ? Post(JsonNode.Parse(content)) : (string?)JsonNode.Parse(content)?["text"] ?? (string?)JsonNode.Parse(content)?["header"]?["title"]?["content"], body, "om_" + NextId());
            if ((string?)body["uuid"] is { } first)
                once[first] = sent.Id;
            return Ok(new JsonObject { ["message_id"] = sent.Id });
        }
    }

    /// <summary>The words of a post, line by line.</summary>
    private static string Post(JsonNode? content) =>
        string.Join('\n', (content?["zh_cn"]?["content"] as JsonArray ?? []).Select(line => string.Concat((line as JsonArray ?? []).Select(piece => (string?)piece?["text"]))));

    protected override SimHook Text(SimPerson person, string text) => Event("im.message.receive_v1", Told(person, "text", new JsonObject { ["text"] = text }));

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Event("im.message.receive_v1", Told(person, "image", new JsonObject { ["image_key"] = "img_" + fileId }));

    public override SimHook? Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return what != SimReceipt.Read ? null : Event("im.message.message_read_v1", new JsonObject { ["reader"] = new JsonObject { ["reader_id"] = new JsonObject { ["open_id"] = message.To.Id }, ["read_time"] = Milliseconds.ToString(CultureInfo.InvariantCulture) }, ["message_id_list"] = new JsonArray(message.Id) });
    }

    public override SimHook Handshake() => Sealed(new JsonObject { ["challenge"] = "ajls384kdjx98XX", ["token"] = Verification, ["type"] = "url_verification" }) with { Expect = "ajls384kdjx98XX" };

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && (string?)JsonNode.Parse(body)?["challenge"] == handshake.Expect;

    private JsonObject Told(SimPerson person, string type, JsonObject content) => new()
    {
        ["sender"] = new JsonObject { ["sender_id"] = new JsonObject { ["open_id"] = person.Id, ["union_id"] = person.Unionid, ["user_id"] = "e1" }, ["sender_type"] = "user", ["tenant_key"] = "t" },
        ["message"] = new JsonObject { ["message_id"] = "om_" + NextId(), ["create_time"] = Milliseconds.ToString(CultureInfo.InvariantCulture), ["chat_id"] = "oc_" + person.Id, ["chat_type"] = "p2p", ["message_type"] = type, ["content"] = content.ToJsonString(Sign.Plain) },
    };

    private SimHook Event(string type, JsonObject told) => Sealed(new JsonObject
    {
        ["schema"] = "2.0", ["header"] = new JsonObject { ["event_id"] = "e" + NextId(), ["token"] = Verification, ["create_time"] = Milliseconds.ToString(CultureInfo.InvariantCulture), ["event_type"] = type, ["tenant_key"] = "t", ["app_id"] = AppId }, ["event"] = told,
    });

    private SimHook Sealed(JsonObject body)
    {
        var bytes = Sign.Bytes(new JsonObject { ["encrypt"] = Sign.FeishuSeal(Key, Sign.Bytes(body.ToJsonString(Sign.Plain))) }.ToJsonString(Sign.Plain));
        var (time, nonce) = (Seconds.ToString(CultureInfo.InvariantCulture), "n" + NextId());
        return SimHook.Post(bytes, ("X-Lark-Request-Timestamp", time), ("X-Lark-Request-Nonce", nonce), ("X-Lark-Signature", Sign.Hex(SHA256.HashData([.. Sign.Bytes(time + nonce + Key), .. bytes]))));
    }

    private static SimAnswer Ok(JsonObject data) => SimAnswer.Json(new JsonObject { ["code"] = 0, ["msg"] = "success", ["data"] = data });

    private static SimAnswer Says(int code, string message) => SimAnswer.Json(code >= 99991000 ? 400 : 200, new JsonObject { ["code"] = code, ["msg"] = message }.ToJsonString(Sign.Plain));
}
