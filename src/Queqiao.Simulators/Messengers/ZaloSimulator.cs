using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A Zalo official account: each refresh token is good for one use.</summary>
public sealed class ZaloSimulator(TimeProvider clock) : Simulator("zalo", clock)
{
    private const string AppId = "3456789012345678901";
    private readonly OAuthDesk consent = new("app_id", AppId);
    private readonly string first = "refresh-zalo-first";
    private string refresh = "refresh-zalo-first";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appId"] = AppId, ["appSecret"] = "zalo-app-secret", ["oaSecret"] = "zalo-oa-secret", ["refreshToken"] = first };

    protected override bool IssuesTokens => true;

    protected override SimAnswer TooMany() => Says(-32, "Rate limit exceeded");

    protected override string NewPersonId(string name) => "2512" + Digits(name, 15);

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path.StartsWith("/media/", StringComparison.Ordinal))
            return Give(request.Path[7..]);
        if (request.Path == "/v4/oa/permission")
            return consent.Page(request);
        if (request.Path == "/v4/oa/access_token")
        {
            var form = request.Form;
            var isGood = form.GetValueOrDefault("grant_type") == "authorization_code" ? consent.Redeem(form.GetValueOrDefault("code"), null, form.GetValueOrDefault("code_verifier")) : form.GetValueOrDefault("refresh_token") == refresh;
            if (request.Header("secret_key") != "zalo-app-secret" || !isGood)
                return Says(-14014, "Invalid refresh token.");
            return SimAnswer.Json(new JsonObject { ["access_token"] = NewToken(), ["refresh_token"] = refresh = "refresh-" + NextId(), ["expires_in"] = "90000" });
        }
        if (!IsToken(request.Header("access_token")))
            return Says(-216, "Access token is invalid");
        switch (request.Path)
        {
            case "/v2.0/oa/getoa":
                return SimAnswer.Json(new JsonObject { ["error"] = 0, ["data"] = new JsonObject { ["name"] = "Queqiao" } });
            case "/v3.0/oa/user/detail":
                return Find((string?)JsonNode.Parse(request.Query.GetValueOrDefault("data") ?? "{}")?["user_id"] ?? "") is { } known ? SimAnswer.Json(new JsonObject { ["error"] = 0, ["data"] = new JsonObject { ["display_name"] = known.Name } }) : Says(-201, "user_id is invalid");
            case "/v2.0/oa/upload/image" or "/v2.0/oa/upload/gif":
                return request.File is { } picture ? SimAnswer.Json(new JsonObject { ["error"] = 0, ["message"] = "Success", ["data"] = new JsonObject { ["attachment_id"] = Keep(picture) } }) : Says(-201, "file is invalid");
            case "/v2.0/oa/upload/file":
                return request.File is { } file ? SimAnswer.Json(new JsonObject { ["error"] = 0, ["message"] = "Success", ["data"] = new JsonObject { ["token"] = Keep(file) } }) : Says(-201, "file is invalid");
            case "/v2.0/oa/message" when request.Json["sender_action"] is { } action:
                Signals.Enqueue($"react {(string?)action["react_message_id"]} {(string?)action["react_icon"]}");
                return SimAnswer.Json(new JsonObject { ["error"] = 0, ["message"] = "Success" });
            case "/v3.0/oa/message/cs":
                break;
            default:
                return Says(-404, "not found");
        }
        if (Find((string?)request.Json["recipient"]?["user_id"] ?? "") is not { } person)
            return Says(-201, "user_id is invalid");
        if (!IsOpen(person, TimeSpan.FromDays(7)))
            return Says(-230, "User has not interacted with the OA in the past 7 days");
        if (request.Json["message"]?["attachment"] is { } attachment)
        {
            var handed = (string?)attachment["payload"]?["token"] ?? (string?)attachment["payload"]?["elements"]?[0]?["attachment_id"];
            if (handed is null || Give(handed).Status != 200)
                return Says(-201, "attachment is invalid");
            var kind = (string?)attachment["type"] == "file" ? "file" : "image";
            return SimAnswer.Json(new JsonObject { ["error"] = 0, ["message"] = "Success", ["data"] = new JsonObject { ["message_id"] = Take(person, kind, (string?)request.Json["message"]?["text"], request.Json).Id, ["user_id"] = person.Id } });
        }
        if ((string?)request.Json["message"]?["text"] is not { Length: > 0 and <= 2000 } text)
            return Says(-210, "Parameter exceeds allowable limit");
        return SimAnswer.Json(new JsonObject { ["error"] = 0, ["message"] = "Success", ["data"] = new JsonObject { ["message_id"] = Take(person, "text", text, request.Json).Id, ["user_id"] = person.Id } });
    }

    protected override SimHook Text(SimPerson person, string text) => Event(person, "user_send_text", new JsonObject { ["msg_id"] = NextId(), ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Event(person, "user_send_image", new JsonObject
    {
        ["msg_id"] = NextId(), ["attachments"] = new JsonArray(new JsonObject { ["type"] = "image", ["payload"] = new JsonObject { ["url"] = $"{baseUrl}/media/{fileId}" } }),
    });

    public override SimHook Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return what == SimReceipt.Read ? Event(message.To, "user_seen_message", new JsonObject { ["msg_ids"] = new JsonArray(message.Id) }) : Event(message.To, "user_received_message", new JsonObject { ["msg_id"] = message.Id });
    }

    private SimHook Event(SimPerson person, string name, JsonObject message)
    {
        var time = Milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var bytes = Sign.Bytes(new JsonObject
        {
            ["app_id"] = AppId, ["user_id_by_app"] = "5" + person.Id, ["sender"] = new JsonObject { ["id"] = person.Id }, ["recipient"] = new JsonObject { ["id"] = "388613280878808645" }, ["event_name"] = name, ["message"] = message, ["timestamp"] = time,
        }.ToJsonString(Sign.Plain));
        return SimHook.Post(bytes, ("X-ZEvent-Signature", "mac=" + Sign.Hex(SHA256.HashData([.. Sign.Bytes(AppId), .. bytes, .. Sign.Bytes(time + "zalo-oa-secret")]))));
    }

    private static SimAnswer Says(int error, string message) => SimAnswer.Json(new JsonObject { ["error"] = error, ["message"] = message });
}
