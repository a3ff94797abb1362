using System.Buffers.Text;
using System.Text;

namespace Queqiao.Channels.Signing;

/// <summary>Writes a compact JWT (RFC 7519, RFC 7515 §3.1).</summary>
public static class CompactJwt
{
    /// <param name="header">JSON.</param>
    /// <param name="claims">JSON.</param>
    /// <param name="sign">By the algorithm that the header names.</param>
    public static string Make(string header, string claims, Func<byte[], byte[]> sign)
    {
        var head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));
        return head + "." + Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(head)));
    }
}
