using System.Security.Cryptography;
using System.Text;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Reading;

namespace Queqiao.Mail;

/// <summary>A mail as a person sees it: who, what about, what is said, and the files.</summary>
public sealed class MailMessage
{
    private MailMessage(MimePart root) => Root = root;

    public MimePart Root { get; }

    public MailAddress? From { get; private init; }

    /// <summary>How many people it says that it is from; it should be one.</summary>
    public int Froms { get; private init; }

    public IReadOnlyList<MailAddress> To { get; private init; } = [];

    public IReadOnlyList<MailAddress> Cc { get; private init; } = [];

    public IReadOnlyList<MailAddress> ReplyTo { get; private init; } = [];

    /// <summary>Null: there is none.</summary>
    public string? Subject { get; private init; }

    /// <summary>In UTC, as the sender says; null: it does not, or nonsense.</summary>
    public DateTimeOffset? Date { get; private init; }

    /// <summary>With its angle brackets; null: there is none.</summary>
    public string? MessageId { get; private init; }

    /// <summary>Message ids, the nearest first.</summary>
    public IReadOnlyList<string> Answers { get; private init; } = [];

    /// <summary>Plain text with line feeds: what is written, or what the HTML says when only that was sent.</summary>
    public string Text { get; private init; } = "";

    /// <summary>As it came, for the sanitiser; null: none was sent.</summary>
    public string? Html { get; private init; }

    /// <summary>Files, and everything that is no text; mails inside are files.</summary>
    public IReadOnlyList<MimePart> Attachments { get; private init; } = [];

    /// <summary>Pictures that the HTML names by their content id.</summary>
    public IReadOnlyList<MimePart> Inline { get; private init; } = [];

    /// <summary>What a person wrote, without what they quote and without their signature.</summary>
    public string Reply => ReplyText.Of(Text);

    /// <summary>The mail is known again by this: its id, or what it says when it has none.</summary>
    public string Fingerprint => MessageId ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', Root.Header.Raw("Date"), From?.Address, Subject, Text))));

    public static MailMessage Read(ReadOnlyMemory<byte> mail) => Of(MimeReader.Read(mail));

    internal static MailMessage Of(MimePart root)
    {
        var header = root.Header;
        var charset = root.All().Select(part => part.Charset).FirstOrDefault(one => one is not null && Charsets.Find(one) is not null);
        var sorted = new PartSorter();
        sorted.Sort(root);
        var from = MailAddresses.Parse(header.Raw("From"), charset);
        return new MailMessage(root)
        {
            From = from.Count > 0 ? from[0] : null,
            Froms = from.Count,
            To = MailAddresses.Parse(header.Raw("To"), charset),
            Cc = MailAddresses.Parse(header.Raw("Cc"), charset),
            ReplyTo = MailAddresses.Parse(header.Raw("Reply-To"), charset),
            Subject = header.Raw("Subject") is { } subject ? EncodedWords.Decode(subject, charset).Trim() : null,
            Date = MailDate.Parse(header.Raw("Date")),
            MessageId = MessageIds.Of(header.Raw("Message-ID")).FirstOrDefault(),
            Answers = [.. MessageIds.Of(header.Raw("In-Reply-To")).Concat(MessageIds.Of(header.Raw("References")).Reverse()).Distinct()],
            Text = sorted.Text,
            Html = sorted.Html,
            Attachments = sorted.Attachments,
            Inline = sorted.Inline,
        };
    }
}

/// <summary>Which parts are the text, which its pictures, which files.</summary>
internal sealed class PartSorter
{
    private const int MostText = 2_000_000; // characters

    private readonly List<string> _texts = [];
    private readonly List<string> _htmls = [];

    public List<MimePart> Attachments { get; } = [];

    public List<MimePart> Inline { get; } = [];

    public string? Html => _htmls.Count == 0 ? null : Cut(string.Join("\n", _htmls));

    public string Text => _texts.Count > 0 ? Cut(string.Join('\n', _texts)) : Html is { } html ? HtmlText.Of(html) : "";

    public void Sort(MimePart root) => Sort(root, inRelated: false, isRoot: true);

    private void Sort(MimePart part, bool inRelated, bool isRoot)
    {
        if (part.IsMultipart && part.Children.Count > 0)
        {
            Each(part, inRelated);
            return;
        }
        var isFile = part.Disposition == "attachment" || (part.FileName is not null && !(part.Disposition == "inline" && IsText(part)));
        if (part.IsMultipart || part.MediaType == "text/plain" && !isFile)
            _texts.Add(part.Text());
        else if (part.MediaType == "text/html" && !isFile)
            _htmls.Add(part.Text());
        else if (IsInline(part, inRelated))
            Inline.Add(part);
        else if (isRoot && !part.MediaType.Contains('/', StringComparison.Ordinal))
            _texts.Add(part.Text());
        else if (part.MediaType is not ("message/delivery-status" or "message/disposition-notification" or "message/feedback-report"))
            Attachments.Add(part);
    }

    private void Each(MimePart part, bool inRelated)
    {
        var alternative = part.MediaType == "multipart/alternative";
        var before = _texts.Count;
        foreach (var child in part.Children)
        {
            // Of several plain readings of one text the first is enough.
            if (alternative && child.MediaType == "text/plain" && _texts.Count > before)
                continue;
            Sort(child, inRelated || part.MediaType == "multipart/related", isRoot: false);
        }
    }

    private static bool IsText(MimePart part) => part.MediaType is "text/plain" or "text/html";

    private static bool IsInline(MimePart part, bool inRelated) =>
        part.ContentId is not null && part.Disposition != "attachment" && (inRelated || part.Disposition == "inline" || part.MediaType.StartsWith("image/", StringComparison.Ordinal));

    private static string Cut(string text) => text.Length <= MostText ? text : text[..MostText];
}
