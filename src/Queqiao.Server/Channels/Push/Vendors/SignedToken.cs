using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Queqiao.Channels.Signing;

namespace Queqiao.Server.Channels.Push.Vendors;

/// <summary>JWTs that we sign for vendors.</summary>
internal static class SignedToken
{
    public static string Es256(string pem, JsonObject header, JsonObject claims)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        return CompactJwt.Make(header.ToJsonString(), claims.ToJsonString(), text => key.SignData(text, HashAlgorithmName.SHA256));
    }

    public static string Rs256(string pem, JsonObject header, JsonObject claims)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return CompactJwt.Make(header.ToJsonString(), claims.ToJsonString(), text => key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>Whether the platform can sign with it.</summary>
    public static bool IsP256(string pem)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return key.KeySize == 256 && key.ExportParameters(includePrivateParameters: true).D is not null;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>Tokens of vendors on this node; other nodes have their own, and an old one changes nothing there.</summary>
internal sealed class VendorTokens(TimeProvider clock)
{
    private const int Most = 1_000;
    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Until)> _kept = new(StringComparer.Ordinal);

    public string? Find(PushAccount account) => _kept.TryGetValue(KeyOf(account), out var kept) && kept.Until > clock.GetUtcNow() ? kept.Token : null;

    public string Keep(PushAccount account, string token, TimeSpan valid)
    {
        if (_kept.Count > Most)
            _kept.Clear();
        _kept[KeyOf(account)] = (token, clock.GetUtcNow() + valid);
        return token;
    }

    public void Forget(PushAccount account) => _kept.TryRemove(KeyOf(account), out _);

    private static string KeyOf(PushAccount account) => $"{account.Id:N}/{account.Version}";
}
