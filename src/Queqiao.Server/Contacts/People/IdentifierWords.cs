namespace Queqiao.Server.Contacts.People;

/// <summary>
/// What identifiers are found by besides the whole of them: the beginning of a number, an id or the part before the @, the last four
/// digits, a domain. Each with a letter in front, so that none is ever a part of a name.
/// </summary>
internal static class IdentifierWords
{
    private const int Least = 3;
    private const int Most = 12;
    private const int Last = 4;

    public static IEnumerable<string> Of(string kind, string value)
    {
        var normal = Identifiers.Normal(kind, value).ToLowerInvariant();
        return kind switch
        {
            IdentityKinds.Phone => [.. Beginnings(National(normal)), "b:" + Cut(normal), .. Ending(normal)],
            IdentityKinds.Email when normal.IndexOf('@', StringComparison.Ordinal) is > 0 and var at => [.. Beginnings(normal[..at]), "b:" + Cut(normal[..at]), "d:" + normal[(at + 1)..]],
            _ => [.. Beginnings(normal), .. Ending(normal)],
        };
    }

    /// <summary>The parts that a search could name; one is enough. None: it is too short, or longer than parts are.</summary>
    public static IReadOnlyList<string> OfSearch(string search)
    {
        var text = search.Trim().ToLowerInvariant();
        if (text.StartsWith('@') && text.Length > Least)
            return ["d:" + text[1..]];
        var digits = Digits(text);
        var parts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in (string[])[text, digits, National(digits)])
        {
            if (part.Length is >= Least and <= Most)
                parts.Add("b:" + part);
            if (part.Length == Last)
                parts.Add("e:" + part);
        }
        return [.. parts];
    }

    /// <summary>Whether an identifier, in clear, has what was searched for.</summary>
    public static bool Matches(string kind, string value, string search)
    {
        var asked = OfSearch(search);
        return asked.Count > 0 && Of(kind, value).Any(asked.Contains);
    }

    private static IEnumerable<string> Beginnings(string text)
    {
        for (var length = Least; length <= Math.Min(text.Length, Most); length++)
            yield return "b:" + text[..length];
    }

    private static IEnumerable<string> Ending(string text) => text.Length > Last ? ["e:" + text[^Last..]] : [];

    private static string Cut(string text) => text.Length <= Most ? text : text[..Most];

    /// <summary>Nobody types the country's code of a number of their own country.</summary>
    private static string National(string digits) => digits.Length == 13 && digits.StartsWith("86", StringComparison.Ordinal) ? digits[2..] : digits;

    /// <summary>Of what looks like a number; else nothing.</summary>
    private static string Digits(string text) =>
        text.All(letter => char.IsAsciiDigit(letter) || letter is '+' or '-' or ' ' or '(' or ')') ? string.Concat(text.Where(char.IsAsciiDigit)) : "";
}
