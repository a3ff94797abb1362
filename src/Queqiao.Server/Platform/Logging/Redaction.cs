using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Logging;

/// <summary>
/// The one place where text becomes fit for a log. Whoever writes a line names no person in the first place; this is the second
/// defence, for libraries' own lines: exceptions lose their messages, what looks like an address, number or secret becomes stars,
/// and nothing can begin a line of its own.
/// </summary>
internal static partial class Redaction
{
    public const string Stars = "***";

    private const int MostText = 2000;
    private const int LeastDigits = 9;

    private static readonly SearchValues<string> SecretWords =
        SearchValues.Create(["password", "passwd", "pwd", "secret", "token", "bearer", "apikey", "api-key", "api_key", "authorization", "cookie"], StringComparison.OrdinalIgnoreCase);

    /// <summary>A message as it may be written: one line, no addresses, numbers of people, or secrets.</summary>
    public static string Clean(string text)
    {
        var cut = text.Length > MostText ? text[..MostText] + "…" : text;
        // Most lines hold nothing of the kind, and looking costs a hundredth of the expressions.
        var safe = cut.Contains('@', StringComparison.Ordinal) ? Emails().Replace(cut, Stars) : cut;
        if (Digits(safe) >= LeastDigits)
            safe = Numbers().Replace(safe, Stars);
        if (safe.AsSpan().ContainsAny(SecretWords))
            safe = Secrets().Replace(safe, "$1" + Stars);
        return safe.AsSpan().ContainsAnyInRange('\0', '\x1f') || safe.AsSpan().IndexOfAny('\u007f', '\u0085', '\u2028') >= 0 ? Flat(safe) : safe;
    }

    /// <summary>What happened and where, never what it choked on.</summary>
    public static string Of(Exception fault) => $"{FaultLog.Kinds(fault)}\n{FaultLog.Places(fault)}";

    /// <summary>
    /// A log record's message. Libraries pass exceptions and their texts as values (Entity Framework does), so values that are
    /// exceptions are named by their kind.
    /// </summary>
    public static string Message<TState>(TState state, Exception? fault, Func<TState, Exception?, string> formatter)
    {
        if (state is not IReadOnlyList<KeyValuePair<string, object?>> values || !values.Any(value => value.Value is Exception))
            return Clean(formatter(state, fault));
        var text = values.FirstOrDefault(value => value.Key == "{OriginalFormat}").Value as string ?? "";
        foreach (var (name, value) in values)
            text = text.Replace('{' + name + '}', value is Exception e ? FaultLog.Kinds(e) : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return Clean(text);
    }

    private static int Digits(string text)
    {
        var count = 0;
        foreach (var one in text)
            count += char.IsAsciiDigit(one) ? 1 : 0;
        return count;
    }

    /// <summary>Line feeds become arrows, other control characters blanks: a text cannot forge the next line.</summary>
    private static string Flat(string text)
    {
        var flat = new StringBuilder(text.Length);
        foreach (var one in text)
            flat.Append(one is '\n' ? '⏎' : char.IsControl(one) || one is '\u2028' or '\u2029' ? ' ' : one);
        return flat.ToString();
    }

    [GeneratedRegex(@"[^\s@<>""'=,;:()\[\]]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", RegexOptions.NonBacktracking)]
    private static partial Regex Emails();

    // Telephone numbers, identity and bank cards: 9 to 19 digits, also grouped; not parts of ids.
    [GeneratedRegex(@"\+?\b[0-9](?:[ -]?[0-9]){8,18}\b", RegexOptions.NonBacktracking)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"((?:password|passwd|pwd|secret|token|bearer|api[-_]?key|authorization|cookie)[""']?\s*[=:]?\s*)(?:(?:bearer|basic)\s+)?[^\s,;""'&]{4,}", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Secrets();
}
