using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Workplaces;

/// <summary>The Bot Framework with a bot in Teams; its keys are its own.</summary>
public sealed class TeamsSimulator(TimeProvider clock) : Simulator("teams", clock), IDisposable
{
    private const string AppId = "00000000-aaaa-bbbb-cccc-000000000042";
    private const string Secret = "teams-client-secret";
    private readonly RSA key = RSA.Create(2048);

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appId"] = AppId, ["appSecret"] = Secret };

    protected override bool IssuesTokens => true;

    protected override string NewPersonId(string name) => "29:" + Sign.Hex(Sign.Sha256("teams" + name))[..40];

    protected override SimAnswer TooMany() => SimAnswer.Json(429, """{"error":{"code":"TooManyRequests","message":"slow down"}}""") with { RetryAfter = 7 };

    /// <summary>The key set as it is published.</summary>
    public string Keys
    {
        get
        {
            var about = key.ExportParameters(false);
            return new JsonObject
            {
                ["keys"] = new JsonArray(new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "sim-1", ["n"] = Base64Url.EncodeToString(about.Modulus), ["e"] = Base64Url.EncodeToString(about.Exponent), ["endorsements"] = new JsonArray("msteams") }),
            }.ToJsonString();
        }
    }

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/v1/.well-known/openidconfiguration")
            return SimAnswer.Json(new JsonObject { ["issuer"] = "https://api.botframework.com", ["jwks_uri"] = request.BaseUrl + "/v1/.well-known/keys" });
        if (request.Path == "/v1/.well-known/keys")
            return SimAnswer.Json(200, Keys);
        if (request.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal))
        {
            return request.Form.GetValueOrDefault("client_id") == AppId && request.Form.GetValueOrDefault("client_secret") == Secret
                ? SimAnswer.Json(new JsonObject { ["token_type"] = "Bearer", ["access_token"] = NewToken(), ["expires_in"] = 3599 }) : SimAnswer.Json(401, """{"error":"invalid_client"}""");
        }
        if (!IsToken(request.Bearer))
            return Says(401, "Unauthorized");
        if (request.Path.StartsWith("/files/", StringComparison.Ordinal))
            return Give(request.Path[7..]);
        if (request.Path.Trim('/').Split('/') is not ["v3", "conversations", var conversation, "activities", ..] || Find(Uri.UnescapeDataString(conversation)[2..]) is not { } person)
            return Says(404, "ConversationNotFound");
        if (request.Method is "PUT" or "DELETE" || (string?)request.Json["type"] == "typing")
            return SimAnswer.Json(new JsonObject { ["id"] = NextId() });
        if (Trouble == Trouble.WindowClosed)
            return Says(403, "BotNotInConversationRoster");
        return SimAnswer.Json(201, new JsonObject { ["id"] = Take(person, (string?)request.Json["type"] ?? "", (string?)request.Json["text"], request.Json).Id }.ToJsonString());
    }

    protected override SimHook Text(SimPerson person, string text) => Activity(person, new JsonObject { ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) =>
        Activity(person, new JsonObject { ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "image/png", ["contentUrl"] = $"{baseUrl}/files/{fileId}", ["name"] = "photo.png" }) });

    private SimHook Activity(SimPerson person, JsonObject activity)
    {
        (activity["type"], activity["id"], activity["timestamp"], activity["serviceUrl"], activity["channelId"], activity["locale"]) = ("message", NextId(), Now.UtcDateTime.ToString("o", CultureInfo.InvariantCulture), "https://smba.trafficmanager.net/teams/", "msteams", "zh-CN");
        activity["from"] = new JsonObject { ["id"] = person.Id, ["name"] = person.Name, ["aadObjectId"] = person.Unionid };
        activity["recipient"] = new JsonObject { ["id"] = "28:" + AppId, ["name"] = "Queqiao" };
        activity["conversation"] = new JsonObject { ["id"] = "a:" + person.Id, ["conversationType"] = "personal", ["tenantId"] = "t" };
        var token = Sign.Jwt("""{"typ":"JWT","alg":"RS256","kid":"sim-1"}""", new JsonObject
        {
            ["serviceurl"] = "https://smba.trafficmanager.net/teams/", ["nbf"] = Seconds - 10, ["exp"] = Seconds + 3600, ["iss"] = "https://api.botframework.com", ["aud"] = AppId,
        }.ToJsonString(), text => key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return SimHook.Post(activity, ("Authorization", "Bearer " + token));
    }

    private static SimAnswer Says(int status, string code) => SimAnswer.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = code } }.ToJsonString());

    public void Dispose() => key.Dispose();
}
