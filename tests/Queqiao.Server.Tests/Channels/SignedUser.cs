using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Queqiao.Server.Tests.Channels;

/// <summary>The server of somebody's shop: signs who its users are, well or badly.</summary>
internal sealed class SignedUser : IDisposable
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Secret { get; init; } = "a secret that the console showed once, 43 chars";

    public string RsaPem => _rsa.ExportSubjectPublicKeyInfoPem();

    public string EcPem => _ec.ExportSubjectPublicKeyInfoPem();

    public static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    /// <summary>A JWT with this header and these claims, signed as <paramref name="how"/> says, whatever the header says.</summary>
    public string Jwt(object claims, string how = "HS256", string? header = null, string? secret = null)
    {
        var text = $"{Part(header ?? $$"""{"alg":"{{how}}","typ":"JWT"}""")}.{Part(claims as string ?? JsonSerializer.Serialize(claims))}";
        return $"{text}.{Base64Url.EncodeToString(Sign(Encoding.ASCII.GetBytes(text), how, secret))}";
    }

    public string Hmac(string id, long exp, string? secret = null) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? Secret), Encoding.UTF8.GetBytes($"{id}|{exp}")));

    private byte[] Sign(byte[] text, string how, string? secret) => how switch
    {
        "HS256" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? Secret), text),
        "RS256" => _rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "PS256" => _rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => _ec.SignData(text, HashAlgorithmName.SHA256),
        "ES256-DER" => _ec.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
        "HS256-with-RSA-key" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(RsaPem), text),
        _ => [],
    };

    public void Dispose()
    {
        _rsa.Dispose();
        _ec.Dispose();
    }
}
