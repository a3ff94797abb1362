using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Workplaces;

/// <summary>A Discord bot. Messages come as frames of the gateway's socket; interactions as signed requests.</summary>
public sealed class DiscordSimulator(TimeProvider clock) : Simulator("discord", clock), ISocketSimulator
{
    private const string Token = "MTk4NjIyNDgzNDcxOTI1MjQ4.simulated";
    private const string Application = "198622483471925248";
    private readonly Lock gate = new();
    private readonly List<(long Number, string Frame)> told = [];
    private string gateway = "";
    private string session = "";
    private long number;

    /// <summary>How often a connection has to say that it lives.</summary>
    public TimeSpan Beat { get; set; } = TimeSpan.FromSeconds(41);

    /// <summary>Of the application, for adding its bot to servers.</summary>
    public const string ClientSecret = "discord-client-secret";

    private readonly OAuthDesk consent = new("client_id", Application);
    private static readonly byte[] Seed = Sign.Sha256("discord application");

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["botToken"] = Token, ["publicKey"] = Sign.Hex(EdSigner.PublicKey(Seed)), ["applicationId"] = Application };

    protected override string NewPersonId(string name) => "8" + Digits("discord" + name, 17);

    protected override SimAnswer Denied() => SimAnswer.Json(401, """{"message":"401: Unauthorized","code":0}""");

    protected override SimAnswer TooMany() => SimAnswer.Json(429, """{"message":"You are being rate limited.","retry_after":7,"global":false}""");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path.StartsWith("/attachments/", StringComparison.Ordinal))
            return Give(request.Path[13..]);
        if (request.Path.EndsWith("/oauth2/authorize", StringComparison.Ordinal))
            return consent.Page(request);
        if (request.Path.EndsWith("/oauth2/token", StringComparison.Ordinal))
        {
            var form = request.Form;
            return form.GetValueOrDefault("client_secret") != ClientSecret || !consent.Redeem(form.GetValueOrDefault("code"), form.GetValueOrDefault("redirect_uri") ?? "", null) ? SimAnswer.Json(400, """{"error":"invalid_grant","error_description":"Invalid \"code\" in request."}""")
                : SimAnswer.Json(new JsonObject { ["access_token"] = "person", ["token_type"] = "Bearer", ["scope"] = "bot", ["guild"] = new JsonObject { ["id"] = "1", ["name"] = "鹊桥优选" } });
        }
        if (request.Header("Authorization") != "Bot " + Token)
            return Denied();
        var steps = request.Path.Trim('/').Split('/');
        var at = Array.FindIndex(steps, step => step is "users" or "channels" or "gateway");
        return (request.Method, at < 0 ? [] : steps[at..]) switch
        {
            ("GET", ["users", "@me"]) => SimAnswer.Json(new JsonObject { ["id"] = Application, ["username"] = "queqiao", ["bot"] = true }),
            ("POST", ["users", "@me", "channels"]) => Find((string?)request.Json["recipient_id"] ?? "") is { } one ? SimAnswer.Json(new JsonObject { ["id"] = "9" + one.Id, ["type"] = 1 }) : Says(404, 10013, "Unknown User"),
            ("GET", ["users", var id]) => Find(id) is { } known ? SimAnswer.Json(new JsonObject { ["id"] = id, ["username"] = "u" + id, ["global_name"] = known.Name }) : Says(404, 10013, "Unknown User"),
            ("GET", ["gateway", "bot"]) => SimAnswer.Json(new JsonObject { ["url"] = gateway = request.BaseUrl.Replace("http", "ws", StringComparison.Ordinal) + "/socket", ["shards"] = 1 }),
            ("POST", ["channels", var channel, "typing"]) => Typing(channel),
            ("POST", ["channels", var channel, "messages"]) => Message(request, channel),
            ("PATCH", ["channels", _, "messages", var id]) => Revise(id, (string?)request.Json["content"]) ? SimAnswer.Json(new JsonObject { ["id"] = id }) : Says(404, 10008, "Unknown Message"),
            ("DELETE", ["channels", _, "messages", var id]) => Revise(id, null) ? new SimAnswer(204, "text/plain", []) : Says(404, 10008, "Unknown Message"),
            (_, ["channels", _, "messages", ..]) => new SimAnswer(204, "text/plain", []),
            _ => Says(404, 0, "404: Not Found"),
        };
    }

    public IReadOnlyList<string> Greets() => [new JsonObject { ["op"] = 10, ["d"] = new JsonObject { ["heartbeat_interval"] = (long)Beat.TotalMilliseconds } }.ToJsonString()];

    public IReadOnlyList<string> Hears(string frame)
    {
        var said = JsonNode.Parse(frame)!.AsObject();
        var d = said["d"] as JsonObject ?? [];
        var isOurs = (string?)d["token"] == Token;
        lock (gate)
        {
            switch ((int?)said["op"])
            {
                case 1:
                    return ["""{"op":11}"""];
                case 2 when isOurs:
                    session = "session" + NextId();
                    told.Clear();
                    return [Numbered("READY", new JsonObject { ["session_id"] = session, ["resume_gateway_url"] = gateway })];
                case 6 when isOurs && (string?)d["session_id"] == session:
                    var last = (long?)d["seq"] ?? 0;
                    return [.. told.Where(one => one.Number > last).Select(one => one.Frame), Numbered("RESUMED", [])];
                default:
                    return ["""{"op":9,"d":false}"""];
            }
        }
    }

    public string FrameOf(SimHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        lock (gate)
            return Numbered("MESSAGE_CREATE", JsonNode.Parse(hook.Body)!["d"]!.AsObject());
    }

    private string Numbered(string type, JsonObject what)
    {
        var frame = new JsonObject { ["op"] = 0, ["t"] = type, ["s"] = ++number, ["d"] = what.DeepClone() }.ToJsonString(Sign.Plain);
        told.Add((number, frame));
        return frame;
    }

    private SimAnswer Typing(string channel)
    {
        Signals.Enqueue($"typing {channel}");
        return new SimAnswer(204, "text/plain", []);
    }

    private SimAnswer Message(SimRequest request, string channel)
    {
        if (!channel.StartsWith('9') || Find(channel[1..]) is not { } person)
            return Says(404, 10003, "Unknown Channel");
        if (Trouble == Trouble.WindowClosed)
            return Says(403, 50007, "Cannot send messages to this user");
        var body = request.File is null ? request.Json : JsonNode.Parse(request.Part("payload_json") ?? "{}") as JsonObject ?? [];
        var content = (string?)body["content"];
        if (content is { Length: > 2000 } || (string.IsNullOrEmpty(content) && body["embeds"] is null && request.File is null))
            return Says(400, content is { Length: > 0 } ? 50035 : 50006, "Cannot send an empty message");
        return SimAnswer.Json(new JsonObject { ["id"] = Take(person, request.File is null ? "text" : "file", content, body).Id, ["channel_id"] = channel });
    }

    protected override SimHook Text(SimPerson person, string text) => Frame(person, text, []);

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) =>
        Frame(person, "", [new JsonObject { ["id"] = "1", ["filename"] = "photo.png", ["content_type"] = "image/png", ["size"] = 5, ["url"] = $"{baseUrl}/attachments/{fileId}" }]);

    public override SimHook Handshake() => Signed(new JsonObject { ["application_id"] = Application, ["id"] = NextId(), ["type"] = 1, ["version"] = 1 });

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && (int?)JsonNode.Parse(body)?["type"] == 1;

    /// <summary>Somebody presses a button.</summary>
    public SimHook Presses(SimPerson person, string customId)
    {
        ArgumentNullException.ThrowIfNull(person);
        return Signed(new JsonObject
        {
            ["application_id"] = Application, ["id"] = NextId(), ["type"] = 3, ["version"] = 1, ["token"] = "t", ["channel_id"] = "9" + person.Id, ["user"] = new JsonObject { ["id"] = person.Id, ["username"] = "u" },
            ["data"] = new JsonObject { ["component_type"] = 2, ["custom_id"] = customId }, ["message"] = new JsonObject { ["id"] = "1" },
        });
    }

    private SimHook Frame(SimPerson person, string text, JsonArray files) => SimHook.Post(new JsonObject
    {
        ["op"] = 0, ["s"] = 2, ["t"] = "MESSAGE_CREATE",
        ["d"] = new JsonObject
        {
            ["id"] = NextId(), ["channel_id"] = "9" + person.Id, ["content"] = text, ["timestamp"] = Now.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture), ["type"] = 0,
            ["author"] = new JsonObject { ["id"] = person.Id, ["username"] = "u" + person.Id, ["global_name"] = person.Name }, ["attachments"] = files,
        },
    }) with { By = SimDelivery.Frame };

    private SimHook Signed(JsonObject body)
    {
        var (bytes, time) = (Sign.Bytes(body.ToJsonString(Sign.Plain)), Seconds.ToString(CultureInfo.InvariantCulture));
        return SimHook.Post(bytes, ("X-Signature-Ed25519", Sign.Hex(EdSigner.Sign(Seed, Sign.Join(time, bytes)))), ("X-Signature-Timestamp", time));
    }

    private static SimAnswer Says(int status, int code, string message) => SimAnswer.Json(status, new JsonObject { ["message"] = message, ["code"] = code }.ToJsonString());
}
