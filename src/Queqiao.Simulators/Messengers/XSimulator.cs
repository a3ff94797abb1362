using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>Direct messages of an account on X.</summary>
public sealed class XSimulator(TimeProvider clock) : Simulator("x", clock)
{
    private const string Secret = "x-consumer-secret";
    private const string Account = "3001969357";
    private const string First = "refresh-x-first";
    private readonly OAuthDesk consent = new("client_id", "x-client");
    private string refresh = First;

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["consumerSecret"] = Secret, ["clientId"] = "x-client", ["clientSecret"] = "x-client-secret", ["refreshToken"] = First, ["userId"] = Account };

    protected override bool IssuesTokens => true;

    protected override string NewPersonId(string name) => "4" + Digits(name, 9);

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/i/oauth2/authorize")
            return consent.Page(request);
        if (request.Path == "/2/oauth2/token")
        {
            var form = request.Form;
            var isGood = form.GetValueOrDefault("grant_type") == "authorization_code" ? consent.Redeem(form.GetValueOrDefault("code"), form.GetValueOrDefault("redirect_uri") ?? "", form.GetValueOrDefault("code_verifier")) : form.GetValueOrDefault("refresh_token") == refresh;
            if (request.Header("Authorization") != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("x-client:x-client-secret")) || !isGood)
                return SimAnswer.Json(400, """{"error":"invalid_request","error_description":"Value passed for the token was invalid."}""");
            return SimAnswer.Json(new JsonObject { ["access_token"] = NewToken(), ["expires_in"] = 7200, ["refresh_token"] = refresh = "refresh-" + NextId() });
        }
        if (!IsToken(request.Bearer))
            return Says(401, "Unauthorized");
        if (request.Path == "/2/users/me")
            return SimAnswer.Json(new JsonObject { ["data"] = new JsonObject { ["id"] = Account, ["username"] = "queqiao" } });
        if (request.Path.Trim('/').Split('/') is not ["2", "dm_conversations", "with", var id, "messages"] || Find(id) is not { } person)
            return Says(404, "Not Found");
        if (Trouble == Trouble.WindowClosed)
            return Says(403, "You are not permitted to perform this action.");
        if ((string?)request.Json["text"] is not { Length: > 0 and <= 10_000 } text)
            return Says(400, "Invalid Request");
        return SimAnswer.Json(201, new JsonObject { ["data"] = new JsonObject { ["dm_conversation_id"] = "c-" + id, ["dm_event_id"] = Take(person, "text", text, request.Json).Id } }.ToJsonString());
    }

    protected override SimHook Text(SimPerson person, string text)
    {
        var bytes = Sign.Bytes(new JsonObject
        {
            ["for_user_id"] = Account,
            ["direct_message_events"] = new JsonArray(new JsonObject
            {
                ["type"] = "message_create", ["id"] = NextId(), ["created_timestamp"] = Milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["message_create"] = new JsonObject { ["target"] = new JsonObject { ["recipient_id"] = Account }, ["sender_id"] = person.Id, ["message_data"] = new JsonObject { ["text"] = text } },
            }),
            ["users"] = new JsonObject { [person.Id] = new JsonObject { ["id"] = person.Id, ["name"] = person.Name, ["screen_name"] = "u" + person.Id } },
        }.ToJsonString(Sign.Plain));
        return SimHook.Post(bytes, ("x-twitter-webhooks-signature", "sha256=" + Convert.ToBase64String(Sign.Hmac256(Secret, bytes))));
    }

    public override SimHook Handshake() => new("GET", "crc_token=challenge-42", new Dictionary<string, string>(), []) { Expect = "sha256=" + Convert.ToBase64String(Sign.Hmac256(Secret, "challenge-42"u8.ToArray())) };

    public override bool IsProved(SimHook handshake, int status, string body) => status == 200 && (string?)JsonNode.Parse(body)?["response_token"] == handshake.Expect;

    private static SimAnswer Says(int status, string detail) => SimAnswer.Json(status, new JsonObject { ["title"] = detail, ["detail"] = detail, ["status"] = status }.ToJsonString());
}
