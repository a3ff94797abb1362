using System.Text;

namespace Queqiao.Mail.Mime;

/// <summary>
/// Takes a mail apart (RFC 2045–2046). It never fails: whatever comes is a mail, and what cannot be understood stays as text or as a
/// file. Depth, parts and fields are bounded, so that nobody's mail costs more than its length.
/// </summary>
public static class MimeReader
{
    private const int MostDepth = 24;
    private const int MostParts = 2_000;

    public static MimePart Read(ReadOnlyMemory<byte> mail)
    {
        var parts = 0;
        return Read(mail, 0, "text/plain", charset: null, ref parts);
    }

    private static MimePart Read(ReadOnlyMemory<byte> bytes, int depth, string usually, string? charset, ref int parts)
    {
        parts++;
        var (header, at) = HeaderList.Read(bytes.Span);
        var type = TypeOf(header, usually, charset);
        charset ??= type["charset"];
        var part = new MimePart(header, type, bytes[at..], charset);
        if (depth >= MostDepth)
            return part;
        if (part.IsMultipart)
            part.Children = Children(part, depth, charset, ref parts);
        else if (part.MediaType is "message/rfc822" or "message/global" && parts < MostParts)
            part.Message = Read(part.Header.Raw("Content-Transfer-Encoding")?.Trim().ToLowerInvariant() is "base64" or "quoted-printable" ? part.Content() : part.Raw, depth + 1, "text/plain", charset: null, ref parts);
        return part;
    }

    /// <summary>The last Content-Type that is a multipart with a boundary wins over others: some gateways add a second one.</summary>
    private static FieldValue TypeOf(HeaderList header, string usually, string? charset)
    {
        FieldValue? first = null;
        foreach (var raw in header.All("Content-Type"))
        {
            var type = FieldValue.Parse(raw, charset);
            if (type.Value.StartsWith("multipart/", StringComparison.Ordinal) && !string.IsNullOrEmpty(type["boundary"]))
                return type;
            first ??= type;
        }
        return first is not null && first.Value.Contains('/', StringComparison.Ordinal) ? first : FieldValue.Parse(first is { Value: "text" } ? "text/plain" : usually);
    }

    private static List<MimePart> Children(MimePart part, int depth, string? charset, ref int parts)
    {
        var children = new List<MimePart>();
        if (part.Parameter("boundary") is not { Length: > 0 } boundary)
            return children;
        var mark = Encoding.Latin1.GetBytes("--" + boundary.TrimEnd());
        var usually = part.MediaType == "multipart/digest" ? "message/rfc822" : "text/plain";
        var body = part.Raw;
        var begun = -1;
        for (var at = 0; at < body.Length;)
        {
            var end = body.Span[at..].IndexOf((byte)'\n');
            var next = end < 0 ? body.Length : at + end + 1;
            var line = body.Span[at..next];
            if (line.StartsWith(mark) && IsBoundary(line[mark.Length..], out var last))
            {
                if (begun >= 0)
                    Add(body[begun..WithoutLineEnd(body.Span, begun, at)], ref parts);
                begun = last ? -1 : next;
                if (last)
                    break;
            }
            at = next;
        }
        if (begun >= 0 && begun < body.Length)
            Add(body[begun..], ref parts); // the last boundary is missing
        return children;

        void Add(ReadOnlyMemory<byte> bytes, ref int count)
        {
            if (count < MostParts)
                children.Add(Read(bytes, depth + 1, usually, charset, ref count));
        }
    }

    private static bool IsBoundary(ReadOnlySpan<byte> rest, out bool last)
    {
        last = rest.StartsWith("--"u8);
        return (last ? rest[2..] : rest).Trim(" \t\r\n"u8).IsEmpty;
    }

    /// <summary>The line end before a boundary belongs to it.</summary>
    private static int WithoutLineEnd(ReadOnlySpan<byte> body, int from, int at)
    {
        if (at > from && body[at - 1] == '\n')
            at--;
        if (at > from && body[at - 1] == '\r')
            at--;
        return at;
    }
}
