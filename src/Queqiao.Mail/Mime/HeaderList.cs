using System.Text;

namespace Queqiao.Mail.Mime;

/// <summary>The header of a mail or a part: names and values as they came, a byte a character, unfolded (RFC 5322 2.2).</summary>
public sealed class HeaderList
{
    internal const int MostFields = 2_000;

    private readonly List<(string Name, string Value)> _fields = [];

    public IReadOnlyList<(string Name, string Value)> Fields => _fields;

    internal void Add(string name, string value) => _fields.Add((name, value));

    /// <summary>The first one's value as it came; null: there is none.</summary>
    public string? Raw(string name)
    {
        foreach (var (one, value) in _fields)
        {
            if (one.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    public IEnumerable<string> All(string name) => _fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);

    public bool Has(string name) => Raw(name) is not null;

    /// <summary>Reads a header from the beginning, and says where the body begins.</summary>
    internal static (HeaderList Header, int Body) Read(ReadOnlySpan<byte> mail)
    {
        var header = new HeaderList();
        var at = mail.StartsWith("\uFEFF"u8) ? 3 : 0; // a byte order mark of an editor
        string? name = null;
        var value = new StringBuilder();
        while (at < mail.Length)
        {
            var end = mail[at..].IndexOf((byte)'\n');
            var next = end < 0 ? mail.Length : at + end + 1;
            var line = mail[at..next].TrimEnd("\r\n"u8);
            if (line.IsEmpty)
            {
                Close();
                return (header, next);
            }
            if (line[0] is (byte)' ' or (byte)'\t')
            {
                if (name is not null)
                    value.Append(' ').Append(Encoding.Latin1.GetString(line).TrimStart(' ', '\t'));
            }
            else if (NameOf(line) is { } found)
            {
                Close();
                name = found;
                value.Append(Encoding.Latin1.GetString(line[(line.IndexOf((byte)':') + 1)..]).Trim());
            }
            else if (header._fields.Count == 0 && name is null && line.StartsWith("From "u8))
            {
                // the envelope line of an mbox
            }
            else
            {
                Close(); // no field and no blank line: the body has begun
                return (header, at);
            }
            at = next;
        }
        Close();
        return (header, mail.Length);

        void Close()
        {
            if (name is not null && header._fields.Count < MostFields)
                header.Add(name, value.ToString());
            name = null;
            value.Clear();
        }
    }

    private static string? NameOf(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
            return null;
        var name = line[..colon].TrimEnd(" \t"u8);
        foreach (var c in name)
        {
            if (c is <= 32 or >= 127)
                return null;
        }
        return Encoding.ASCII.GetString(name);
    }
}
