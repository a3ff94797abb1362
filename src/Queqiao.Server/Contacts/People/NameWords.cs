using System.Globalization;
using System.Text;

namespace Queqiao.Server.Contacts.People;

/// <summary>
/// What a name is found by: Chinese characters alone and in pairs, words of other scripts by their beginnings. A search asks for
/// all of its parts, and the names that come back are compared in clear.
/// </summary>
internal static class NameWords
{
    private const int MostParts = 40;
    private const int MostPrefix = 12;

    public static IReadOnlyList<string> OfName(string name) => [.. Parts(name, prefixes: true).Distinct(StringComparer.Ordinal).Take(MostParts)];

    public static IReadOnlyList<string> OfSearch(string text) => [.. Parts(text, prefixes: false).Distinct(StringComparer.Ordinal).Take(MostParts)];

    /// <summary>Compared without regard to case, width or accents.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var letter in text.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
                folded.Append(char.ToLowerInvariant(letter));
        }
        return folded.ToString();
    }

    private static IEnumerable<string> Parts(string text, bool prefixes)
    {
        foreach (var run in Runs(Fold(text)))
        {
            if (IsIdeograph(run[0]))
            {
                if (prefixes || run.Length == 1)
                {
                    foreach (var letter in run)
                        yield return letter.ToString();
                }
                for (var i = 0; i + 1 < run.Length; i++)
                    yield return run.Substring(i, 2);
                continue;
            }
            var word = run.Length > MostPrefix ? run[..MostPrefix] : run;
            if (!prefixes)
            {
                yield return word;
                continue;
            }
            for (var length = 1; length <= word.Length; length++)
                yield return word[..length];
        }
    }

    /// <summary>Stretches of one kind: ideographs, or letters and digits.</summary>
    private static IEnumerable<string> Runs(string text)
    {
        var from = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            var ends = i == text.Length || !char.IsLetterOrDigit(text[i]) || (i > from && IsIdeograph(text[i]) != IsIdeograph(text[from]));
            if (!ends)
                continue;
            if (i > from)
                yield return text[from..i];
            from = i < text.Length && char.IsLetterOrDigit(text[i]) ? i : i + 1;
        }
    }

    private static bool IsIdeograph(char letter) => letter is >= '\u3400' and <= '\u9fff' or >= '\uf900' and <= '\ufaff';
}
