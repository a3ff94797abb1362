using System.Globalization;

namespace Queqiao.Server.Contacts;

/// <summary>The kinds of identity that we know the meaning of; a site may use words of its own beside them.</summary>
internal static class IdentityKinds
{
    /// <summary>What a site calls the person; signed by it.</summary>
    public const string User = "user";
    public const string Email = "email";
    public const string Phone = "phone";

    /// <summary>A user of the firm's accounts, whichever of its sites signs: <c>issuer|sub</c>.</summary>
    public const string Account = "account";

    /// <summary>Somebody followed a link or brought a code that was given to the other contact.</summary>
    public const string Link = "link";

    public const int MostKind = 32;
    public const int MostValue = 254;

    public static bool IsKind(string? kind) =>
        kind is { Length: > 0 and <= MostKind } && kind.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '_' or '-');
}

/// <summary>Identifiers in the one form in which they are compared, and whether a text can be one.</summary>
internal static class Identifiers
{
    public static bool IsEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 3 && text.IndexOf('.', at) > at + 1 && !text.EndsWith('.') && !text.Any(char.IsWhiteSpace);
    }

    public static bool IsPhone(string text) =>
        text.Count(char.IsAsciiDigit) is >= 5 and <= 15 && text.All(letter => char.IsAsciiDigit(letter) || letter is '+' or '-' or ' ' or '(' or ')' or '.')
        && text.LastIndexOf('+') <= 0;

    /// <summary>Null when a value of this kind can be stored.</summary>
    public static string? Fault(string kind, string value) => kind switch
    {
        _ when string.IsNullOrWhiteSpace(value) => "required",
        _ when value.Length > IdentityKinds.MostValue => "too_long",
        _ when value.Any(char.IsControl) => "control_characters",
        IdentityKinds.Email when !IsEmail(value.Trim()) => "invalid_email",
        IdentityKinds.Phone when !IsPhone(value.Trim()) => "invalid_phone",
        _ => null,
    };

    /// <summary>
    /// E-mail addresses in lower case, phone numbers as digits (a Chinese mobile number without its country code gets it), everything
    /// else as it is but for the blanks around it.
    /// </summary>
    public static string Normal(string kind, string value) => kind switch
    {
        IdentityKinds.Email => value.Trim().ToLower(CultureInfo.InvariantCulture),
        IdentityKinds.Phone => Digits(value),
        _ => value.Trim(),
    };

    private static string Digits(string value)
    {
        var digits = string.Concat(value.Where(char.IsAsciiDigit));
        if (value.TrimStart().StartsWith('+'))
            return digits;
        if (digits.StartsWith("00", StringComparison.Ordinal))
            return digits[2..];
        return digits is { Length: 11 } and ['1', >= '3', ..] ? "86" + digits : digits;
    }
}
