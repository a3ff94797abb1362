using System.Net;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Mail.Proving;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>
/// What we find out about who sent a mail while they who bring it are still there. The verdict travels with the mail as its first line,
/// with a seal over both: nobody can bring one along, and none counts for another mail.
/// </summary>
internal sealed class SenderVerdicts(IMailDns dns, IVault vault, TimeProvider clock)
{
    private const string Field = "Queqiao-Verdict: ";
    private const string Unknown = "spf=temperror; dkim=temperror; dmarc=temperror";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task<string> Of(SmtpArrival arrival, ReadOnlyMemory<byte> mail, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await SenderCheck.Of(dns, arrival.Client is { } client && !IPAddress.None.Equals(client) ? client : null, arrival.From, arrival.Greeting, mail, clock.GetUtcNow(), both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Unknown;
        }
    }

    public byte[] Put(int ws, byte[] mail, string verdict) => [.. Encoding.ASCII.GetBytes($"{Field}{Seal(ws, mail, verdict)} {verdict}\r\n"), .. mail];

    /// <summary>Null: it has none of ours.</summary>
    public string? Read(int ws, ReadOnlySpan<byte> mail)
    {
        var end = mail.IndexOf("\r\n"u8);
        if (end < Field.Length + 65 || !mail.StartsWith("Queqiao-Verdict: "u8))
            return null;
        var seal = mail.Slice(Field.Length, 64);
        var verdict = Encoding.ASCII.GetString(mail[(Field.Length + 65)..end]);
        return CryptographicOperations.FixedTimeEquals(seal, Encoding.ASCII.GetBytes(Seal(ws, mail[(end + 2)..], verdict))) ? verdict : null;
    }

    private string Seal(int ws, ReadOnlySpan<byte> mail, string verdict) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(vault.Derive(ws, "mail verdict v1"), (byte[])[.. SHA256.HashData(mail), .. Encoding.ASCII.GetBytes(verdict)]));
}
