using System.Text;
using System.Text.RegularExpressions;
using Queqiao.Mail.Mime;

namespace Queqiao.Mail.Reading;

/// <param name="Recipient">Whom it did not reach.</param>
/// <param name="Action">failed, delayed, delivered, relayed or expanded (RFC 3464 2.3.3).</param>
/// <param name="Status">Three numbers (RFC 3463); null: nobody says.</param>
/// <param name="Diagnostic">What the other server said.</param>
public sealed record DeliveryStatus(string Recipient, string Action, string? Status, string? Diagnostic)
{
    /// <summary>Trying again is useless.</summary>
    public bool IsPermanent => Action == "failed" && (Status is null || Status.StartsWith('5'));
}

/// <summary>Reports of mail servers: delivery reports (RFC 3464), and those that only servers' authors understand.</summary>
public static partial class Bounces
{
    private static readonly string[] Senders = ["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"];
    private static readonly string[] Subjects = ["failure notice", "undeliver", "delivery status notification (failure)", "mail delivery failed", "returned mail", "delivery failure", "mail system error", "系统退信", "退信"];

    /// <summary>A mail of ours did not arrive, for good or for now. A warning that it is still being tried is none.</summary>
    public static bool Is(MailMessage mail)
    {
        var statuses = Of(mail);
        if (statuses.Count > 0)
            return statuses.Any(status => status.Action == "failed");
        return mail.Root.MediaType == "multipart/report" && mail.Root.Parameter("report-type")?.ToLowerInvariant() is null or "delivery-status"
            ? mail.Root.MediaType == "multipart/report"
            : LooksLikeOne(mail);
    }

    /// <summary>Somebody opened a mail of ours (RFC 8098).</summary>
    public static bool IsReadReceipt(MailMessage mail) => mail.Root.Parameter("report-type")?.ToLowerInvariant() == "disposition-notification";

    /// <summary>Somebody says that a mail of ours is abuse (RFC 5965).</summary>
    public static bool IsAbuseReport(MailMessage mail) =>
        mail.Root.Parameter("report-type")?.ToLowerInvariant() == "feedback-report" || mail.Root.All().Any(part => part.MediaType == "message/feedback-report");

    /// <summary>What became of the mail, recipient by recipient.</summary>
    public static IReadOnlyList<DeliveryStatus> Of(MailMessage mail)
    {
        var found = new List<DeliveryStatus>();
        foreach (var part in mail.Root.All().Where(part => part.MediaType is "message/delivery-status" or "message/global-delivery-status"))
            found.AddRange(Fields(part));
        return found.Count == 0 && LooksLikeOne(mail) ? Spelled(mail.Text) : found;
    }

    /// <summary>The id of the mail that came back; null: it does not say.</summary>
    public static string? OriginalId(MailMessage mail)
    {
        foreach (var part in mail.Root.All())
        {
            var header = part.Message?.Header ?? (part.MediaType is "text/rfc822-headers" or "message/rfc822-headers" ? HeaderList.Read(part.Content()).Header : null);
            if (MessageIds.Of(header?.Raw("Message-ID")).FirstOrDefault() is { } id)
                return id;
        }
        var below = IdLine().Match(mail.Text);
        return below.Success && LooksLikeOne(mail) ? below.Groups[1].Value : null;
    }

    private static bool LooksLikeOne(MailMessage mail)
    {
        var sender = mail.From?.Address.Split('@')[0] ?? "";
        var empty = mail.Root.Header.Raw("Return-Path")?.Trim() == "<>";
        return (Senders.Contains(sender, StringComparer.OrdinalIgnoreCase) || empty)
            && mail.Subject is { } subject && Subjects.Any(start => subject.Contains(start, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Groups of fields, a blank line between two; the first is about the whole mail.</summary>
    private static IEnumerable<DeliveryStatus> Fields(MimePart part)
    {
        foreach (var block in part.Text().Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var (fields, _) = HeaderList.Read(Encoding.UTF8.GetBytes(block.TrimStart('\n') + "\n\n"));
            if ((Value(fields, "Final-Recipient") ?? Value(fields, "Original-Recipient")) is not { } recipient)
                continue;
            var status = fields.Raw("Status")?.Trim().Split(' ')[0];
            var action = fields.Raw("Action")?.Trim().Split(' ')[0].ToLowerInvariant() ?? (status?.StartsWith('2') == true ? "delivered" : "failed");
            yield return new DeliveryStatus(recipient.Trim('<', '>'), action, status, Value(fields, "Diagnostic-Code"));
        }
    }

    /// <summary>The value behind its type: <c>rfc822; ann@example.com</c>.</summary>
    private static string? Value(HeaderList fields, string name)
    {
        if (fields.Raw(name) is not { } raw)
            return null;
        var semicolon = raw.IndexOf(';', StringComparison.Ordinal);
        return raw[(semicolon + 1)..].Trim();
    }

    /// <summary>qmail, Exim and others write prose: an address alone on a line, the reason below it.</summary>
    private static List<DeliveryStatus> Spelled(string text)
    {
        var found = new List<DeliveryStatus>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("--- Below this line", StringComparison.Ordinal) || line.StartsWith("------ This is a copy", StringComparison.Ordinal))
                break;
            var address = AloneOnALine().Match(line);
            if (address.Success)
                found.Add(new(address.Groups[1].Value, "failed", null, null));
            else if (found.Count > 0 && found[^1].Status is null && StatusCode().Match(line) is { Success: true } code)
                found[^1] = found[^1] with { Status = code.Groups[1].Value, Diagnostic = line.Trim() };
        }
        return found;
    }

    [GeneratedRegex(@"^\s*<?([^\s<>@]+@[^\s<>@]+\.[^\s<>@:]+)>?:?\s*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AloneOnALine();

    [GeneratedRegex(@"\b([45]\.\d{1,3}\.\d{1,3})\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex StatusCode();

    [GeneratedRegex(@"(?m)^Message-I[Dd]: *(<[^<>\s]+>)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IdLine();
}
