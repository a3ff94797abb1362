using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels.Signing;

namespace Queqiao.Channels.AliyunSms;

/// <summary>ACS3-HMAC-SHA256.</summary>
internal static class AliyunSignature
{
    public static string Canonical(string method, string path, IEnumerable<(string Name, string Value)> query, IReadOnlyList<(string Name, string Value)> headers, string payloadHash, out string signed)
    {
        var sorted = headers.Select(header => (Name: header.Name.ToLowerInvariant(), Value: header.Value.Trim())).GroupBy(header => header.Name).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        signed = string.Join(';', sorted.Select(group => group.Key));
        var lines = string.Concat(sorted.Select(group => $"{group.Key}:{string.Join(',', group.Select(header => header.Value).Order(StringComparer.Ordinal))}\n"));
        return $"{method}\n{path}\n{string.Join('&', query.OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => Escape(pair.Name) + "=" + Escape(pair.Value)))}\n{lines}\n{signed}\n{payloadHash}";
    }

    public static string Authorization(string keyId, string secret, string canonical, string signed) =>
        $"ACS3-HMAC-SHA256 Credential={keyId},SignedHeaders={signed},Signature={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes("ACS3-HMAC-SHA256\n" + Signature.Sha256Hex(Encoding.UTF8.GetBytes(canonical)))))}";

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
