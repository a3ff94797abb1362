using System.Text;

namespace Queqiao.Mail.Imap;

/// <summary>Names of folders in modified UTF-7 (RFC 3501 5.1.3): what is not ASCII stands in base64 between &amp; and -.</summary>
public static class ImapNames
{
    public static string Encode(string name)
    {
        var coded = new StringBuilder(name.Length);
        var held = new List<byte>();
        foreach (var c in name)
        {
            if (c is >= ' ' and <= '~')
            {
                Flush();
                coded.Append(c == '&' ? "&-" : c);
            }
            else
            {
                held.Add((byte)(c >> 8));
                held.Add((byte)c);
            }
        }
        Flush();
        return coded.ToString();

        void Flush()
        {
            if (held.Count > 0)
                coded.Append('&').Append(Convert.ToBase64String(held.ToArray()).TrimEnd('=').Replace('/', ',')).Append('-');
            held.Clear();
        }
    }

    /// <summary>What cannot be decoded stays as it is: the name must still find its folder.</summary>
    public static string Decode(string coded)
    {
        var name = new StringBuilder(coded.Length);
        for (var at = 0; at < coded.Length; at++)
        {
            if (coded[at] != '&')
            {
                name.Append(coded[at]);
                continue;
            }
            var end = coded.IndexOf('-', at);
            if (end < 0)
                return coded;
            if (end == at + 1)
                name.Append('&');
            else if (Units(coded[(at + 1)..end]) is { } units && !units.Any(char.IsControl))
                name.Append(units);
            else
                return coded;
            at = end;
        }
        return name.ToString();
    }

    private static string? Units(string base64)
    {
        var padded = base64.Replace(',', '/').PadRight((base64.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var count) && count % 2 == 0 ? Encoding.BigEndianUnicode.GetString(bytes.AsSpan(0, count)) : null;
    }
}
