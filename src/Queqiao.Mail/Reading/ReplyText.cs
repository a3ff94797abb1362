using System.Text.RegularExpressions;

namespace Queqiao.Mail.Reading;

/// <summary>
/// The new words of a reply: what mail programs quote below or above, and what stands below every mail of a person, is left out.
/// Answers between quoted lines stay. The whole text is kept elsewhere: this decides what is shown first.
/// </summary>
public static partial class ReplyText
{
    private const int MostHeaderLines = 4;

    public static string Of(string text)
    {
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n').Select(line => line.Replace('\u202F', ' ').Replace('\u00A0', ' ').TrimEnd()).ToList();
        var kept = new List<string>();
        for (var at = 0; at < lines.Count; at++)
        {
            var line = lines[at].TrimStart();
            if (line.StartsWith('>'))
                continue;
            if (HeaderBlock(lines, at) || Separator().IsMatch(line))
                break; // everything from here on is the other mail
            if (QuoteHeader(lines, at) is > 0 and var length)
            {
                var next = lines.Skip(at + length).FirstOrDefault(one => one.Trim().Length > 0);
                if (next?.TrimStart().StartsWith('>') != true)
                    break; // quoted without marks
                at += length - 1;
                continue;
            }
            if (IsSignature(lines, at))
                break;
            kept.Add(lines[at]);
        }
        var reply = string.Join('\n', kept).Trim('\n', ' ', '_', '\t');
        return reply.Length > 0 ? Blank().Replace(reply, "\n\n") : "";
    }

    /// <summary>"On Monday Ann wrote:" in the words of many programs, over up to four lines; how many, or 0.</summary>
    private static int QuoteHeader(List<string> lines, int at)
    {
        var joined = "";
        for (var length = 1; length <= MostHeaderLines && at + length <= lines.Count; length++)
        {
            var line = lines[at + length - 1].Trim();
            if (line.Length == 0 || joined.Length > 400)
                return 0;
            joined = joined.Length == 0 ? line : joined + " " + line;
            if (Wrote().IsMatch(joined) || ByDate().IsMatch(joined))
                return length;
            if (length == 1 && !BeginsLikeHeader().IsMatch(joined))
                return 0;
        }
        return 0;
    }

    /// <summary>"From: … Sent: … To: …" as Outlook writes it: two such lines near each other.</summary>
    private static bool HeaderBlock(List<string> lines, int at)
    {
        if (!FromLine().IsMatch(lines[at].TrimStart(' ', '*')))
            return false;
        return lines.Skip(at + 1).Take(4).Any(line => OtherLine().IsMatch(line.TrimStart(' ', '*')));
    }

    private static bool IsSignature(List<string> lines, int at) => lines[at] is "--" or "-- " or "—" || (SentFrom().IsMatch(lines[at].Trim()) && lines.Count - at < 12);

    [GeneratedRegex(@"^-{2,}\s*(original message|original appointment|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|исходное сообщение|пересылаемое сообщение|原始邮件|原始郵件|原邮件|转发的邮件|轉寄郵件|元のメッセージ|원본 메시지)\s*-{2,}.*$|^_{20,}$|^-{5,}\s*原始邮件.*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^(on|am|le|el|il|em|op|den|dnia|w dniu|в|ср|пн|вт|чт|пт|сб|вс|在|于|於|\d).*(wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał|napisał\(a\)|написал|пишет|写道|寫道|さんは書きました|작성)\s*(:|：)?\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Wrote();

    /// <summary>A date and an address with a colon behind, without a verb: Yandex, Mail.ru, old Gmail, Android.</summary>
    [GeneratedRegex(@"^.*\d{1,4}.{0,60}\b\d{1,2}[:.]\d{2}\b.*(<|\(|mailto:|"")?[^\s<>]+@[^\s<>]+>?""?\s*(:|：)\s*$|^\d{1,2}:\d{2}.{0,40}\b\d{4}\b.*[^\s<>]+@[^\s<>]+>?""?\s*(:|：)\s*$|^.*(\d{1,2}:\d{2}).*\b(from|пользователь)\b.*@.*(:|：|написал:)\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ByDate();

    [GeneratedRegex(@"^(on|am|le|el|il|em|op|den|dnia|w dniu|в|ср|пн|вт|чт|пт|сб|вс|在|于|於|mon|tue|wed|thu|fri|sat|sun|\d{1,4}[.\-/: 年])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex BeginsLikeHeader();

    [GeneratedRegex(@"^(from|von|de|da|van|od|från|fra|от|发件人|發件人|寄件者|寄件人|差出人|보낸 사람)\s*\*?\s*(:|：).*\S", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex FromLine();

    [GeneratedRegex(@"^(sent|to|date|subject|cc|gesendet|an|betreff|datum|envoyé|envoyé le|à|objet|date|enviado|enviado el|para|asunto|assunto|data|inviato|a|oggetto|verzonden|aan|onderwerp|wysłano|do|temat|отправлено|кому|тема|дата|发送时间|發送時間|发送日期|日期|收件人|收件者|主题|主題|主旨|抄送|送信日時|宛先|件名|받는 사람|제목)\s*\*?\s*(:|：)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex OtherLine();

    [GeneratedRegex(@"^(sent from my .{1,40}|sent from (mail|outlook|yahoo).{0,40}|get outlook for .{1,20}|von meinem .{1,30} gesendet|envoyé de mon .{1,30}|enviado desde mi .{1,30}|发自我的.{0,30}|發自我的.{0,30}|从我的.{1,20}发送|來自我的.{0,20}|iPhone ?から送信|отправлено с .{1,30})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SentFrom();

    [GeneratedRegex(@"\n{3,}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Blank();
}
