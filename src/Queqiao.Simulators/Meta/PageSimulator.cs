using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Meta;

/// <summary>A page on Messenger, or a professional account on Instagram.</summary>
public sealed class PageSimulator(string kind, TimeProvider clock) : Simulator(kind, clock)
{
    private readonly MetaDoor door = new(kind);
    private readonly string account = Digits(kind, 15);

    private readonly Lock gate = new();

    /// <summary>Instagram's own tokens and when they were given: each lives for sixty days, and may be renewed after one.</summary>
    private readonly Dictionary<string, DateTimeOffset> lives = new(StringComparer.Ordinal);

    /// <summary>Whether the app gets the account's events.</summary>
    public bool IsSubscribed { get; private set; }

    /// <summary>The token of whoever logs in: with it the page's own is had.</summary>
    private const string Administrator = "EAAGperson";

    public override IReadOnlyDictionary<string, string> Settings => Kind == "instagram" ? new Dictionary<string, string>(door.Settings) { ["accountId"] = account } : door.Settings;

    protected override SimAnswer Denied() => MetaDoor.Says(401, 190, "Error validating access token");

    protected override SimAnswer TooMany() => MetaDoor.Says(429, 613, "Calls to this api have exceeded the rate limit.") with { RetryAfter = 7 };

    protected override string NewPersonId(string name) => "7" + Digits(Kind + name, 15);

    protected override SimAnswer On(SimRequest request)
    {
        var path = MetaDoor.PathOf(request);
        if (path.StartsWith("media/", StringComparison.Ordinal))
            return Give(path[6..]);
        if (door.Login(request, Administrator) is { } login)
            return login;
        if (path == "me/accounts" && request.Bearer == Administrator + "long")
            return SimAnswer.Json(new JsonObject { ["data"] = new JsonArray(new JsonObject { ["id"] = account, ["name"] = "鹊桥优选", ["access_token"] = door.AccessToken }) });
        if (request.Path == "/access_token" && request.Query.GetValueOrDefault("grant_type") == "ig_exchange_token")
            return request.Query.GetValueOrDefault("access_token") == Administrator && door.IsSecret(request.Query.GetValueOrDefault("client_secret")) ? Gives(door.AccessToken) : Denied();
        if (request is { Method: "GET", Path: "/refresh_access_token" })
            return Renew(request);
        if (!IsTaken(request.Bearer))
            return Denied();
        if (request.Method == "POST" && path == account + "/subscribed_apps")
        {
            IsSubscribed = true;
            return SimAnswer.Json(new JsonObject { ["success"] = true });
        }
        if (request is { Method: "GET", } && path == "me")
            return SimAnswer.Json(new JsonObject { ["id"] = account, ["name"] = "鹊桥优选", ["user_id"] = account, ["username"] = "queqiao" });
        if (request.Method == "GET" && Find(path) is { } known)
            return SimAnswer.Json(new JsonObject { ["first_name"] = known.Name, ["last_name"] = "", ["name"] = known.Name, ["username"] = "u" + known.Id, ["id"] = known.Id });
        return request.Method == "POST" && path == "me/messages" ? Message(request) : MetaDoor.Says(400, 100, "Unsupported request");
    }

    private static readonly TimeSpan Life = TimeSpan.FromDays(60);

    private SimAnswer Gives(string token)
    {
        lock (gate)
            lives[token] = Now;
        return SimAnswer.Json(new JsonObject { ["access_token"] = token, ["token_type"] = "bearer", ["expires_in"] = (long)Life.TotalSeconds });
    }

    /// <summary>A page's token does not end. The first one of Instagram begins to live when it is first seen.</summary>
    private bool IsTaken(string? token)
    {
        lock (gate)
            return Kind != "instagram" ? token == door.AccessToken : token is not null && Born(token) is { } at && at + Life > Now;
    }

    private DateTimeOffset? Born(string token)
    {
        if (token == door.AccessToken)
            lives.TryAdd(token, Now);
        return lives.TryGetValue(token, out var at) ? at : null;
    }

    private SimAnswer Renew(SimRequest request)
    {
        if (request.Query.GetValueOrDefault("grant_type") != "ig_refresh_token" || request.Query.GetValueOrDefault("access_token") is not { } token || !IsTaken(token))
            return Denied();
        lock (gate)
        {
            if (Born(token) > Now - TimeSpan.FromDays(1))
                return MetaDoor.Says(400, 100, "The access token is too young to be refreshed.");
        }
        return Gives("IGAAnext" + NextId());
    }

    private SimAnswer Message(SimRequest request)
    {
        var isForm = request.File is not null;
        JsonNode? Member(string name) => isForm ? (request.Part(name) is { } text && text.StartsWith('{') ? JsonNode.Parse(text) : request.Part(name)) : request.Json[name];
        if (Find((string?)Member("recipient")?["id"] ?? "") is not { } person)
            return MetaDoor.Says(400, 100, "No matching user found", 2018001);
        if (Member("sender_action") is not null)
            return SimAnswer.Json(new JsonObject { ["recipient_id"] = person.Id });
        if (Member("message") is not JsonObject message || ((string?)message["text"] ?? "").Length > (Kind == "instagram" ? 1000 : 2000))
            return MetaDoor.Says(400, 100, "Message is empty or too long");
        if (!IsOpen(person, TimeSpan.FromHours(24)) && Member("tag") is null)
            return MetaDoor.Says(400, 10, "This message is sent outside of allowed window.", 2018278);
        var type = message["attachment"] is { } file ? (string?)file["type"] ?? "file" : "text";
        return SimAnswer.Json(new JsonObject { ["recipient_id"] = person.Id, ["message_id"] = Take(person, type, (string?)message["text"], message, "m_" + NextId()).Id });
    }

    protected override SimHook Text(SimPerson person, string text) => Item(person, "message", new JsonObject { ["mid"] = "m_in" + NextId(), ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Item(person, "message", new JsonObject
    {
        ["mid"] = "m_in" + NextId(), ["attachments"] = new JsonArray(new JsonObject { ["type"] = "image", ["payload"] = new JsonObject { ["url"] = $"{baseUrl}/v23.0/media/{fileId}" } }),
    });

    public override SimHook Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return what == SimReceipt.Read
            ? Item(message.To, "read", new JsonObject { ["watermark"] = Milliseconds, ["mid"] = message.Id })
            : Item(message.To, "delivery", new JsonObject { ["mids"] = new JsonArray(message.Id), ["watermark"] = Milliseconds });
    }

    public override SimHook Handshake() => door.Handshake();

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && body == handshake.Expect;

    private SimHook Item(SimPerson person, string name, JsonObject content) => door.Deliver(new JsonObject
    {
        ["object"] = Kind == "instagram" ? "instagram" : "page",
        ["entry"] = new JsonArray(new JsonObject
        {
            ["id"] = account, ["time"] = Milliseconds,
            ["messaging"] = new JsonArray(new JsonObject { ["sender"] = new JsonObject { ["id"] = person.Id }, ["recipient"] = new JsonObject { ["id"] = account }, ["timestamp"] = Milliseconds, [name] = content }),
        }),
    });
}
