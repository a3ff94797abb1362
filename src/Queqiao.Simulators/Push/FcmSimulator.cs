using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Push;

/// <summary>One Firebase project: gives tokens for signed assertions, takes messages of HTTP v1.</summary>
public sealed class FcmSimulator(TimeProvider clock) : IPushSimulator, IDisposable
{
    private const string Project = "played-shop";
    private const string Email = "push@played-shop.iam.gserviceaccount.com";
    private const string TokenUri = "https://oauth2.googleapis.com/token";
    private readonly RSA key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, DateTimeOffset> tokens = new(StringComparer.Ordinal);

    public ConcurrentQueue<PhoneNote> Notes { get; } = new();

    /// <summary>Tokens of phones on which the app no longer is.</summary>
    public ConcurrentDictionary<string, bool> Gone { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a token was given.</summary>
    public int Granted => tokens.Count;

    /// <summary>Answers 503 so many times.</summary>
    public int Busy { get; set; }

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["serviceAccount"] = new JsonObject
        {
            ["type"] = "service_account", ["project_id"] = Project, ["private_key_id"] = "k1", ["private_key"] = key.ExportPkcs8PrivateKeyPem(), ["client_email"] = Email, ["token_uri"] = TokenUri,
        }.ToJsonString(),
    };

    public SimAnswer Answer(SimRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Path == "/token")
            return Token(request.Form.GetValueOrDefault("assertion") ?? "");
        if (request.Method != "POST" || request.Path != $"/v1/projects/{Project}/messages:send")
            return Error(404, "NOT_FOUND", null);
        if (!tokens.TryGetValue(request.Bearer, out var until) || until <= clock.GetUtcNow())
            return Error(401, "UNAUTHENTICATED", null);
        if (Busy > 0)
        {
            Busy--;
            return Error(503, "UNAVAILABLE", "UNAVAILABLE") with { RetryAfter = 3 };
        }
        return Take(request.Json);
    }

    private SimAnswer Take(JsonObject body)
    {
        if (body["message"] is not JsonObject message || message["token"]?.GetValue<string>() is not { Length: > 0 } device)
            return Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
        if (device.Length < 10)
            return Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"); // not a registration token
        if (message["data"] is JsonObject data && data.Any(one => one.Value?.GetValueKind() != System.Text.Json.JsonValueKind.String))
            return Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"); // values of data are strings
        if (Gone.ContainsKey(device))
            return Error(404, "NOT_FOUND", "UNREGISTERED");
        if (body["validate_only"]?.GetValue<bool>() != true)
        {
            Notes.Enqueue(new PhoneNote(device, message["notification"]?["title"]?.GetValue<string>() ?? "", message["notification"]?["body"]?.GetValue<string>() ?? "",
                message["android"]?["notification"]?["notification_count"]?.GetValue<int>() ?? 0, message["android"]?["collapse_key"]?.GetValue<string>() ?? ""));
        }
        return SimAnswer.Json(new JsonObject { ["name"] = $"projects/{Project}/messages/{Notes.Count}" });
    }

    private SimAnswer Token(string assertion)
    {
        var parts = assertion.Split('.');
        if (parts.Length != 3 || !key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return SimAnswer.Json(400, """{"error":"invalid_grant","error_description":"Invalid JWT Signature."}""");
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        if (claims["iss"]?.GetValue<string>() != Email || claims["aud"]?.GetValue<string>() != TokenUri || claims["exp"]!.GetValue<long>() is var exp && (exp <= now || exp > now + 3600))
            return SimAnswer.Json(400, """{"error":"invalid_grant","error_description":"Invalid JWT."}""");
        var token = "ya29." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        tokens[token] = clock.GetUtcNow().AddHours(1);
        return SimAnswer.Json(new JsonObject { ["access_token"] = token, ["expires_in"] = 3599, ["token_type"] = "Bearer" });
    }

    private static SimAnswer Error(int status, string name, string? code) => SimAnswer.Json(status, new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = status, ["status"] = name, ["message"] = name,
            ["details"] = code is null ? [] : new JsonArray(new JsonObject { ["@type"] = "type.googleapis.com/google.firebase.fcm.v1.FcmError", ["errorCode"] = code }),
        },
    }.ToJsonString());

    public void Dispose() => key.Dispose();
}
