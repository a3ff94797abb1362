using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Meta;

/// <summary>A number on WhatsApp's Cloud API.</summary>
public sealed class WhatsAppSimulator(TimeProvider clock) : Simulator("whatsapp", clock)
{
    private const string Phone = "106540352242922";
    private const int MostText = 4096;
    private const string Business = "102290129340398";
    private readonly MetaDoor door = new("whatsapp");

    /// <summary>Whether the number is on the Cloud API already; one that is not sends nothing.</summary>
    public bool IsRegistered { get; set; } = true;

    /// <summary>The PIN of the number's two-step verification; null: none is set.</summary>
    public string? Pin { get; private set; }

    /// <summary>Whether it is said for which accounts a token is; a token that is for all accounts of a business names none.</summary>
    public bool NamesAccounts { get; set; } = true;

    /// <summary>Whether the app may ask what a token is for.</summary>
    public bool IsDebugged { get; set; } = true;

    /// <summary>How many other numbers the account has; they come first, 25 a page at most.</summary>
    public int OtherNumbers { get; set; }

    /// <summary>Whether the app gets the account's events.</summary>
    public bool IsSubscribed { get; private set; }

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(door.Settings) { ["phoneNumberId"] = Phone };

    protected override SimAnswer Denied() => MetaDoor.Says(401, 190, "Error validating access token");

    protected override SimAnswer TooMany() => MetaDoor.Says(429, 130429, "Rate limit hit") with { RetryAfter = 7 };

    protected override string NewPersonId(string name) => "86138" + Digits(name, 8);

    protected override SimAnswer On(SimRequest request)
    {
        if (door.Login(request, door.AccessToken) is { } login)
            return login;
        if (MetaDoor.PathOf(request) == "debug_token")
            return Debug(request);
        if (request.Bearer != door.AccessToken)
            return Denied();
        var path = MetaDoor.PathOf(request);
        if (path.StartsWith("media/", StringComparison.Ordinal))
            return Give(path[6..]);
        return (request.Method, path) switch
        {
            ("GET", Phone) => SimAnswer.Json(Number()),
            ("GET", Business + "/phone_numbers") => SimAnswer.Json(Numbers(request)),
            ("POST", Business + "/subscribed_apps") => Subscribe(),
            ("POST", Phone + "/register") => Register(request.Json),
            ("POST", Phone + "/messages") => Message(request.Json),
            ("POST", Phone + "/media") => request.File is { } file ? SimAnswer.Json(new JsonObject { ["id"] = Keep(file) }) : MetaDoor.Says(400, 100, "file is missing"),
            ("GET", _) when path.StartsWith("file", StringComparison.Ordinal) => SimAnswer.Json(new JsonObject { ["id"] = path, ["url"] = $"{request.BaseUrl}/v23.0/media/{path}", ["mime_type"] = "image/png" }),
            _ => MetaDoor.Says(400, 100, "Unsupported request"),
        };
    }

    private JsonObject Numbers(SimRequest request)
    {
        var all = Enumerable.Range(1, OtherNumbers).Select(i => Number(i.ToString(CultureInfo.InvariantCulture))).Append(Number(Phone)).ToList();
        var from = int.TryParse(request.Query.GetValueOrDefault("after"), CultureInfo.InvariantCulture, out var after) ? after : 0;
        var page = new JsonObject { ["data"] = new JsonArray([.. all.Skip(from).Take(25)]) };
        page["paging"] = new JsonObject { ["cursors"] = new JsonObject { ["after"] = (from + 25).ToString(CultureInfo.InvariantCulture) } };
        if (from + 25 < all.Count)
            page["paging"]!["next"] = request.BaseUrl + "/next";
        return page;
    }

    private JsonObject Number(string id = Phone) => new()
    {
        ["id"] = id, ["display_phone_number"] = "+86 138 0000 0000", ["verified_name"] = "鹊桥优选", ["platform_type"] = IsRegistered ? "CLOUD_API" : "NOT_APPLICABLE", ["code_verification_status"] = "VERIFIED",
    };

    /// <summary>What a token is for: said to the app alone.</summary>
    private SimAnswer Debug(SimRequest request) => !IsDebugged || !door.IsApp(request.Bearer) ? Denied() : SimAnswer.Json(new JsonObject
    {
        ["data"] = new JsonObject
        {
            ["app_id"] = MetaDoor.App, ["type"] = "SYSTEM_USER", ["is_valid"] = request.Query.GetValueOrDefault("input_token") == door.AccessToken, ["expires_at"] = 0,
            ["scopes"] = new JsonArray("whatsapp_business_management", "whatsapp_business_messaging"),
            ["granular_scopes"] = request.Query.GetValueOrDefault("input_token") != door.AccessToken ? new JsonArray()
                : NamesAccounts ? new JsonArray(new JsonObject { ["scope"] = "whatsapp_business_management", ["target_ids"] = new JsonArray(Business) }) : new JsonArray(new JsonObject { ["scope"] = "whatsapp_business_management" }),
        },
    });

    private SimAnswer Subscribe()
    {
        IsSubscribed = true;
        return SimAnswer.Json(new JsonObject { ["success"] = true });
    }

    private SimAnswer Register(JsonObject body)
    {
        if ((string?)body["messaging_product"] != "whatsapp" || (string?)body["pin"] is not { Length: 6 } pin)
            return MetaDoor.Says(400, 100, "Invalid parameter");
        if (Pin is not null && Pin != pin)
            return MetaDoor.Says(400, 133005, "Two-step verification PIN Mismatch");
        (Pin, IsRegistered) = (pin, true);
        return SimAnswer.Json(new JsonObject { ["success"] = true });
    }

    private SimAnswer Message(JsonObject body)
    {
        if (!IsRegistered)
            return MetaDoor.Says(400, 133010, "Phone number is not registered on the Whatsapp Business Account");
        if ((string?)body["messaging_product"] != "whatsapp")
            return MetaDoor.Says(400, 100, "(#100) The parameter messaging_product is required.");
        if ((string?)body["status"] == "read")
        {
            Signals.Enqueue($"{(body["typing_indicator"] is null ? "read" : "typing")} {(string?)body["message_id"]}");
            return SimAnswer.Json(new JsonObject { ["success"] = true });
        }
        if (Find((string?)body["to"] ?? "") is not { } person)
            return MetaDoor.Says(400, 131026, "Message undeliverable");
        if ((string?)body["type"] is not { } type || body[type] is not JsonObject content)
            return MetaDoor.Says(400, 131008, "Required parameter is missing");
        if (type != "template" && !IsOpen(person, TimeSpan.FromHours(24)))
            return MetaDoor.Says(400, 131047, "Re-engagement message");
        if (type == "reaction")
        {
            Signals.Enqueue($"react {(string?)content["message_id"]} {(string?)content["emoji"]}");
            return SimAnswer.Json(new JsonObject { ["messaging_product"] = "whatsapp", ["messages"] = new JsonArray(new JsonObject { ["id"] = "wamid." + NextId() }) });
        }
        if (type == "text" && ((string?)content["body"] ?? "").Length is 0 or > MostText)
            return MetaDoor.Says(400, 131009, "Parameter value is not valid");
        var text = content["body"] is JsonObject drawn ? (string?)drawn["text"] : (string?)content["body"] ?? (string?)content["caption"] ?? (string?)content["name"];
        var sent = Take(person, type, text, body, "wamid." + NextId());
        return SimAnswer.Json(new JsonObject
        {
            ["messaging_product"] = "whatsapp", ["contacts"] = new JsonArray(new JsonObject { ["input"] = person.Id, ["wa_id"] = person.Id }), ["messages"] = new JsonArray(new JsonObject { ["id"] = sent.Id }),
        });
    }

    protected override SimHook Text(SimPerson person, string text) => Incoming(person, "text", new JsonObject { ["body"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Incoming(person, "image", new JsonObject { ["id"] = fileId, ["mime_type"] = "image/png", ["sha256"] = "" });

    protected override SimHook? Press(SimMessage message, JsonObject raw, int button)
    {
        ArgumentNullException.ThrowIfNull(message);
        var action = raw?["interactive"]?["action"];
        if (((action?["buttons"] as JsonArray)?.ElementAtOrDefault(button)?["reply"] ?? (action?["sections"]?[0]?["rows"] as JsonArray)?.ElementAtOrDefault(button)) is not { } chosen)
            return null;
        var type = action?["buttons"] is null ? "list_reply" : "button_reply";
        return Incoming(message.To, "interactive", new JsonObject { ["type"] = type, [type] = new JsonObject { ["id"] = chosen["id"]!.DeepClone(), ["title"] = chosen["title"]!.DeepClone() } });
    }

    public override SimHook Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Change(new JsonObject
        {
            ["statuses"] = new JsonArray(new JsonObject { ["id"] = message.Id, ["status"] = what == SimReceipt.Read ? "read" : "delivered", ["timestamp"] = Seconds.ToString(CultureInfo.InvariantCulture), ["recipient_id"] = message.To.Id }),
        });
    }

    public override SimHook Handshake() => door.Handshake();

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && body == handshake.Expect;

    private SimHook Incoming(SimPerson person, string type, JsonObject content) => Change(new JsonObject
    {
        ["contacts"] = new JsonArray(new JsonObject { ["profile"] = new JsonObject { ["name"] = person.Name }, ["wa_id"] = person.Id }),
        ["messages"] = new JsonArray(new JsonObject { ["from"] = person.Id, ["id"] = "wamid.in" + NextId(), ["timestamp"] = Seconds.ToString(CultureInfo.InvariantCulture), ["type"] = type, [type] = content }),
    });

    private SimHook Change(JsonObject value)
    {
        value["messaging_product"] = "whatsapp";
        value["metadata"] = new JsonObject { ["display_phone_number"] = "8613800000000", ["phone_number_id"] = Phone };
        return door.Deliver(new JsonObject
        {
            ["object"] = "whatsapp_business_account", ["entry"] = new JsonArray(new JsonObject { ["id"] = "102290129340398", ["changes"] = new JsonArray(new JsonObject { ["value"] = value, ["field"] = "messages" }) }),
        });
    }
}

/// <summary>What Meta's platforms share, from Meta's side.</summary>
internal sealed class MetaDoor(string seed)
{
    public string AccessToken { get; } = (seed == "instagram" ? "IGAA" : "EAAG") + Sign.Hex(Sign.Sha256(seed + "access"))[..40];

    private readonly string secret = Sign.Hex(Sign.Sha256(seed + "secret"))[..32];
    private readonly string verify = "verify-" + Sign.Hex(Sign.Sha256(seed + "verify"))[..12];

    /// <summary>The app, as it asks people to log in.</summary>
    public const string App = "4242424242";

    private readonly OAuthDesk consent = new("client_id", App);

    /// <summary>The pages and exchanges of a login; null: it is none.</summary>
    /// <param name="token">What a code is good for.</param>
    public SimAnswer? Login(SimRequest request, string token)
    {
        if (request.Path.EndsWith("/dialog/oauth", StringComparison.Ordinal) || request.Path == "/oauth/authorize")
            return consent.Page(request);
        var form = request.Form;
        if (!request.Path.EndsWith("oauth/access_token", StringComparison.Ordinal) || request.Method != "POST")
            return null;
        if (form.GetValueOrDefault("client_id") != App || form.GetValueOrDefault("client_secret") != secret)
            return Says(400, 1, "Error validating client secret.");
        if (form.GetValueOrDefault("fb_exchange_token") is { } brief)
            return brief == token ? SimAnswer.Json(new JsonObject { ["access_token"] = token + "long", ["token_type"] = "bearer", ["expires_in"] = 5_184_000 }) : Says(400, 190, "Malformed access token");
        return consent.Redeem(form.GetValueOrDefault("code"), form.GetValueOrDefault("redirect_uri") ?? "", null)
            ? SimAnswer.Json(new JsonObject { ["access_token"] = token, ["token_type"] = "bearer" }) : Says(400, 100, "This authorization code has been used.", 36009);
    }

    public bool IsSecret(string? given) => given == secret;

    /// <summary>The token of the app itself.</summary>
    public bool IsApp(string? bearer) => bearer == App + "|" + secret;

    public Dictionary<string, string> Settings => new() { ["appSecret"] = secret, ["verifyToken"] = verify, ["accessToken"] = AccessToken };

    public static SimAnswer Says(int status, int code, string message, int? sub = null)
    {
        var error = new JsonObject { ["message"] = message, ["type"] = "OAuthException", ["code"] = code, ["fbtrace_id"] = "A1" };
        if (sub is not null)
            error["error_subcode"] = sub;
        return SimAnswer.Json(status, new JsonObject { ["error"] = error }.ToJsonString(Sign.Plain));
    }

    /// <summary>Behind the version.</summary>
    public static string PathOf(SimRequest request) => request.Path.TrimStart('/').Split('/', 2) is [['v', ..], var rest] ? rest : "";

    public SimHook Deliver(JsonObject body)
    {
        var bytes = Sign.Bytes(body.ToJsonString(Sign.Plain));
        return SimHook.Post(bytes, ("X-Hub-Signature-256", "sha256=" + Sign.Hex(Sign.Hmac256(secret, bytes))));
    }

    public SimHook Handshake() => new("GET", $"hub.mode=subscribe&hub.verify_token={verify}&hub.challenge=1158201444", new Dictionary<string, string>(), []) { Expect = "1158201444" };
}
