using System.Text;

namespace Queqiao.Mail.Mime;

/// <summary>A value with parameters: Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2183), with RFC 2231 and everything that programs do instead.</summary>
internal sealed class FieldValue
{
    private readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>In lower case: <c>text/plain</c>, <c>attachment</c>.</summary>
    public string Value { get; private init; } = "";

    public string? this[string parameter] => _parameters.GetValueOrDefault(parameter);

    /// <param name="raw">The header's value, a byte a character; null or nonsense gives an empty one.</param>
    /// <param name="charset">For bytes that nobody encoded.</param>
    public static FieldValue Parse(string? raw, string? charset = null)
    {
        var parts = Split(raw ?? "");
        var value = new FieldValue { Value = parts[0].Trim().ToLowerInvariant() };
        var pieces = new Dictionary<string, SortedDictionary<int, (string Text, bool Coded)>>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                continue;
            var (name, text) = (part[..equals].Trim(), Unquote(part[(equals + 1)..].Trim()));
            var star = name.IndexOf('*', StringComparison.Ordinal);
            if (star < 0)
            {
                value._parameters.TryAdd(name, EncodedWords.Decode(text, charset));
                continue;
            }
            var rest = name[(star + 1)..];
            var coded = rest.Length == 0 || rest.EndsWith('*');
            var number = int.TryParse(rest.TrimEnd('*'), out var n) ? n : 0;
            if (!pieces.TryGetValue(name[..star], out var of))
                pieces[name[..star]] = of = [];
            of.TryAdd(number, (text, coded));
        }
        foreach (var (name, of) in pieces)
            value._parameters[name] = Continued(of.Values, charset);
        return value;
    }

    /// <summary>RFC 2231 3 and 4: pieces in order, the first names the charset; a character may be split between two.</summary>
    private static string Continued(IEnumerable<(string Text, bool Coded)> pieces, string? charset)
    {
        var bytes = new List<byte>();
        string? named = null;
        var first = true;
        foreach (var (text, coded) in pieces)
        {
            var rest = text;
            if (first && coded && text.Split('\'', 3) is [var said, _, var after])
                (named, rest) = (said, after);
            first = false;
            for (var at = 0; at < rest.Length; at++)
            {
                if (coded && rest[at] == '%' && at + 2 < rest.Length && byte.TryParse(rest.AsSpan(at + 1, 2), System.Globalization.NumberStyles.HexNumber, null, out var b))
                {
                    bytes.Add(b);
                    at += 2;
                }
                else
                {
                    bytes.Add((byte)rest[at]);
                }
            }
        }
        var decoded = Charsets.Decode(bytes.ToArray(), named, charset);
        return named is null ? EncodedWords.Decode(Encoding.Latin1.GetString(bytes.ToArray()), charset) : decoded;
    }

    /// <summary>At semicolons outside quotes and comments.</summary>
    private static List<string> Split(string raw)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var (quoted, depth) = (false, 0);
        for (var at = 0; at < raw.Length; at++)
        {
            var c = raw[at];
            if (c == '\\' && quoted && at + 1 < raw.Length)
                part.Append(c).Append(raw[++at]);
            else if (c == '"' && depth == 0)
                (quoted, _) = (!quoted, part.Append(c));
            else if (c == '(' && !quoted)
                depth++;
            else if (c == ')' && !quoted && depth > 0)
                depth--;
            else if (c == ';' && !quoted && depth == 0)
                (_, part) = (Add(), new StringBuilder());
            else if (depth == 0)
                part.Append(c);
        }
        Add();
        return parts;

        bool Add()
        {
            parts.Add(part.ToString());
            return true;
        }
    }

    private static string Unquote(string text)
    {
        if (text.Length < 1 || text[0] != '"')
            return text;
        var plain = new StringBuilder(text.Length);
        for (var at = 1; at < text.Length && text[at] != '"'; at++)
        {
            // A backslash before anything but a quote or itself is a path of old Windows programs.
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
                at++;
            plain.Append(text[at]);
        }
        return plain.ToString();
    }
}
