namespace Queqiao.Mail.Reading;

/// <summary>
/// Whether a program wrote a mail (RFC 3834 and what came before it). Such a mail is never answered by a program, or two of them talk
/// to each other until somebody pulls a plug.
/// </summary>
public static class AutoReplies
{
    private static readonly string[] Subject =
    [
        "automatic reply", "auto-reply", "auto reply", "autoreply", "out of office", "out of the office", "automatyczna odpowiedź", "réponse automatique", "automatische antwort", "abwesenheitsnotiz",
        "respuesta automática", "risposta automatica", "resposta automática", "automatisch antwoord", "автоответ", "自动回复", "自動回覆", "自动答复", "自動返信", "自动應答", "부재중",
    ];

    private static readonly string[] NoReply = ["mailer-daemon", "postmaster", "no-reply", "noreply", "no_reply", "donotreply", "do-not-reply", "bounce", "bounces"];

    /// <summary>Somebody's program answers for them: out of office, "we have received your mail".</summary>
    public static bool Is(MailMessage mail)
    {
        var header = mail.Root.Header;
        return (header.Raw("Auto-Submitted") is { } submitted && !submitted.Trim().StartsWith("no", StringComparison.OrdinalIgnoreCase))
            || Precedence(mail) is "auto_reply"
            || header.Has("X-Autoreply") || header.Has("X-Autorespond") || header.Has("X-AutoReply-From") || header.Has("X-QQ-AUTO-REPLY") || header.Has("X-Auto-Reply-From")
            || header.All("X-Mail-Autoreply").Any()
            || IsAutoSubject(mail.Subject);
    }

    /// <summary>Whether a program may answer it: neither another program, nor a list, nor a bounce, nor an address that reads nothing.</summary>
    public static bool MayBeAnswered(MailMessage mail)
    {
        var header = mail.Root.Header;
        return mail.From is { } from
            && !Is(mail)
            && !Bounces.Is(mail)
            && Precedence(mail) is not ("bulk" or "junk" or "list")
            && !header.Has("List-Id") && !header.Has("List-Unsubscribe")
            && header.Raw("Return-Path")?.Trim() != "<>"
            && !Suppressed(header.Raw("X-Auto-Response-Suppress"))
            && !NoReply.Contains(from.Address.Split('@')[0].Split('+')[0], StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Servers that it came through. Far more than usual: it goes in circles.</summary>
    public static int Hops(MailMessage mail) => mail.Root.Header.All("Received").Count();

    private static string? Precedence(MailMessage mail) => mail.Root.Header.Raw("Precedence")?.Trim().ToLowerInvariant();

    private static bool Suppressed(string? value) => value is not null
        && value.Split(',').Any(one => one.Trim().ToUpperInvariant() is "ALL" or "OOF" or "AUTOREPLY");

    private static bool IsAutoSubject(string? subject) => subject is not null
        && Subject.Any(start => subject.AsSpan().TrimStart().StartsWith(start, StringComparison.OrdinalIgnoreCase));
}
