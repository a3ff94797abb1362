using System.Text;
using System.Text.RegularExpressions;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>
/// What a Markdown file says about itself between two lines of <c>---</c>, one <c>name: value</c> a line, as static sites write it. Names that
/// nobody here knows are left alone. A head that says for whom or until when the text is, and cannot be read, is a fault: taken for text, what
/// is for colleagues would become everybody's.
/// </summary>
internal static partial class FrontMatter
{
    public const string Broken = "front_matter";

    private const string Fence = "---";
    private const int MostLines = 60;

    public static string Write(IEnumerable<(string Name, string? Value)> values)
    {
        var head = new StringBuilder(Fence).Append('\n');
        foreach (var (name, value) in values.Where(one => one.Value is { Length: > 0 }))
            head.Append(name).Append(": ").Append(value!.ReplaceLineEndings(" ")).Append('\n');
        return head.Append(Fence).Append("\n\n").ToString();
    }

    /// <returns>What it says, the text below, and whether it is a head at all that can be read; a text that only begins with a rule is all text.</returns>
    public static (IReadOnlyDictionary<string, string> Values, string Body, bool IsBroken) Read(string text)
    {
        var whole = text.TrimStart('\ufeff').ReplaceLineEndings("\n");
        var lines = whole.TrimStart().Split('\n');
        var end = IsFence(lines[0]) ? Array.FindIndex(lines, 1, IsFence) : -1;
        var head = end >= 1 ? lines[1..end] : null;
        var (values, isLong) = (head is null ? null : ValuesOf(head), end > MostLines);
        if (values is not null && !isLong)
            return (values, string.Join('\n', lines[(end + 1)..]).TrimStart('\n'), IsBroken: false);
        return (new Dictionary<string, string>(), whole, values is { Count: > 0 } || (head ?? Leading(lines)).Any(line => Guards().IsMatch(line)));
    }

    /// <summary>Null: it is none, or something in it cannot be read that has to be.</summary>
    private static Dictionary<string, string>? ValuesOf(string[] head)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in head.Select(line => line.TrimEnd()).Where(line => line.Length > 0))
        {
            if (line[0] is ' ' or '\t' or '-' or '#')
            {
                if (line[0] != '#' && Guards().IsMatch(line))
                    return null; // belongs to another name, or does it?
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                return null;
            var (name, value) = (line[..colon].Trim().Trim('"', '\''), line[(colon + 1)..].Trim().Trim('"', '\''));
            if (Guards().IsMatch(line) && (value.Length == 0 || !IsGuard(name) || values.ContainsKey(name)))
                return null;
            if (value.Length > 0)
                values[name] = value;
        }
        return values;
    }

    /// <summary>Where a head would stand that was opened and not closed as it should be, or not opened.</summary>
    private static IEnumerable<string> Leading(string[] lines) => LooksLikeFence().IsMatch(lines[0])
        ? lines.Take(Math.Max(MostLines, Array.FindIndex(lines, 1, line => LooksLikeFence().IsMatch(line))))
        : lines.TakeWhile(line => !string.IsNullOrWhiteSpace(line));

    private static bool IsFence(string line) => line.TrimEnd() is { Length: >= 3 } marks && marks.All(mark => mark == '-');

    private static bool IsGuard(string name) => name.ToLowerInvariant() is "audience" or "valid_from" or "valid_to";

    /// <summary>A line that wants to restrict the text, however it is written.</summary>
    [GeneratedRegex(@"^[^\p{L}]{0,16}(a\p{Cf}*u\p{Cf}*d\p{Cf}*i\p{Cf}*e\p{Cf}*n\p{Cf}*c\p{Cf}*e|valid[_ -]?(?:from|to)|可见范围|生效时间|失效时间)[^\p{L}\p{N}:：=]{0,8}[:：=]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Guards();

    /// <summary>Also what an editor made of three hyphens, and the fence of TOML.</summary>
    [GeneratedRegex(@"^[\s\p{Cf}]*[-‐‑–—―−+]{1,8}[\s\p{Cf}]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LooksLikeFence();
}
