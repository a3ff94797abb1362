using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Push;

/// <summary>Apple's push service for one app. Whoever serves it must speak HTTP/2.</summary>
public sealed class ApnsSimulator(TimeProvider clock) : IPushSimulator, IDisposable
{
    private const string Team = "TEAM000001";
    private const string Key = "KEY0000001";
    private const string Bundle = "com.played.shop";
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly HashSet<string> tokens = [];

    public ConcurrentQueue<PhoneNote> Notes { get; } = new();

    /// <summary>Tokens of phones on which the app no longer is.</summary>
    public ConcurrentDictionary<string, bool> Gone { get; } = new(StringComparer.Ordinal);

    /// <summary>How many different provider tokens came.</summary>
    public int Tokens
    {
        get
        {
            lock (tokens)
                return tokens.Count;
        }
    }

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["teamId"] = Team, ["keyId"] = Key, ["bundleId"] = Bundle, ["privateKey"] = key.ExportPkcs8PrivateKeyPem(),
    };

    public SimAnswer Answer(SimRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        const string path = "/3/device/";
        if (request.Method != "POST" || !request.Path.StartsWith(path, StringComparison.Ordinal))
            return No(404, "BadPath");
        if (Denied(request.Header("authorization")) is { } denied)
            return denied;
        if (request.Header("apns-topic") != Bundle)
            return No(400, request.Header("apns-topic").Length == 0 ? "MissingTopic" : "TopicDisallowed");
        if (request.Header("apns-push-type") is not ("alert" or "background"))
            return No(400, "InvalidPushType");
        if (Encoding.UTF8.GetByteCount(request.Header("apns-collapse-id")) > 64)
            return No(400, "BadCollapseId");
        var device = request.Path[path.Length..];
        if (device.Length != 64 || !device.All(char.IsAsciiHexDigit) || device.All(letter => letter == '0'))
            return No(400, "BadDeviceToken");
        if (Gone.ContainsKey(device))
            return SimAnswer.Json(410, new JsonObject { ["reason"] = "Unregistered", ["timestamp"] = clock.GetUtcNow().ToUnixTimeMilliseconds() }.ToJsonString());
        if (request.Body.Length > 4096)
            return No(413, "PayloadTooLarge");
        if (request.Json["aps"] is not JsonObject aps)
            return No(400, "PayloadEmpty");
        Notes.Enqueue(new PhoneNote(device, aps["alert"]?["title"]?.GetValue<string>() ?? "", aps["alert"]?["body"]?.GetValue<string>() ?? "", aps["badge"]?.GetValue<int>() ?? 0, request.Header("apns-collapse-id")));
        return SimAnswer.Json(200, "");
    }

    private SimAnswer? Denied(string authorization)
    {
        if (!authorization.StartsWith("bearer ", StringComparison.OrdinalIgnoreCase))
            return No(403, "MissingProviderToken");
        var token = authorization[7..];
        var parts = token.Split('.');
        if (parts.Length != 3 || !key.VerifyData(Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256))
            return No(403, "InvalidProviderToken");
        var (header, claims) = (JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!, JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!);
        if (header["alg"]?.GetValue<string>() != "ES256" || header["kid"]?.GetValue<string>() != Key || claims["iss"]?.GetValue<string>() != Team)
            return No(403, "InvalidProviderToken");
        if (clock.GetUtcNow().ToUnixTimeSeconds() - claims["iat"]!.GetValue<long>() > 3600)
            return No(403, "ExpiredProviderToken");
        lock (tokens)
            tokens.Add(token);
        return null;
    }

    private static SimAnswer No(int status, string reason) => SimAnswer.Json(status, string.Create(CultureInfo.InvariantCulture, $$"""{"reason":"{{reason}}"}"""));

    public void Dispose() => key.Dispose();
}
