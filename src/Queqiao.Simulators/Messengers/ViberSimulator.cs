using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Messengers;

/// <summary>A Viber bot.</summary>
public sealed class ViberSimulator(TimeProvider clock) : Simulator("viber", clock)
{
    private const string Token = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["authToken"] = Token, ["senderName"] = "Queqiao" };

    protected override SimAnswer Denied() => Says(2, "invalidAuthToken");

    protected override SimAnswer TooMany() => Says(12, "tooManyRequests");

    protected override string NewPersonId(string name) => Convert.ToBase64String(Sign.Sha256("viber" + name)[..15]) + "==";

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Path.StartsWith("/media/", StringComparison.Ordinal))
            return Give(request.Path[7..]);
        if (request.Header("X-Viber-Auth-Token") != Token)
            return Denied();
        switch (request.Path)
        {
            case "/pa/get_account_info":
                return SimAnswer.Json(new JsonObject { ["status"] = 0, ["status_message"] = "ok", ["id"] = "pa:1", ["name"] = "Queqiao" });
            case "/pa/set_webhook":
                return Says(0, "ok");
            case "/pa/get_user_details":
                return Find((string?)request.Json["id"] ?? "") is { } known ? SimAnswer.Json(new JsonObject { ["status"] = 0, ["user"] = new JsonObject { ["id"] = known.Id, ["name"] = known.Name } }) : Says(5, "receiverNotRegistered");
            case "/pa/send_message":
                return Message(request.Json);
            default:
                return Says(1, "invalidUrl");
        }
    }

    private SimAnswer Message(JsonObject body)
    {
        if (Find((string?)body["receiver"] ?? "") is not { } person)
            return Says(5, "receiverNotRegistered");
        if (person.LastWrote is null || Trouble == Trouble.WindowClosed)
            return Says(6, "receiverNotSubscribed");
        if ((string?)body["type"] is not { } type || (string?)body["sender"]?["name"] is not { Length: > 0 and <= 28 } || ((string?)body["text"] ?? "").Length > 7000)
            return Says(3, "badData");
        return SimAnswer.Json(new JsonObject { ["status"] = 0, ["status_message"] = "ok", ["message_token"] = long.Parse(Take(person, type, (string?)body["text"], body).Id, System.Globalization.CultureInfo.InvariantCulture) });
    }

    protected override SimHook Text(SimPerson person, string text) => Message(person, new JsonObject { ["type"] = "text", ["text"] = text });

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) => Message(person, new JsonObject { ["type"] = "picture", ["media"] = $"{baseUrl}/media/{fileId}", ["file_name"] = "photo.png", ["size"] = 5 });

    public override SimHook Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Signed(new JsonObject { ["event"] = what == SimReceipt.Read ? "seen" : "delivered", ["timestamp"] = Milliseconds, ["message_token"] = long.Parse(message.Id, System.Globalization.CultureInfo.InvariantCulture), ["user_id"] = message.To.Id });
    }

    public override SimHook Handshake() => Signed(new JsonObject { ["event"] = "webhook", ["timestamp"] = Milliseconds, ["message_token"] = NextNumber() });

    private SimHook Message(SimPerson person, JsonObject message) => Signed(new JsonObject
    {
        ["event"] = "message", ["timestamp"] = Milliseconds, ["message_token"] = NextNumber(), ["sender"] = new JsonObject { ["id"] = person.Id, ["name"] = person.Name, ["language"] = "uk", ["country"] = "UA", ["api_version"] = 10 }, ["message"] = message,
    });

    private static SimHook Signed(JsonObject body)
    {
        var bytes = Sign.Bytes(body.ToJsonString(Sign.Plain));
        return SimHook.Post(bytes, ("X-Viber-Content-Signature", Sign.Hex(Sign.Hmac256(Token, bytes))));
    }

    private static SimAnswer Says(int status, string message) => SimAnswer.Json(new JsonObject { ["status"] = status, ["status_message"] = message });
}
