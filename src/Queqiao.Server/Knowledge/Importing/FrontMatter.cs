using System.Text;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>What a Markdown file says about itself between two lines of <c>---</c>, one <c>name: value</c> a line, as static sites write it. Names that nobody here knows are left alone.</summary>
internal static class FrontMatter
{
    private const string Fence = "---";
    private const int MostLines = 60;

    public static string Write(IEnumerable<(string Name, string? Value)> values)
    {
        var head = new StringBuilder(Fence).Append('\n');
        foreach (var (name, value) in values.Where(one => one.Value is { Length: > 0 }))
            head.Append(name).Append(": ").Append(value!.ReplaceLineEndings(" ")).Append('\n');
        return head.Append(Fence).Append("\n\n").ToString();
    }

    /// <returns>What it says, and the text below; a text that only begins with a rule is all text.</returns>
    public static (IReadOnlyDictionary<string, string> Values, string Body) Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (!text.StartsWith(Fence + "\n", StringComparison.Ordinal))
            return (values, text);
        var lines = text.Split('\n');
        var end = Array.IndexOf(lines, Fence, 1);
        if (end is < 1 or > MostLines || lines[1..end].Any(line => line.Length > 0 && line[0] is not (' ' or '\t' or '-' or '#') && !line.Contains(':', StringComparison.Ordinal)))
            return (values, text);
        foreach (var line in lines[1..end].Where(line => line.Length > 0 && line[0] is not (' ' or '\t' or '-' or '#')))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line[(colon + 1)..].Trim().Trim('"', '\'') is { Length: > 0 } value)
                values[line[..colon].Trim()] = value;
        }
        return (values, string.Join('\n', lines[(end + 1)..]).TrimStart('\n'));
    }
}
