using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A LINE official account: reply tokens are good once and for a minute, pushes always.</summary>
public sealed class LineSimulator(TimeProvider clock) : Simulator("line", clock)
{
    private const int MostText = 5000;
    private static readonly string Secret = Sign.Hex(Sign.Sha256("line secret"))[..32];
    private static readonly string Access = Convert.ToBase64String(Sign.Sha256("line access"));
    private readonly Dictionary<string, (SimPerson Person, DateTimeOffset Until)> replies = [];
    private readonly HashSet<string> retried = [];
    private readonly Lock gate = new();

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["channelSecret"] = Secret, ["accessToken"] = Access };

    protected override string NewPersonId(string name) => "U" + Sign.Hex(Sign.Sha256("line" + name))[..32];

    protected override SimAnswer Denied() => Says(401, "Authentication failed. Confirm that the access token in the authorization header is valid.");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Bearer != Access)
            return Denied();
        var steps = request.Path.Trim('/').Split('/');
        return (request.Method, request.Path) switch
        {
            (_, "/v2/bot/info") => SimAnswer.Json(new JsonObject { ["userId"] = "U0000", ["basicId"] = "@queqiao", ["displayName"] = "鹊桥优选" }),
            (_, "/v2/bot/chat/loading/start") => SimAnswer.Json(202, "{}"),
            ("POST", "/v2/bot/message/reply") => Reply(request.Json),
            ("POST", "/v2/bot/message/push") => Push(request),
            ("GET", _) when steps is ["v2", "bot", "profile", var id] => Find(id) is { } person ? SimAnswer.Json(new JsonObject { ["userId"] = id, ["displayName"] = person.Name, ["language"] = "ja" }) : Says(404, "Not found"),
            ("GET", _) when steps is ["v2", "bot", "message", var file, "content"] => Give(file),
            _ => Says(404, "Not found"),
        };
    }

    private SimAnswer Reply(JsonObject body)
    {
        lock (gate)
        {
            if (!replies.Remove((string?)body["replyToken"] ?? "", out var reply) || reply.Until < Now)
                return Says(400, "Invalid reply token");
            return Messages(reply.Person, body);
        }
    }

    private SimAnswer Push(SimRequest request)
    {
        if (request.Header("X-Line-Retry-Key") is { Length: > 0 } key)
        {
            lock (gate)
            {
                if (!retried.Add(key))
                    return Says(409, "The retry key is already accepted");
            }
        }
        return Find((string?)request.Json["to"] ?? "") is { } person ? Messages(person, request.Json) : Says(400, "The property, 'to', in the request body is invalid");
    }

    private SimAnswer Messages(SimPerson person, JsonObject body)
    {
        if (Trouble == Trouble.WindowClosed)
            return Says(429, "You have reached your monthly limit.");
        if (body["messages"] is not JsonArray { Count: > 0 and <= 5 } messages || messages.Any(one => one?["type"] is null || ((string?)one["text"] ?? "").Length > MostText))
            return Says(400, "The request body has 1 error(s)");
        var sent = messages.Select(one => Take(person, (string)one!["type"]!, (string?)one["text"] ?? (string?)one["altText"], one)).ToList();
        return SimAnswer.Json(new JsonObject { ["sentMessages"] = new JsonArray([.. sent.Select(one => (JsonNode)new JsonObject { ["id"] = one.Id, ["quoteToken"] = "q" + one.Id })]) });
    }

    protected override SimHook Text(SimPerson person, string text) => Event(person, new JsonObject { ["type"] = "text", ["id"] = NextId(), ["quoteToken"] = "q", ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Event(person, new JsonObject { ["type"] = "image", ["id"] = fileId, ["contentProvider"] = new JsonObject { ["type"] = "line" } });

    public override SimHook Handshake() => Signed(new JsonObject { ["destination"] = "U0000", ["events"] = new JsonArray() });

    private SimHook Event(SimPerson person, JsonObject message)
    {
        var token = "reply" + NextId();
        lock (gate)
            replies[token] = (person, Now.AddMinutes(1));
        return Signed(new JsonObject
        {
            ["destination"] = "U0000",
            ["events"] = new JsonArray(new JsonObject
            {
                ["type"] = "message", ["mode"] = "active", ["timestamp"] = Milliseconds, ["webhookEventId"] = "01" + NextId(), ["deliveryContext"] = new JsonObject { ["isRedelivery"] = false }, ["replyToken"] = token,
                ["source"] = new JsonObject { ["type"] = "user", ["userId"] = person.Id }, ["message"] = message,
            }),
        });
    }

    private static SimHook Signed(JsonObject body)
    {
        var bytes = Sign.Bytes(body.ToJsonString(Sign.Plain));
        return SimHook.Post(bytes, ("x-line-signature", Convert.ToBase64String(Sign.Hmac256(Secret, bytes))));
    }

    private static SimAnswer Says(int status, string message) => SimAnswer.Json(status, new JsonObject { ["message"] = message }.ToJsonString(Sign.Plain));
}
