using System.Globalization;
using System.Text;

namespace Queqiao.Server.Platform.Problems;

/// <summary>
/// What stands in one line: names, titles, subjects. No line breaks, and nothing that turns the reading direction or hides letters
/// ("Trojan Source", UTR 36): a name must read as what it is, in lists, mails and the customer's chat.
/// </summary>
internal static class OneLine
{
    /// <summary>Whether there is something in it that nobody can see.</summary>
    public static bool HidesSomething(string? text) => text is not null && text.EnumerateRunes().Any(IsInvisible);

    /// <summary>A text that somebody outside gave: without what nobody can see.</summary>
    public static string Of(string text) => HidesSomething(text) ? string.Concat(text.EnumerateRunes().Where(letter => !IsInvisible(letter))) : text;

    // ZWJ and ZWNJ are needed by emoji and by Persian; tags (E0020 to E007F) by the flags of England, Scotland and Wales.
    private static bool IsInvisible(Rune letter) => Rune.GetUnicodeCategory(letter) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => letter.Value is not (0x200C or 0x200D or (>= 0xE0020 and <= 0xE007F)),
        _ => false,
    };
}
