using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels.Signing;

namespace Queqiao.Mail.Proving;

/// <param name="Result">pass, fail, neutral, policy, none, temperror, permerror.</param>
/// <param name="Domain">Whose signature it is; null: the signature does not say.</param>
public sealed record DkimResult(string Result, string? Domain);

/// <summary>Whether signatures of a mail are true (RFC 6376; algorithms of RFC 8301 and 8463: rsa-sha256 from 1024 bits on, ed25519-sha256).</summary>
public static class DkimCheck
{
    /// <summary>More is nobody's mail.</summary>
    private const int MostSignatures = 5;

    private const int LeastBits = 1024;

    public static async Task<IReadOnlyList<DkimResult>> Of(IMailDns dns, ReadOnlyMemory<byte> mail, DateTimeOffset now, CancellationToken ct)
    {
        var read = DkimMail.Read(mail.Span);
        var results = new List<DkimResult>();
        foreach (var (_, raw) in read.Fields.Where(field => field.Name.Equals("DKIM-Signature", StringComparison.OrdinalIgnoreCase)).Take(MostSignatures))
        {
            var tags = Tags(raw[(raw.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            results.Add(tags is null ? new DkimResult("permerror", null) : new DkimResult(await One(dns, read, raw, tags, now, ct), tags.GetValueOrDefault("d")?.ToLowerInvariant()));
        }
        return results;
    }

    private static async Task<string> One(IMailDns dns, DkimMail mail, string raw, IReadOnlyDictionary<string, string> tags, DateTimeOffset now, CancellationToken ct)
    {
        string Of(string tag) => tags.GetValueOrDefault(tag, "");
        var (domain, selector, signed) = (Of("d").ToLowerInvariant(), Of("s"), Of("h").Split(':', StringSplitOptions.TrimEntries));
        var isKnown = Of("a").ToLowerInvariant() is "rsa-sha256" or "ed25519-sha256";
        if (Of("v") != "1" || !SpfCheck.IsDomain(domain) || selector.Length == 0 || !isKnown || !signed.Contains("from", StringComparer.OrdinalIgnoreCase)
            || Bytes(Of("b")) is not { Length: > 0 } signature || Bytes(Of("bh")) is not { } bodyHash || !Speaks(Of("i"), domain) || Of("q") is { Length: > 0 } query && !query.Contains("dns/txt", StringComparison.OrdinalIgnoreCase))
            return "permerror";
        if (Of("x") is { Length: > 0 } expires && (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until) || until < now.ToUnixTimeSeconds()))
            return "fail";
        var forms = (Of("c") is { Length: > 0 } form ? form.ToLowerInvariant() : "simple/simple").Split('/');
        if (forms.Any(one => one is not ("simple" or "relaxed")) || forms.Length > 2)
            return "permerror";
        var (hash, length) = mail.Body(forms.Length > 1 && forms[1] == "relaxed");
        if (Of("l") is { Length: > 0 } part && (!long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var covered) || covered < length))
            return "policy"; // whatever stands behind the signed part could be anybody's
        if (!CryptographicOperations.FixedTimeEquals(hash, bodyHash))
            return "fail";
        var (key, why) = await Key(dns, selector, domain, tags, ct);
        if (key is null)
            return why;
        var header = Encoding.Latin1.GetBytes(Header(mail, raw, signed, forms[0] == "relaxed"));
        return !key.Verifies(Of("a").ToLowerInvariant(), header, signature) ? "fail" : key.IsTest ? "neutral" : "pass";
    }

    /// <summary>The signed fields, each name from the bottom up, and the signature itself without its value (3.7).</summary>
    private static string Header(DkimMail mail, string raw, string[] signed, bool relaxed)
    {
        var taken = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var text = new StringBuilder();
        foreach (var name in signed)
        {
            var skip = taken.GetValueOrDefault(name);
            taken[name] = skip + 1;
            var field = mail.Fields.Where(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Reverse().Skip(skip).FirstOrDefault();
            if (field.Raw is not null)
                text.Append(DkimMail.Canonical(field.Raw, relaxed)).Append("\r\n");
        }
        return text.Append(DkimMail.Canonical(WithoutValue(raw), relaxed)).ToString();
    }

    /// <summary>The field with an empty b=, all other signs as they stand.</summary>
    private static string WithoutValue(string raw)
    {
        var at = raw.IndexOf(':', StringComparison.Ordinal) + 1;
        while (at < raw.Length)
        {
            var end = raw.IndexOf(';', at) is >= 0 and var found ? found : raw.Length;
            var equals = raw.IndexOf('=', at);
            if (equals > 0 && equals < end && raw[at..equals].Trim() == "b")
                return raw[..(equals + 1)] + raw[end..];
            at = end + 1;
        }
        return raw;
    }

    private sealed record PublicKey(string Kind, byte[] Value, bool IsTest)
    {
        public bool Verifies(string algorithm, byte[] header, byte[] signature)
        {
            if (algorithm == "ed25519-sha256")
                return Kind == "ed25519" && Ed25519.Verify(Value, SHA256.HashData(header), signature);
            if (Kind != "rsa")
                return false;
            try
            {
                using var rsa = RSA.Create();
                try
                {
                    rsa.ImportSubjectPublicKeyInfo(Value, out _);
                }
                catch (CryptographicException)
                {
                    rsa.ImportRSAPublicKey(Value, out _); // as RFC 6376 has it; most publish the former
                }
                return rsa.KeySize >= LeastBits && rsa.VerifyData(header, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
            catch (CryptographicException)
            {
                return false;
            }
        }
    }

    private static async Task<(PublicKey? Key, string Why)> Key(IMailDns dns, string selector, string domain, IReadOnlyDictionary<string, string> tags, CancellationToken ct)
    {
        var found = await dns.Texts($"{selector}._domainkey.{domain}", ct);
        if (found.Found == DnsFound.Trouble)
            return (null, "temperror");
        if (found.Values.Count == 0 || Tags(found.Values[0]) is not { } key)
            return (null, "permerror");
        string Of(string tag, string otherwise) => key.GetValueOrDefault(tag, otherwise);
        var flags = Of("t", "").Split(':', StringSplitOptions.TrimEntries);
        var exact = tags.GetValueOrDefault("i") is { } identity && !identity[(identity.LastIndexOf('@') + 1)..].Equals(domain, StringComparison.OrdinalIgnoreCase);
        if (Of("v", "DKIM1") != "DKIM1" || Of("p", "") is { Length: 0 } || Bytes(Of("p", "")) is not { } value || flags.Contains("s") && exact
            || !Of("h", "sha256").Split(':', StringSplitOptions.TrimEntries).Contains("sha256", StringComparer.OrdinalIgnoreCase)
            || !Of("s", "*").Split(':', StringSplitOptions.TrimEntries).Any(service => service is "*" or "email"))
            return (null, "permerror"); // an empty p says that the key was withdrawn
        return (new PublicKey(Of("k", "rsa").ToLowerInvariant(), value, flags.Contains("y")), "");
    }

    /// <summary>On whose behalf it is signed: somebody of the domain, or below it.</summary>
    private static bool Speaks(string identity, string domain)
    {
        if (identity.Length == 0)
            return true;
        var of = identity[(identity.LastIndexOf('@') + 1)..];
        return identity.Contains('@', StringComparison.Ordinal) && (of.Equals(domain, StringComparison.OrdinalIgnoreCase) || of.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A list of tags (3.2); null: it is none, or has one twice.</summary>
    internal static Dictionary<string, string>? Tags(string text)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var one in text.Split(';'))
        {
            if (string.IsNullOrWhiteSpace(one))
                continue;
            var equals = one.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !tags.TryAdd(one[..equals].Trim(), one[(equals + 1)..].Replace("\r\n", "", StringComparison.Ordinal).Trim()))
                return null;
        }
        return tags;
    }

    private static byte[]? Bytes(string text)
    {
        try
        {
            return Convert.FromBase64String(string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
