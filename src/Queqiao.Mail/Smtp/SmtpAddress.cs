using System.Globalization;
using System.Text;

namespace Queqiao.Mail.Smtp;

/// <summary>Addresses in commands: nothing that could become another command, and names of domains in ASCII where possible.</summary>
public static class SmtpAddress
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Whether mail can be sent to it at all: one @, no blanks, brackets, quotes or control characters, a domain with sensible labels.</summary>
    public static bool IsOne(string address) => TryWrite(address, out _, out _);

    /// <param name="address">As people write it.</param>
    /// <param name="written">As it goes into a command.</param>
    /// <param name="needsUtf8">Its part before the @ is not ASCII: only for servers with SMTPUTF8 (RFC 6531).</param>
    internal static bool TryWrite(string address, out string written, out bool needsUtf8)
    {
        (written, needsUtf8) = ("", false);
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1 || Encoding.UTF8.GetByteCount(address) > 254)
            return false;
        var (local, domain) = (address[..at], address[(at + 1)..]);
        if (Encoding.UTF8.GetByteCount(local) > 64 || local.Any(IsForbidden) || domain.Any(IsForbidden) || local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return false;
        try
        {
            domain = Idn.GetAscii(domain.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return false;
        }
        needsUtf8 = !Ascii.IsValid(local);
        written = $"{local}@{domain}";
        return true;
    }

    private static bool IsForbidden(char c) => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c) || c is '<' or '>' or '(' or ')' or '[' or ']' or ',' or ';' or ':' or '"' or '\\' or '@'
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
