using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A business account on TikTok.</summary>
public sealed class TikTokSimulator(TimeProvider clock) : Simulator("tiktok", clock)
{
    private const string First = "refresh-tiktok-first";
    private string refresh = First;

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["appId"] = "7211111111111111111", ["appSecret"] = "tiktok-app-secret", ["businessId"] = "b-100", ["refreshToken"] = First };

    protected override bool IssuesTokens => true;

    protected override SimAnswer TooMany() => Says(40100, "Too many requests");

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path == "/open_api/v1.3/tt_user/oauth2/refresh_token/")
        {
            if ((string?)request.Json["client_secret"] != "tiktok-app-secret" || (string?)request.Json["refresh_token"] != refresh)
                return Says(40104, "refresh token is invalid");
            return Ok(new JsonObject { ["access_token"] = NewToken(), ["expires_in"] = 86400, ["refresh_token"] = refresh = "refresh-" + NextId() });
        }
        if (!IsToken(request.Header("Access-Token")))
            return Says(40105, "Access token is incorrect or has been revoked.");
        if (request.Path != "/open_api/v1.3/business/message/send/")
            return Says(40001, "no permission");
        var recipient = (string?)request.Json["recipient"] ?? "";
        if (Find(recipient.StartsWith("conv-", StringComparison.Ordinal) ? recipient[5..] : recipient) is not { } person)
            return Says(40002, "recipient is invalid");
        if (!IsOpen(person, TimeSpan.FromHours(48), 10))
            return Says(40300, "The conversation is outside of its window");
        if ((string?)request.Json["message_type"] != "TEXT" || (string?)request.Json["text"]?["body"] is not { Length: > 0 and <= 6000 } text)
            return Says(40002, "text is invalid");
        return Ok(new JsonObject { ["message"] = new JsonObject { ["message_id"] = Take(person, "text", text, request.Json).Id } });
    }

    protected override SimHook Text(SimPerson person, string text) => Event("im_receive_msg", new JsonObject
    {
        ["from"] = person.Name, ["from_user"] = new JsonObject { ["id"] = person.Id, ["role"] = "personal_account" }, ["to"] = "Queqiao", ["to_user"] = new JsonObject { ["id"] = "b-100", ["role"] = "business_account" },
        ["conversation_id"] = "conv-" + person.Id, ["message_id"] = NextId(), ["timestamp"] = Milliseconds, ["type"] = "text", ["text"] = new JsonObject { ["body"] = text },
    });

    public override SimHook? Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return what != SimReceipt.Read ? null : Event("im_mark_read_msg", new JsonObject
        {
            ["from_user"] = new JsonObject { ["id"] = message.To.Id }, ["conversation_id"] = "conv-" + message.To.Id, ["message_id"] = message.Id, ["timestamp"] = Milliseconds, ["read"] = new JsonObject { ["last_read_timestamp"] = Milliseconds },
        });
    }

    private SimHook Event(string name, JsonObject content)
    {
        var bytes = Sign.Bytes(new JsonObject { ["client_key"] = "7211111111111111111", ["event"] = name, ["create_time"] = Seconds, ["user_openid"] = "b-100", ["content"] = content.ToJsonString(Sign.Plain) }.ToJsonString(Sign.Plain));
        var time = Seconds.ToString(CultureInfo.InvariantCulture);
        return SimHook.Post(bytes, ("Tiktok-Signature", $"t={time},s={Sign.Hex(Sign.Hmac256("tiktok-app-secret", Sign.Join(time + ".", bytes)))}"));
    }

    private static SimAnswer Ok(JsonObject data) => SimAnswer.Json(new JsonObject { ["code"] = 0, ["message"] = "OK", ["data"] = data });

    private static SimAnswer Says(int code, string message) => SimAnswer.Json(new JsonObject { ["code"] = code, ["message"] = message });
}
