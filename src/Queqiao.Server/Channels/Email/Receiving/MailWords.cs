using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Reading;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>Which words of a mail go into the log, and which are kept beside it. Pure.</summary>
internal static class MailWords
{
    public const int MostQuoted = 20_000;
    private const int MostWhole = 500_000;
    private const int MostHtml = 512 << 10;
    private const int MostSubject = 200;
    private const int MostPeople = 100;

    /// <summary>What the person wrote; all of it when that is nothing; the subject when they wrote nothing at all.</summary>
    public static string Of(MailMessage mail)
    {
        var text = mail.Reply.Length > 0 ? mail.Reply : mail.Text.Trim();
        if (text.Length == 0 && mail.Attachments.Count + mail.Inline.Count == 0)
            text = mail.Subject is { Length: > 0 } subject ? subject : "…";
        return Cut(text, ConversationRules.MostText);
    }

    public static string? Subject(string? subject) => string.IsNullOrWhiteSpace(subject) ? null : Cut(Subjects.Bare(OneLine.Of(string.Concat(subject.Select(c => char.IsControl(c) ? ' ' : c)))), MostSubject);

    /// <summary>What somebody calls themselves: a name must read as what it is.</summary>
    public static string? Name(string? name) => name is not null && OneLine.Of(name).Trim() is { Length: > 0 } shown ? shown : null;

    public static MailFacts Facts(MailMessage mail, SenderProof proof, TakenFiles taken, string text)
    {
        var whole = mail.Text.Trim();
        return new MailFacts
        {
            To = People(mail.To), Cc = People(mail.Cc), Subject = mail.Subject is { } subject ? Cut(subject, 1_000) : null, MessageId = mail.MessageId,
            IsProven = proof.IsProven, Dmarc = proof.Dmarc, Dkim = proof.Dkim, Spf = proof.Spf,
            Whole = whole == text ? null : Cut(whole, MostWhole), Html = mail.Html is { Length: <= MostHtml } html ? html : null, Inline = taken.Inline, Refused = taken.Refused,
        };
    }

    public static string Cut(string text, int most) => ShortText.Shorten(text, most);

    private static List<MailPerson> People(IReadOnlyList<MailAddress> people) => [.. people.Take(MostPeople).Select(one => new MailPerson(one.Address, Name(one.Name)))];
}
