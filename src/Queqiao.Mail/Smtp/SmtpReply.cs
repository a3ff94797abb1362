using System.Text.RegularExpressions;
using Queqiao.Mail.Wire;

namespace Queqiao.Mail.Smtp;

/// <summary>An answer: a number of three digits, and lines of words (RFC 5321 4.2).</summary>
internal sealed partial record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    private const int MostLine = 4_096;
    private const int MostLines = 200;

    public bool IsYes => Code is >= 200 and < 400;

    public string Said => MailException.Clean(string.Join(' ', Lines)) ?? "";

    /// <summary>Three numbers of RFC 3463, where the server sends them.</summary>
    public string? Status => Lines.Count > 0 && EnhancedCode().Match(Lines[0]) is { Success: true } match ? match.Groups[1].Value : null;

    public static async Task<SmtpReply> Read(MailWire wire, CancellationToken ct)
    {
        var lines = new List<string>();
        while (lines.Count < MostLines)
        {
            var line = await wire.Line(MostLine, ct).ConfigureAwait(false) ?? throw new MailException(MailTrouble.Lost);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, null, out var code) || (line.Length > 3 && line[3] is not (' ' or '-')))
                throw new MailException(MailTrouble.Protocol, "This is no SMTP server: " + line);
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length == 3 || line[3] == ' ')
                return new SmtpReply(code, lines);
        }
        throw new MailException(MailTrouble.TooMuch, "The answer does not end.");
    }

    [GeneratedRegex(@"^([245]\.\d{1,3}\.\d{1,3})( |$)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex EnhancedCode();
}
