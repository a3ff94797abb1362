using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Bench.Load;

/// <summary>What a provider delivers: one message each, signed over the raw bytes (docs/channels/api.md), of people who come again and again.</summary>
internal sealed class HookWords(string host, string path, string secret, int people)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);
    private long _number;

    /// <summary>The whole request of the next delivery.</summary>
    public byte[] Next()
    {
        var number = ++_number;
        var at = TimeProvider.System.GetUtcNow();
        var body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $$"""{"events":[{"type":"message","id":"m-{{number}}","text":"请问订单 {{number:D8}} 还能改收货地址吗？我写错了门牌号，着急等回复。","from":{"id":"u{{number % people}}","name":"顾客{{number % people}}","language":"zh-CN"},"at":{{at.ToUnixTimeMilliseconds()}}}]}"""));
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(_secret, (byte[])[.. Encoding.UTF8.GetBytes(time + "."), .. body]));
        return [.. Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: provider/1.0\r\nAccept: */*\r\nContent-Type: application/json\r\nX-Signature: t={time},v1={signature}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
    }
}
