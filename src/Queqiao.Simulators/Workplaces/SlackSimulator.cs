using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Workplaces;

/// <summary>A Slack app in direct messages.</summary>
public sealed class SlackSimulator(TimeProvider clock) : Simulator("slack", clock), ISocketSimulator
{
    private const string Token = "xoxb-1234-5678-simulated";
    /// <summary>With it the app connects instead of being called (Socket Mode).</summary>
    public const string AppToken = "xapp-1-simulated";

    private readonly OAuthDesk consent = new("client_id", "slack-client");
    private readonly ConcurrentDictionary<string, string> waiting = new(StringComparer.Ordinal);

    private const string Secret = "8f742231b10e8888abcd99yyyzzz85a5";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["botToken"] = Token, ["signingSecret"] = Secret };

    protected override string NewPersonId(string name) => "U" + Sign.Hex(Sign.Sha256("slack" + name))[..10].ToUpperInvariant();

    protected override SimAnswer Denied() => Says("invalid_auth");

    protected override SimAnswer TooMany() => SimAnswer.Json(429, """{"ok":false,"error":"ratelimited"}""") with { RetryAfter = 7 };

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/oauth/v2/authorize")
            return consent.Page(request);
        if (request.Path == "/oauth.v2.access")
        {
            var form = request.Form;
            return form.GetValueOrDefault("client_secret") != "slack-client-secret" ? Says("bad_client_secret") : !consent.Redeem(form.GetValueOrDefault("code"), form.GetValueOrDefault("redirect_uri") ?? "", null) ? Says("invalid_code")
                : Ok(new JsonObject { ["access_token"] = Token, ["token_type"] = "bot", ["team"] = new JsonObject { ["id"] = "T1", ["name"] = "Queqiao" } });
        }
        if (request.Path.StartsWith("/upload/", StringComparison.Ordinal))
            return SimAnswer.Json(200, "OK");
        if (request.Path.EndsWith("apps.connections.open", StringComparison.Ordinal))
            return request.Bearer == AppToken ? Ok(new JsonObject { ["url"] = request.BaseUrl.Replace("http", "ws", StringComparison.Ordinal) + "/socket?ticket=" + NextId() }) : Denied();
        if (request.Bearer != Token)
            return Denied();
        switch (request.Path.Split('/')[^1])
        {
            case "auth.test":
                return Ok(new JsonObject { ["team"] = "Queqiao", ["user"] = "queqiao", ["bot_id"] = "B1" });
            case "users.info":
                return Find(request.Query.GetValueOrDefault("user") ?? "") is { } known ? Ok(new JsonObject { ["user"] = new JsonObject { ["id"] = known.Id, ["name"] = "n" + known.Id, ["profile"] = new JsonObject { ["real_name"] = known.Name } } }) : Says("user_not_found");
            case "files.getUploadURLExternal":
                return Ok(new JsonObject { ["upload_url"] = $"{request.BaseUrl}/upload/1", ["file_id"] = "F" + NextId() });
            case "files.completeUploadExternal":
                return Message(request.Json, (string?)request.Json["channel_id"] ?? "", "file");
            case "chat.postMessage":
                return Message(request.Json, (string?)request.Json["channel"] ?? "", "text");
            case "chat.update" or "chat.delete":
                return Revise((string?)request.Json["ts"], request.Path.EndsWith("update", StringComparison.Ordinal) ? (string?)request.Json["text"] : null) ? Ok([]) : Says("message_not_found");
            case "reactions.add" or "reactions.remove":
                Signals.Enqueue($"{request.Path.Split('/')[^1]} {(string?)request.Json["timestamp"]} {(string?)request.Json["name"]}");
                return Ok([]);
            default:
                return request.Path.StartsWith("/files/", StringComparison.Ordinal) ? Give(request.Path[7..]) : Says("unknown_method");
        }
    }

    public IReadOnlyList<string> Greets() => ["""{"type":"hello","num_connections":1}""", .. waiting.Values];

    public IReadOnlyList<string> Hears(string frame)
    {
        if (JsonNode.Parse(frame) is JsonObject said && (string?)said["envelope_id"] is { } id)
            waiting.TryRemove(id, out _);
        return [];
    }

    /// <summary>How much was not acknowledged yet.</summary>
    public int Waiting => waiting.Count;

    public string FrameOf(SimHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        var id = "envelope" + NextId();
        return waiting[id] = new JsonObject { ["envelope_id"] = id, ["type"] = "events_api", ["payload"] = JsonNode.Parse(hook.Body) }.ToJsonString(Sign.Plain);
    }

    private SimAnswer Message(JsonObject body, string channel, string type)
    {
        if (Find(channel.StartsWith('D') ? "U" + channel[1..] : channel) is not { } person || Trouble == Trouble.WindowClosed)
            return Says("channel_not_found");
        if (type == "text" && ((string?)body["text"] ?? "").Length is 0 or > 40_000)
            return Says(body["text"] is null ? "no_text" : "msg_too_long");
        var number = NextNumber();
        var ts = string.Create(CultureInfo.InvariantCulture, $"{number / 1000}.{number % 1000:000}000");
        Take(person, type, (string?)body["text"], body, ts);
        return Ok(new JsonObject { ["channel"] = channel, ["ts"] = ts });
    }

    protected override SimHook Text(SimPerson person, string text) => Event(person, new JsonObject { ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Event(person, new JsonObject
    {
        ["subtype"] = "file_share", ["text"] = "", ["files"] = new JsonArray(new JsonObject { ["id"] = "F1", ["name"] = "photo.png", ["mimetype"] = "image/png", ["size"] = 5, ["url_private_download"] = $"{baseUrl}/files/{fileId}" }),
    });

    public override SimHook Handshake() => Signed(new JsonObject { ["token"] = "t", ["challenge"] = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", ["type"] = "url_verification" }) with { Expect = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" };

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && (string?)JsonNode.Parse(body)?["challenge"] == handshake.Expect;

    private SimHook Event(SimPerson person, JsonObject told)
    {
        var number = NextNumber();
        var ts = string.Create(CultureInfo.InvariantCulture, $"{number / 1000}.{number % 1000:000}000");
        (told["type"], told["user"], told["ts"], told["event_ts"], told["channel"], told["channel_type"]) = ("message", person.Id, ts, ts, "D" + person.Id[1..], "im");
        return Signed(new JsonObject { ["token"] = "t", ["team_id"] = "T1", ["api_app_id"] = "A1", ["type"] = "event_callback", ["event_id"] = "Ev" + NextId(), ["event_time"] = Seconds, ["event"] = told });
    }

    private SimHook Signed(JsonObject body)
    {
        var (bytes, time) = (Sign.Bytes(body.ToJsonString(Sign.Plain)), Seconds.ToString(CultureInfo.InvariantCulture));
        return SimHook.Post(bytes, ("X-Slack-Request-Timestamp", time), ("X-Slack-Signature", "v0=" + Sign.Hex(Sign.Hmac256(Secret, Sign.Join($"v0:{time}:", bytes)))));
    }

    private static SimAnswer Ok(JsonObject more)
    {
        more["ok"] = true;
        return SimAnswer.Json(more);
    }

    private static SimAnswer Says(string error) => SimAnswer.Json(new JsonObject { ["ok"] = false, ["error"] = error });
}
