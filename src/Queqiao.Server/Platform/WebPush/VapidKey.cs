using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Queqiao.Server.Platform.WebPush;

/// <summary>By which a push service knows us again: RFC 8292 (VAPID).</summary>
internal sealed class VapidKey : IDisposable
{
    /// <summary>The RFC allows 24 hours.</summary>
    private static readonly TimeSpan Valid = TimeSpan.FromHours(12);

    private readonly ECDsa _key;

    private VapidKey(ECDsa key) => _key = key;

    public static VapidKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <param name="stored">As <see cref="Export"/> gave it.</param>
    public static VapidKey Import(ReadOnlySpan<byte> stored)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(stored, out _);
        return new(key);
    }

    /// <summary>Secret.</summary>
    public byte[] Export() => _key.ExportPkcs8PrivateKey();

    /// <summary>What browsers subscribe with.</summary>
    public byte[] PublicKey => PushCipher.PointOf(_key.ExportParameters(includePrivateParameters: false).Q);

    /// <summary>The value of <c>Authorization</c> for one push service.</summary>
    /// <param name="endpoint">Of the subscription: a token is good for its origin only.</param>
    /// <param name="subject">Where its operators reach us: <c>https:</c> or <c>mailto:</c>.</param>
    public string Authorization(Uri endpoint, string subject, DateTimeOffset now)
    {
        var claims = JsonSerializer.SerializeToUtf8Bytes(new Claims(endpoint.GetLeftPart(UriPartial.Authority), now.Add(Valid).ToUnixTimeSeconds(), subject));
        var signed = $"{Base64Url.EncodeToString("{\"typ\":\"JWT\",\"alg\":\"ES256\"}"u8)}.{Base64Url.EncodeToString(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"vapid t={signed}.{Base64Url.EncodeToString(signature)}, k={Base64Url.EncodeToString(PublicKey)}";
    }

    public void Dispose() => _key.Dispose();

#pragma warning disable IDE1006 // names of RFC 7519
    private sealed record Claims(string aud, long exp, string sub);
#pragma warning restore IDE1006
}
