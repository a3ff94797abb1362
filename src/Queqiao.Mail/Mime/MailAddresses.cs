using System.Text;

namespace Queqiao.Mail.Mime;

/// <param name="Address">As written; may hold letters of any language (RFC 6532).</param>
/// <param name="Name">Null: none was given.</param>
public sealed record MailAddress(string Address, string? Name = null)
{
    /// <summary>What addresses are compared by. The part before the @ is the receiver's business, but nobody tells Ann@ from ann@.</summary>
    public string Key => Address.ToLowerInvariant();

    public string Domain => Address[(Address.LastIndexOf('@') + 1)..].ToLowerInvariant();

    public override string ToString() => Name is null ? Address : $"{Name} <{Address}>";
}

/// <summary>Lists of addresses (RFC 5322 3.4), groups taken apart, with the mistakes that mail programs make.</summary>
internal static class MailAddresses
{
    private const int Most = 2_000;

    /// <param name="raw">The header's value, a byte a character.</param>
    /// <param name="charset">For bytes that nobody encoded.</param>
    public static IReadOnlyList<MailAddress> Parse(string? raw, string? charset = null)
    {
        var found = new List<MailAddress>();
        if (raw is null)
            return found;
        var (name, address) = (new StringBuilder(), (StringBuilder?)null);
        for (var at = 0; at < raw.Length && found.Count < Most; at++)
        {
            switch (raw[at])
            {
                case '"':
                    at = Quoted(raw, at, address ?? name);
                    break;
                case '(':
                    at = AfterComment(raw, at); // a comment is nobody's name (RFC 5322 3.2.2)
                    break;
                case '<' when address is null:
                    address = new StringBuilder();
                    break;
                case '>':
                    break;
                case ':' when address is null && !name.ToString().Contains('@', StringComparison.Ordinal):
                    name.Clear(); // the name of a group
                    break;
                case ',' or ';':
                    Close();
                    break;
                default:
                    (address ?? name).Append(raw[at]);
                    break;
            }
        }
        Close();
        return found;

        void Close()
        {
            var (words, where) = (name.ToString().Trim(), address?.ToString().Trim());
            if (where is null && words.Contains('@', StringComparison.Ordinal))
                (words, where) = Bare(words);
            if (where is { Length: > 0 and < 1000 } && where.Contains('@', StringComparison.Ordinal))
            {
                var said = Unquoted(EncodedWords.Decode(words, charset).Trim());
                found.Add(new MailAddress(EncodedWords.Decode(where.Replace(" ", "", StringComparison.Ordinal), charset), said.Length == 0 ? null : said));
            }
            name.Clear();
            address = null;
        }
    }

    /// <summary>"Ann ann@example.com" without brackets: the word with the @ is the address.</summary>
    private static (string Words, string Address) Bare(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, word => word.Contains('@', StringComparison.Ordinal));
        return (string.Join(' ', words.Where((_, i) => i != at)), words[at]);
    }

    private static int Quoted(string raw, int at, StringBuilder to)
    {
        for (at++; at < raw.Length && raw[at] != '"'; at++)
        {
            if (raw[at] == '\\' && at + 1 < raw.Length)
                at++;
            to.Append(raw[at]);
        }
        return at;
    }

    /// <summary>Quotes inside an encoded word, and 'ann@example.com' as Outlook writes it.</summary>
    private static string Unquoted(string name) => name.Length > 1 && name[0] == name[^1] && name[0] is '"' or '\'' ? name.Trim(name[0]).Trim() : name;

    private static int AfterComment(string raw, int at)
    {
        var depth = 1;
        for (at++; at < raw.Length; at++)
        {
            if (raw[at] == '\\' && at + 1 < raw.Length)
                at++;
            else if (raw[at] == '(')
                depth++;
            else if (raw[at] == ')' && --depth == 0)
                break;
        }
        return at;
    }
}
