using System.Globalization;
using System.Text;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Security;

/// <summary>
/// 12 to 128 characters and not among the first that anybody would guess; nothing about digits or capitals, which make passwords
/// worse to remember and hardly better (NIST SP 800-63B 3.1.1.2, OWASP ASVS 6.2).
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 128;
    private const int LongestUnit = 6;
    private const int ShortestNameThatCounts = 3;

    /// <summary>Null, or what is wrong with a password that somebody wants to have.</summary>
    /// <param name="password">As typed; nothing is trimmed.</param>
    /// <param name="email">The part before the @ must not be in it.</param>
    public static FieldFault? FaultOf(string password, string email)
    {
        var length = new StringInfo(password).LengthInTextElements;
        if (length < Shortest)
            return new FieldFault("too_short", Shortest);
        if (length > Longest || password.Length > Longest * 2)
            return new FieldFault("too_long", Longest);
        if (password.AsSpan().ContainsAnyInRange('\0', '\u001f'))
            return new FieldFault("control_characters");
        if (ContainsName(password, email))
            return new FieldFault("password_contains_email");
        return IsCommon(password) ? new FieldFault("password_common") : null;
    }

    private static bool ContainsName(string password, string email)
    {
        var name = email.Split('@')[0].Trim();
        return name.Length >= ShortestNameThatCounts && password.Contains(name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Listed; or a listed word with digits and signs around it; or one short piece over and over; or a run like 1234567….</summary>
    private static bool IsCommon(string password)
    {
        var lower = Folded(password);
        return CommonPasswords.Listed(lower)
            || IsRepetition(lower)
            || IsRun(lower)
            || IsListedWord(lower)
            || IsListedWord(Unleet(lower));
    }

    // Full-width letters are letters, and "correct horse" is "correcthorse".
    private static string Folded(string password)
    {
        var text = password.Replace(" ", "", StringComparison.Ordinal);
        return (IsWellFormed(text) ? text.Normalize(NormalizationForm.FormKC) : text).ToLowerInvariant();
    }

    // Normalize throws on half a surrogate pair; JSON refuses those before, a command line does not.
    private static bool IsWellFormed(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    // "Password2024!" is "password" with a tail, "1qaz2wsx1qaz2wsx" and "passwordpassword" are words twice.
    private static bool IsListedWord(string lower)
    {
        var core = lower.AsSpan().Trim("0123456789.,;:!?*+-_=#@$%&/()'\"~^");
        if (core.IsEmpty)
            return false;
        return CommonPasswords.Listed(core) || (core.Length % 2 == 0 && core[..(core.Length / 2)].SequenceEqual(core[(core.Length / 2)..]) && CommonPasswords.Listed(core[..(core.Length / 2)]));
    }

    private static string Unleet(string text) => string.Create(text.Length, text, static (target, from) =>
    {
        for (var i = 0; i < from.Length; i++)
        {
            target[i] = from[i] switch { '0' => 'o', '1' or '!' => 'i', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', var c => c };
        }
    });

    private static bool IsRepetition(string text)
    {
        for (var unit = 1; unit <= LongestUnit; unit++)
        {
            var i = unit;
            while (i < text.Length && text[i] == text[i - unit])
                i++;
            if (i == text.Length)
                return true;
        }
        return false;
    }

    // 123456789012, abcdefghijkl, 987654321098: each step the same, 9 and 0 being neighbours.
    private static bool IsRun(string text)
    {
        var up = true;
        var down = true;
        for (var i = 1; i < text.Length; i++)
        {
            up &= Follows(text[i - 1], text[i]);
            down &= Follows(text[i], text[i - 1]);
        }
        return up || down;
    }

    private static bool Follows(char first, char second) => second == first + 1 || (first == '9' && second == '0');
}
