using System.Net;
using System.Text;
using Queqiao.Mail.Reading;

namespace Queqiao.Mail.Proving;

/// <summary>All that can be found out about who sent a mail, while the one who brings it is still there.</summary>
public static class SenderCheck
{
    /// <param name="client">Who brings it; null: nobody knows.</param>
    /// <param name="sender">Of the envelope.</param>
    /// <param name="greeting">What they said in EHLO.</param>
    /// <returns>As in Authentication-Results (RFC 8601), without the server's name: <c>spf=pass smtp.mailfrom=a.example; dkim=…</c></returns>
    public static async Task<string> Of(IMailDns dns, IPAddress? client, string sender, string greeting, ReadOnlyMemory<byte> mail, DateTimeOffset now, CancellationToken ct)
    {
        var (spf, path) = client is null ? (SpfCheck.None, "") : await SpfCheck.Of(dns, client, sender, greeting, ct);
        var signatures = await DkimCheck.Of(dns, mail, now, ct);
        var read = MailMessage.Read(mail);
        var from = read is { From.Domain: { } domain, Froms: 1 } && read.Root.Header.All("From").Count() == 1 ? domain : null;
        List<(string Domain, bool IsPath)> speakers = [.. signatures.Where(one => one is { Result: "pass", Domain: not null }).Select(one => (one.Domain!, false))];
        if (spf == SpfCheck.Pass)
            speakers.Add((path, true));
        var dmarc = from is null ? "none" : await DmarcCheck.Of(dns, from, speakers, who => SenderProof.Speaks(who, from) || PublicSuffixes.AreOne(who, from), ct);
        var text = new StringBuilder("spf=").Append(spf);
        if (IsPlain(path))
            text.Append(" smtp.mailfrom=").Append(path);
        foreach (var one in signatures)
            text.Append("; dkim=").Append(one.Result).Append(one.Domain is { } of && IsPlain(of) ? " header.d=" + of : "");
        if (signatures.Count == 0)
            text.Append("; dkim=none");
        return text.Append("; dmarc=").Append(dmarc).Append(from is not null && IsPlain(from) ? " header.from=" + from : "").ToString();
    }

    /// <summary>What strangers wrote goes into a header only where it can end nothing there.</summary>
    private static bool IsPlain(string name) => name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
