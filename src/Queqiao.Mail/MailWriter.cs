using System.Text;
using Queqiao.Mail.Mime;

namespace Queqiao.Mail;

/// <param name="Name">As the receiver sees it.</param>
/// <param name="MediaType"><c>image/png</c>.</param>
public sealed record MailFile(string Name, string MediaType, ReadOnlyMemory<byte> Content)
{
    /// <summary>The HTML shows it: <c>cid:</c> and this.</summary>
    public string? ContentId { get; init; }
}

/// <summary>A mail to be sent.</summary>
public sealed record OutgoingMail
{
    public required MailAddress From { get; init; }
    public required IReadOnlyList<MailAddress> To { get; init; }
    public IReadOnlyList<MailAddress> Cc { get; init; } = [];
    public MailAddress? ReplyTo { get; init; }
    public required string Subject { get; init; }
    public required string Text { get; init; }
    public string? Html { get; init; }
    public IReadOnlyList<MailFile> Files { get; init; } = [];

    /// <summary>With angle brackets.</summary>
    public required string MessageId { get; init; }

    /// <summary>The mail that is answered, and those before it, oldest first.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    public required DateTimeOffset Date { get; init; }

    /// <summary>Others: Auto-Submitted, List-Unsubscribe. Values are ASCII or become encoded words.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>Writes a mail that every program reads: lines of at most 76 characters of ASCII, CRLF, nothing that a header could be injected with.</summary>
public static class MailWriter
{
    /// <exception cref="ArgumentException">An address, id or header name that cannot be one.</exception>
    /// <param name="mail">What is to be sent.</param>
    /// <param name="boundary">Random and new for every mail: 16 to 60 letters and digits.</param>
    public static byte[] Write(OutgoingMail mail, string boundary)
    {
        if (boundary.Length is < 16 or > 60 || !boundary.All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("A boundary is 16 to 60 letters and digits.", nameof(boundary));
        var text = new StringBuilder();
        Header(text, "Date", MailDate.Format(mail.Date));
        Header(text, "From", Address(mail.From));
        Header(text, "To", string.Join(",\r\n ", mail.To.Select(Address)));
        if (mail.Cc.Count > 0)
            Header(text, "Cc", string.Join(",\r\n ", mail.Cc.Select(Address)));
        if (mail.ReplyTo is { } replyTo)
            Header(text, "Reply-To", Address(replyTo));
        Header(text, "Subject", EncodedWords.Encode(mail.Subject));
        Header(text, "Message-ID", Id(mail.MessageId));
        if (mail.References.Count > 0)
        {
            Header(text, "In-Reply-To", Id(mail.References[^1]));
            Header(text, "References", string.Join("\r\n ", mail.References.TakeLast(20).Select(Id)));
        }
        foreach (var (name, value) in mail.Headers)
            Header(text, Name(name), EncodedWords.Encode(value));
        Header(text, "MIME-Version", "1.0");
        Body(text, mail, boundary);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Body(StringBuilder text, OutgoingMail mail, string boundary)
    {
        var files = mail.Files.Where(file => file.ContentId is null || mail.Html is null).ToList();
        var shown = mail.Files.Except(files).ToList();
        Wrapped(text, files.Count > 0, "mixed", boundary + "M", () => Wrapped(text, shown.Count > 0, "related", boundary + "R", () => Words(text, mail, boundary + "A"),
            shown.ConvertAll(file => (Action)(() => File(text, file)))), files.ConvertAll(file => (Action)(() => File(text, file))));
    }

    private static void Words(StringBuilder text, OutgoingMail mail, string boundary)
    {
        if (mail.Html is null)
            Words(text, "plain", mail.Text);
        else
            Wrapped(text, true, "alternative", boundary, () => Words(text, "plain", mail.Text), [() => Words(text, "html", mail.Html)]);
    }

    /// <summary>The first part and the others as a multipart; or the first alone.</summary>
    private static void Wrapped(StringBuilder text, bool isNeeded, string kind, string boundary, Action first, IEnumerable<Action> others)
    {
        if (!isNeeded)
        {
            first();
            return;
        }
        Header(text, "Content-Type", $"multipart/{kind};\r\n boundary=\"{boundary}\"");
        text.Append("\r\n");
        foreach (var part in others.Prepend(first))
        {
            text.Append("--").Append(boundary).Append("\r\n");
            part();
        }
        text.Append("--").Append(boundary).Append("--\r\n");
    }

    private static void Words(StringBuilder text, string kind, string words)
    {
        Header(text, "Content-Type", $"text/{kind}; charset=utf-8");
        Base64(text, Encoding.UTF8.GetBytes(words.ReplaceLineEndings("\r\n")));
    }

    private static void File(StringBuilder text, MailFile file)
    {
        var type = file.MediaType.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '+' or '-') && file.MediaType.Contains('/', StringComparison.Ordinal) ? file.MediaType : "application/octet-stream";
        Header(text, "Content-Type", $"{type};\r\n name=\"{EncodedWords.Encode(Plain(file.Name))}\""); // for programs that do not know RFC 2231
        Header(text, "Content-Disposition", $"{(file.ContentId is null ? "attachment" : "inline")};\r\n {FileName(Plain(file.Name))}");
        if (file.ContentId is { } id)
            Header(text, "Content-ID", Id($"<{id}>"));
        Base64(text, file.Content.Span);
    }

    /// <summary>RFC 2231 in pieces of at most 60 characters.</summary>
    private static string FileName(string name)
    {
        if (Ascii.IsValid(name) && name.Length <= 60)
            return $"filename=\"{name}\"";
        var coded = new StringBuilder("utf-8''");
        var pieces = new List<string>();
        foreach (var rune in name.EnumerateRunes())
        {
            var one = Uri.EscapeDataString(rune.ToString());
            if (coded.Length + one.Length > 60)
            {
                pieces.Add(coded.ToString());
                coded.Clear();
            }
            coded.Append(one);
        }
        pieces.Add(coded.ToString());
        return string.Join(";\r\n ", pieces.Select((piece, i) => $"filename*{i}*={piece}"));
    }

    private static string Plain(string name)
    {
        var plain = string.Concat(name.Where(c => !char.IsControl(c) && c is not ('"' or '\\' or '/')));
        return plain.Length == 0 ? "file" : plain;
    }

    private static void Base64(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        Header(text, "Content-Transfer-Encoding", "base64");
        text.Append("\r\n");
        for (var at = 0; at < bytes.Length; at += 57)
            text.Append(Convert.ToBase64String(bytes.Slice(at, Math.Min(57, bytes.Length - at)))).Append("\r\n");
    }

    private static string Address(MailAddress one)
    {
        if (one.Address.Length is 0 or > 320 || one.Address.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';' or '"') || !one.Address.Contains('@', StringComparison.Ordinal))
            throw new ArgumentException("This is no address that mail can be sent to.");
        if (string.IsNullOrWhiteSpace(one.Name))
            return one.Address;
        var name = EncodedWords.Encode(one.Name);
        if (name != one.Name)
            return $"{name}\r\n <{one.Address}>";
        name = "\"" + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
        return $"{name} <{one.Address}>";
    }

    private static string Id(string id) => id.Length is > 2 and <= 900 && id[0] == '<' && id[^1] == '>' && id.All(c => c is > ' ' and < '\u007F') ? id : throw new ArgumentException("This is no message id.");

    private static string Name(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? name : throw new ArgumentException("This is no name of a header.");

    private static void Header(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(value).Append("\r\n");
}
