using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Queqiao.Channels.Reading;

/// <summary>Reads JSON from outside: no comments, no trailing commas, bounded depth; null when it is none.</summary>
internal static class Json
{
    private const int Depth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = Depth };

    public static Node? Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        try
        {
            return new Node(JsonDocument.Parse(Clean(body), Options).RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Half surrogates and bytes that are no UTF-8 become U+FFFD: JsonElement throws on them, later, wherever they are touched.</summary>
    private static ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body.Span));
        byte[]? copy = null;
        var span = body.Span;
        for (var at = span.IndexOf((byte)'\\'); at >= 0 && at + 1 < span.Length;)
        {
            var step = 2;
            if (Surrogate(span, at) is { } unit)
            {
                step = 6;
                if (unit < 0xDC00 && Surrogate(span, at + 6) is >= 0xDC00)
                    step = 12;
                else
                    "fffd"u8.CopyTo((copy ??= body.ToArray()).AsSpan(at + 2));
            }
            at = at + step < span.Length && span[(at + step)..].IndexOf((byte)'\\') is >= 0 and var next ? at + step + next : -1;
        }
        return copy ?? body;
    }

    private static int? Surrogate(ReadOnlySpan<byte> text, int at)
    {
        if (at + 6 > text.Length || text[at] != '\\' || text[at + 1] != 'u')
            return null;
        var value = 0;
        for (var digit = 2; digit < 6; digit++)
        {
            if (!char.IsAsciiHexDigit((char)text[at + digit]))
                return null;
            value = (value << 4) | Convert.ToInt32(((char)text[at + digit]).ToString(), 16);
        }
        return value is >= 0xD800 and <= 0xDFFF ? value : null;
    }
}
