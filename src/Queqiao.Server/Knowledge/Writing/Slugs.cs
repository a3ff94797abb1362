using System.Text;

namespace Queqiao.Server.Knowledge.Writing;

/// <summary>Names for addresses.</summary>
internal static class Slugs
{
    private const int Most = 60;

    /// <summary>Letters and digits of any script in lower case, one hyphen between words. Never empty.</summary>
    public static string Of(string text)
    {
        var slug = new StringBuilder(Most);
        foreach (var letter in text.Normalize(NormalizationForm.FormKC).ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter))
                slug.Append(letter);
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
            if (slug.Length >= Most)
                break;
        }
        var name = slug.ToString().Trim('-');
        return name.Length == 0 ? "x" : name;
    }

    /// <summary>The slug, or the slug with a number that nobody has yet.</summary>
    public static string Free(string slug, IReadOnlySet<string> taken)
    {
        for (var n = 2; ; n++)
        {
            if (!taken.Contains(slug))
                return slug;
            slug = n == 2 ? slug + "-2" : slug[..slug.LastIndexOf('-')] + "-" + n.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
