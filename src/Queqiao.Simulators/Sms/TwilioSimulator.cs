using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Sms;

/// <summary>A number at Twilio. What it delivers is signed over the address, so that has to be known.</summary>
public sealed class TwilioSimulator(TimeProvider clock) : Simulator("twilio-sms", clock)
{
    private const string Sid = "AC0123456789abcdef0123456789abcdef";
    private const string Token = "twilio-auth-token-42";
    private const string Number = "+15005550006";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["accountSid"] = Sid, ["authToken"] = Token, ["from"] = Number };

    protected override string NewPersonId(string name) => "+1415555" + Digits(name, 4);

    protected override SimAnswer Denied() => Says(401, 20003, "Authenticate");

    protected override SimAnswer TooMany() => Says(429, 20429, "Too Many Requests") with { RetryAfter = 7 };

    protected override SimAnswer On(SimRequest request)
    {
        if (request.Header("Authorization") != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Sid}:{Token}")))
            return Denied();
        if (request.Path.StartsWith("/media/", StringComparison.Ordinal))
            return Give(request.Path[7..]);
        if (request.Path == $"/2010-04-01/Accounts/{Sid}.json")
            return SimAnswer.Json(new JsonObject { ["sid"] = Sid, ["friendly_name"] = "Queqiao" });
        if (request.Path != $"/2010-04-01/Accounts/{Sid}/Messages.json")
            return Says(404, 20404, "not found");
        var (to, body) = (request.Form.GetValueOrDefault("To") ?? "", request.Form.GetValueOrDefault("Body") ?? "");
        if (Find(to) is not { } person)
            return Says(400, 21211, "The 'To' number is not a valid phone number.");
        if (Trouble == Trouble.WindowClosed)
            return Says(400, 63016, "outside the allowed window");
        if (request.Form.GetValueOrDefault("From") != Number || body.Length > 1600 || (body.Length == 0 && !request.Form.ContainsKey("MediaUrl")))
            return Says(400, body.Length > 1600 ? 21617 : 21606, "The message is not valid");
        var sent = Take(person, request.Form.ContainsKey("MediaUrl") ? "mms" : "sms", body, null, "SM" + NextId());
        return SimAnswer.Json(201, new JsonObject { ["sid"] = sent.Id, ["status"] = "queued", ["to"] = to, ["from"] = Number }.ToJsonString());
    }

    protected override SimHook Text(SimPerson person, string text) => Form([("MessageSid", "SM" + NextId()), ("AccountSid", Sid), ("From", person.Id), ("To", Number), ("Body", text), ("NumMedia", "0"), ("SmsStatus", "received")]);

    protected override SimHook Image(SimPerson person, string fileId, string baseUrl) =>
        Form([("MessageSid", "MM" + NextId()), ("AccountSid", Sid), ("From", person.Id), ("To", Number), ("Body", ""), ("NumMedia", "1"), ("MediaUrl0", $"{baseUrl}/media/{fileId}"), ("MediaContentType0", "image/png")]);

    public override SimHook Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Form([("MessageSid", message.Id), ("AccountSid", Sid), ("From", Number), ("To", message.To.Id), ("MessageStatus", what == SimReceipt.Read ? "read" : "delivered")]);
    }

    private static SimHook Form((string Name, string Value)[] fields) => new("POST", "", new Dictionary<string, string>(), Sign.Bytes(string.Join('&', fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"))))
    {
        ContentType = "application/x-www-form-urlencoded",
        SignAddress = url => new Dictionary<string, string>
        {
            ["X-Twilio-Signature"] = Convert.ToBase64String(HMACSHA1.HashData(Sign.Bytes(Token), Sign.Bytes(url + string.Concat(fields.OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => field.Name + field.Value))))),
        },
    };

    private static SimAnswer Says(int status, int code, string message) => SimAnswer.Json(status, new JsonObject { ["code"] = code, ["message"] = message, ["status"] = status }.ToJsonString());
}
