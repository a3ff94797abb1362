using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Queqiao.Simulators;

/// <summary>The consent page of a platform, and the codes that it gives: each good once, with the address and the verifier that it was asked with.</summary>
/// <param name="clientField">How the platform calls the app's id.</param>
internal sealed class OAuthDesk(string clientField, string client)
{
    private readonly ConcurrentDictionary<string, (string Redirect, string? Challenge)> codes = new(StringComparer.Ordinal);

    /// <summary>Whoever looks at it consents.</summary>
    public SimAnswer Page(SimRequest request)
    {
        var query = request.Query;
        if (query.GetValueOrDefault(clientField) != client || query.GetValueOrDefault("redirect_uri") is not { Length: > 0 } redirect || query.GetValueOrDefault("state") is not { Length: > 0 } state)
            return SimAnswer.Json(400, """{"error":"invalid_request"}""");
        var code = "code-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        codes[code] = (redirect, query.GetValueOrDefault("code_challenge"));
        return SimAnswer.Json(302, "") with { Location = $"{redirect}?code={code}&state={Uri.EscapeDataString(state)}" };
    }

    /// <param name="redirect">Null: the platform does not compare it.</param>
    public bool Redeem(string? code, string? redirect, string? verifier) =>
        code is not null && codes.TryRemove(code, out var asked) && (redirect is null || asked.Redirect == redirect)
        && (asked.Challenge is null || (verifier is not null && asked.Challenge == Base64Url.EncodeToString(SHA256.HashData(Sign.Bytes(verifier)))));
}
