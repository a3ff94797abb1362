using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Mail.Proving;

/// <summary>A mail as signatures see it: fields as they stand there, and the body's hash in both canonical forms (RFC 6376 3.4).</summary>
internal sealed class DkimMail
{
    private readonly byte[] _body;
    private readonly Dictionary<bool, (byte[] Hash, long Length)> _hashes = [];

    private DkimMail(List<(string Name, string Raw)> fields, byte[] body) => (Fields, _body) = (fields, body);

    /// <summary>From the top; each with its name and colon, lines ended by CRLF but for the last one.</summary>
    public IReadOnlyList<(string Name, string Raw)> Fields { get; }

    public static DkimMail Read(ReadOnlySpan<byte> mail)
    {
        var fields = new List<(string Name, string Raw)>();
        var at = 0;
        while (at < mail.Length)
        {
            var end = mail[at..].IndexOf((byte)'\n');
            var next = end < 0 ? mail.Length : at + end + 1;
            var line = Encoding.Latin1.GetString(mail[at..next].TrimEnd("\r\n"u8));
            at = next;
            if (line.Length == 0)
                break;
            if (line[0] is ' ' or '\t')
            {
                if (fields.Count > 0)
                    fields[^1] = (fields[^1].Name, fields[^1].Raw + "\r\n" + line);
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                fields.Add((line[..colon].Trim(), line));
            }
            else
            {
                break; // no field: the body has begun without a blank line, and nobody signs such a thing
            }
        }
        return new DkimMail(fields, mail[at..].ToArray());
    }

    /// <summary>SHA-256 of the body, and how long it is in this form.</summary>
    public (byte[] Hash, long Length) Body(bool relaxed)
    {
        if (!_hashes.TryGetValue(relaxed, out var known))
            _hashes[relaxed] = known = Hash(relaxed);
        return known;
    }

    /// <summary>A field in canonical form, without the end of its line.</summary>
    public static string Canonical(string raw, bool relaxed)
    {
        if (!relaxed)
            return raw;
        var colon = raw.IndexOf(':', StringComparison.Ordinal);
        return raw[..colon].Trim().ToLowerInvariant() + ":" + Spaced(raw[(colon + 1)..].Replace("\r\n", "", StringComparison.Ordinal)).Trim(' ');
    }

    /// <summary>Runs of blanks become one.</summary>
    private static string Spaced(string text)
    {
        var made = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is not (' ' or '\t'))
                made.Append(letter);
            else if (made.Length == 0 || made[^1] != ' ')
                made.Append(' ');
        }
        return made.ToString();
    }

    private (byte[] Hash, long Length) Hash(bool relaxed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (length, empty, at, any) = (0L, 0, 0, false);
        void Take(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            length += bytes.Length;
        }
        while (at < _body.Length)
        {
            var end = Array.IndexOf(_body, (byte)'\n', at);
            var next = end < 0 ? _body.Length : end + 1;
            var line = _body.AsSpan(at, next - at);
            line = line.EndsWith("\r\n"u8) ? line[..^2] : line.EndsWith("\n"u8) ? line[..^1] : line;
            at = next;
            var text = relaxed ? Encoding.Latin1.GetBytes(Spaced(Encoding.Latin1.GetString(line)).TrimEnd(' ')) : line;
            if (text.Length == 0)
            {
                empty++; // at the end these do not count
                continue;
            }
            for (; empty > 0; empty--)
                Take("\r\n"u8);
            Take(text);
            Take("\r\n"u8);
            any = true;
        }
        if (!any && !relaxed)
            Take("\r\n"u8);
        return (hash.GetHashAndReset(), length);
    }
}
