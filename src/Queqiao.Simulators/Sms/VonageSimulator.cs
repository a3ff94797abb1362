using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Sms;

/// <summary>An application at Vonage: requests are signed with its private key, webhooks with a shared secret.</summary>
public sealed class VonageSimulator(TimeProvider clock) : Simulator("vonage-sms", clock), IDisposable
{
    private const string Application = "00000000-1111-2222-3333-444444444444";
    private const string Secret = "vonage-signature-secret";
    private readonly RSA key = RSA.Create(2048);

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["applicationId"] = Application, ["privateKey"] = key.ExportPkcs8PrivateKeyPem(), ["signatureSecret"] = Secret, ["from"] = "447700900000" };

    protected override string NewPersonId(string name) => "44770090" + Digits(name, 4);

    protected override SimAnswer Denied() => Says(401, "unauthorized", "You did not provide correct credentials.");

    protected override SimAnswer TooMany() => Says(429, "1000", "Throttled") with { RetryAfter = 7 };

    protected override SimAnswer On(SimRequest request)
    {
        if (!IsSigned(request.Bearer))
            return Denied();
        if (request.Path != "/v1/messages" || Find((string?)request.Json["to"] ?? "") is not { } person)
            return Says(422, "1150", "The value of one or more parameters is invalid.");
        if (Trouble == Trouble.WindowClosed)
            return Says(422, "1340", "Outside of allowed window");
        if ((string?)request.Json["text"] is not { Length: > 0 and <= 1000 } text || (string?)request.Json["message_type"] != "text")
            return Says(422, "1150", "The value of one or more parameters is invalid.");
        return SimAnswer.Json(202, new JsonObject { ["message_uuid"] = Take(person, "text", text, request.Json, Guid.NewGuid().ToString()).Id }.ToJsonString());
    }

    private bool IsSigned(string token)
    {
        var parts = token.Split('.');
        return parts.Length == 3 && key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && (string?)JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))?["application_id"] == Application;
    }

    protected override SimHook Text(SimPerson person, string text) => Signed(new JsonObject
    {
        ["channel"] = "sms", ["message_uuid"] = Guid.NewGuid().ToString(), ["to"] = "447700900000", ["from"] = person.Id, ["timestamp"] = Now.UtcDateTime.ToString("o", CultureInfo.InvariantCulture), ["text"] = text, ["message_type"] = "text",
    });

    public override SimHook Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Signed(new JsonObject { ["message_uuid"] = message.Id, ["to"] = message.To.Id, ["from"] = "447700900000", ["timestamp"] = Now.UtcDateTime.ToString("o", CultureInfo.InvariantCulture), ["status"] = what == SimReceipt.Read ? "read" : "delivered", ["channel"] = "sms" });
    }

    private SimHook Signed(JsonObject body)
    {
        var bytes = Sign.Bytes(body.ToJsonString(Sign.Plain));
        var token = Sign.Jwt("""{"alg":"HS256","typ":"JWT"}""", new JsonObject { ["iat"] = Seconds, ["jti"] = NextId(), ["iss"] = "Vonage", ["payload_hash"] = Sign.Hex(SHA256.HashData(bytes)), ["application_id"] = Application }.ToJsonString(), text => Sign.Hmac256(Secret, text));
        return SimHook.Post(bytes, ("Authorization", "Bearer " + token));
    }

    private static SimAnswer Says(int status, string code, string detail) => SimAnswer.Json(status, new JsonObject { ["type"] = "https://developer.vonage.com/api-errors/messages#" + code, ["title"] = detail, ["detail"] = detail, ["instance"] = "i" }.ToJsonString());

    public void Dispose() => key.Dispose();
}
