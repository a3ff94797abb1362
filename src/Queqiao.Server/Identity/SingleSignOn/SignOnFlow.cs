using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Identity.SingleSignOn;

/// <summary>What a way to a provider and back is for.</summary>
internal static class FlowPurpose
{
    public const string SignIn = "sign_in";
    public const string Link = "link";
    public const string Proof = "proof";
    public const string Try = "try";
}

/// <summary>A way to a provider and back, as the browser keeps it meanwhile: sealed, in a cookie of its own, for ten minutes.</summary>
/// <param name="Session">Hash of the session it began in, for everything but a sign-in: another session must not finish it.</param>
/// <param name="Back">Where in the console to go on.</param>
internal sealed record SignOnFlow(
    int Ws, Guid Provider, string Purpose, string State, string Nonce, string Verifier, string RedirectUri, long BegunAt, string? Session, string? Back)
{
    /// <summary>PKCE (RFC 7636): the provider gets the hash now and the text with the code.</summary>
    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    public static string Random() => TokenText.New().Reveal();
}

/// <summary>
/// Keeps flows in cookies, so that any node can finish what another began and nobody fills a table by beginning. The cookie is what binds
/// the answer to the browser that asked (RFC 6749 10.12). Strict is enough: it is the console's page that posts the answer.
/// </summary>
internal sealed class FlowCookies(IVault vault, Ids ids)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(10);

    public void Set(HttpContext context, SignOnFlow flow)
    {
        var box = Seal(flow.Ws).Seal(JsonSerializer.SerializeToUtf8Bytes(flow, StrictJson.Options));
        context.Response.Cookies.Append(NameFor(context.Request, flow.State), FormattableString.Invariant($"{flow.Ws}.{Base64Url.EncodeToString(box)}"), Options(context.Request));
    }

    /// <summary>Takes the flow of this state out of the browser; null when this browser did not begin it, or too long ago.</summary>
    public SignOnFlow? Take(HttpContext context, string state)
    {
        if (TokenText.Hash(state) is null)
            return null;
        var name = NameFor(context.Request, state);
        var kept = context.Request.Cookies[name];
        if (kept is null)
            return null;
        context.Response.Cookies.Delete(name, Options(context.Request));
        return Open(kept) is { } flow && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(flow.State), Encoding.ASCII.GetBytes(state))
            && ids.Now() - flow.BegunAt is >= 0 and var age && age < Lasts.TotalMilliseconds ? flow : null;
    }

    private SignOnFlow? Open(string kept)
    {
        var dot = kept.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0 || !int.TryParse(kept.AsSpan(..dot), NumberStyles.None, CultureInfo.InvariantCulture, out var ws))
            return null;
        try
        {
            var flow = JsonSerializer.Deserialize<SignOnFlow>(Seal(ws).Open(Base64Url.DecodeFromChars(kept.AsSpan(dot + 1))), StrictJson.Options)!;
            return flow.Ws == ws ? flow : null;
        }
        catch (Exception trouble) when (trouble is CryptographicException or FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private SecretSeal Seal(int ws) => new(vault.Derive(ws, "sso flow v1"));

    // One cookie a flow: two windows may sign in at once.
    private static string NameFor(HttpRequest request, string state) => (request.IsHttps ? "__Host-queqiao-sso-" : "queqiao-sso-") + state[..8];

    private static CookieOptions Options(HttpRequest request) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        Path = "/",
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        MaxAge = Lasts,
    };
}
