using System.Globalization;
using System.Net;
using System.Text;
using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Channels.Email.Sending;

/// <summary>How a mail of ours looks. Pure.</summary>
internal static class MailComposer
{
    private const int MostQuotedLines = 400;

    public static OutgoingMail Compose(
        OutgoingMessage message, EmailSettings settings, ThreadFacts thread, string id, string? replyTo, IReadOnlyList<MailFile> files, DateTimeOffset now)
    {
        var answers = thread.LastText is not null;
        var to = thread.To.Count > 0 ? thread.To : [thread.Customer];
        return new OutgoingMail
        {
            From = From(settings, message.SenderName),
            To = [.. to.Select(Address)],
            Cc = [.. thread.Cc.Select(Address)],
            ReplyTo = replyTo is null ? null : new MailAddress(replyTo, settings.Name),
            Subject = Subject(thread.Subject, message.Subject, answers),
            Text = Text(message.Text, settings.SignatureText, thread),
            Html = Html(message, settings.SignatureText, thread),
            Files = files,
            MessageId = id,
            References = thread.References,
            Date = now,
        };
    }

    /// <summary>"林晓 · 鹊桥客服": who writes, and for whom.</summary>
    public static MailAddress From(EmailSettings settings, string? sender) =>
        settings.From with { Name = (sender, settings.Name) switch { ({ Length: > 0 } who, { } firm) => $"{who} · {firm}", ({ Length: > 0 } who, null) => who, (_, var firm) => firm } };

    public static string Subject(string thread, string? conversation, bool answers)
    {
        var subject = thread.Length > 0 ? thread : conversation ?? "";
        return answers || subject.Length == 0 ? "Re: " + subject : subject;
    }

    private static string Text(string text, string signature, ThreadFacts thread)
    {
        var mail = new StringBuilder(text.TrimEnd());
        if (signature.Length > 0)
            mail.Append("\n\n-- \n").Append(signature);
        if (Quoted(thread) is { } quoted)
            mail.Append("\n\n").Append(Head(thread)).Append('\n').Append(string.Join('\n', quoted.Split('\n').Take(MostQuotedLines).Select(line => line.StartsWith('>') ? ">" + line : "> " + line)));
        return mail.Append('\n').ToString();
    }

    private static string Html(OutgoingMessage message, string signature, ThreadFacts thread)
    {
        var html = new StringBuilder("<div>").Append(message.Markdown is { } marked ? FormattedTextWriting.Html(FormattedText.Read(marked)) : Lines(message.Text.TrimEnd())).Append("</div>");
        if (signature.Length > 0)
            html.Append("<br><div style=\"color:#666666\">-- <br>").Append(Lines(signature)).Append("</div>");
        if (Quoted(thread) is { } quoted)
            html.Append("<br><div class=\"gmail_quote\"><div>").Append(WebUtility.HtmlEncode(Head(thread))).Append("</div><blockquote style=\"margin:0 0 0 8px;padding-left:8px;border-left:2px solid #cccccc\">").Append(Lines(quoted)).Append("</blockquote></div>");
        return html.ToString();
    }

    private static string? Quoted(ThreadFacts thread) => string.IsNullOrWhiteSpace(thread.LastText) ? null : thread.LastText.Trim();

    /// <summary>In the language of what is quoted.</summary>
    private static string Head(ThreadFacts thread)
    {
        var at = thread.LastAt is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) : "";
        return thread.LastText!.Any(c => c is >= '\u4E00' and <= '\u9FFF') ? $"在 {at}，{thread.LastFrom} 写道：" : $"On {at}, {thread.LastFrom} wrote:";
    }

    private static string Lines(string text) => WebUtility.HtmlEncode(text).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "<br>", StringComparison.Ordinal);

    private static MailAddress Address(MailPerson one) => new(one.Address, one.Name);
}
