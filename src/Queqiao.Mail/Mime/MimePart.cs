using System.Text;

namespace Queqiao.Mail.Mime;

/// <summary>One part of a mail, or the whole mail: a header and either children or content.</summary>
public sealed class MimePart
{
    private readonly FieldValue _type;
    private readonly FieldValue _disposition;
    private readonly ReadOnlyMemory<byte> _body;

    internal MimePart(HeaderList header, FieldValue type, ReadOnlyMemory<byte> body, string? charset)
    {
        (Header, _type, _body) = (header, type, body);
        _disposition = FieldValue.Parse(header.Raw("Content-Disposition"), charset);
        CharsetOfMail = charset;
    }

    public HeaderList Header { get; }

    /// <summary><c>text/plain</c>, in lower case.</summary>
    public string MediaType => _type.Value;

    public string? Charset => _type["charset"];

    /// <summary>Of a multipart, in order.</summary>
    public IReadOnlyList<MimePart> Children { get; internal set; } = [];

    /// <summary>Of message/rfc822: the mail inside.</summary>
    public MimePart? Message { get; internal set; }

    /// <summary>The name that the sender gave, of any language; may be hostile as a path. Null: none.</summary>
    public string? FileName => Nonempty(_disposition["filename"]) ?? Nonempty(_type["name"]);

    /// <summary>The sender's name for it, or one by what it is: <c>invite.ics</c>, <c>winmail.dat</c>, <c>file.png</c>.</summary>
    public string NameOrKind => FileName ?? MediaType switch
    {
        "text/calendar" => "invite.ics",
        "application/ms-tnef" or "application/vnd.ms-tnef" => "winmail.dat",
        "message/rfc822" or "message/global" => "mail.eml",
        "image/jpeg" => "file.jpg",
        "image/png" or "image/gif" or "image/webp" or "image/bmp" or "image/tiff" => "file." + MediaType[6..],
        "application/pdf" => "file.pdf",
        "text/html" => "file.html",
        "text/plain" => "file.txt",
        _ => "file.bin",
    };

    /// <summary><c>attachment</c>, <c>inline</c> or empty.</summary>
    public string Disposition => _disposition.Value;

    /// <summary>Without its angle brackets; what cid: addresses in HTML name.</summary>
    public string? ContentId => Nonempty(Header.Raw("Content-ID")?.Trim().Trim('<', '>'));

    internal string? CharsetOfMail { get; }

    internal string? Parameter(string name) => _type[name];

    internal ReadOnlyMemory<byte> Raw => _body;

    /// <summary>The content, decoded anew each time.</summary>
    public byte[] Content() => TransferCoding.Decode(_body.Span, Header.Raw("Content-Transfer-Encoding"));

    /// <summary>The content as text with line feeds.</summary>
    public string Text() => Charsets.Decode(Content(), Charset, CharsetOfMail).Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\0", "", StringComparison.Ordinal);

    public bool IsMultipart => MediaType.StartsWith("multipart/", StringComparison.Ordinal);

    /// <summary>This part and all below it; not into mails inside.</summary>
    public IEnumerable<MimePart> All()
    {
        var open = new Stack<MimePart>([this]);
        while (open.TryPop(out var part))
        {
            yield return part;
            for (var i = part.Children.Count - 1; i >= 0; i--)
                open.Push(part.Children[i]);
        }
    }

    private static string? Nonempty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    public override string ToString() => new StringBuilder(MediaType).Append(Children.Count > 0 ? $" of {Children.Count}" : "").ToString();
}
