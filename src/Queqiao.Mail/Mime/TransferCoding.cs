namespace Queqiao.Mail.Mime;

/// <summary>Undoes Content-Transfer-Encoding (RFC 2045 6), leniently: what cannot be a part of it is passed over, what is missing at the end is not asked for.</summary>
internal static class TransferCoding
{
    public static byte[] Decode(ReadOnlySpan<byte> body, string? coding) => coding?.Trim().ToLowerInvariant() switch
    {
        "base64" => Base64(body),
        "quoted-printable" => QuotedPrintable(body, isWord: false),
        "x-uuencode" or "uuencode" or "x-uue" or "uue" => UuEncoded(body) ?? body.ToArray(),
        _ => body.ToArray(),
    };

    public static byte[] Base64(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length * 3 / 4 + 3];
        var (length, bits, held) = (0, 0, 0);
        foreach (var c in text)
        {
            var value = c switch
            {
                >= (byte)'A' and <= (byte)'Z' => c - 'A',
                >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
                >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
                (byte)'+' or (byte)'-' => 62,
                (byte)'/' or (byte)'_' => 63,
                (byte)'=' => -2,
                _ => -1,
            };
            if (value == -2)
                (bits, held) = (0, 0); // padding: what follows begins anew (parts that were put together)
            if (value < 0)
                continue;
            bits = (bits << 6) | value;
            held += 6;
            if (held < 8)
                continue;
            held -= 8;
            bytes[length++] = (byte)(bits >> held);
            bits &= (1 << held) - 1;
        }
        return bytes[..length];
    }

    /// <param name="text">Encoded.</param>
    /// <param name="isWord">Of RFC 2047's Q: <c>_</c> is a space.</param>
    public static byte[] QuotedPrintable(ReadOnlySpan<byte> text, bool isWord)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (c == '=' && at + 2 < text.Length && Hex(text[at + 1]) is >= 0 and var high && Hex(text[at + 2]) is >= 0 and var low)
            {
                bytes[length++] = (byte)((high << 4) | low);
                at += 2;
            }
            else if (c == '=' && !isWord && EndOfLine(text[(at + 1)..]) is > 0 and var skipped)
            {
                at += skipped; // soft line break
            }
            else if (isWord && c == '_')
            {
                bytes[length++] = (byte)' ';
            }
            else
            {
                bytes[length++] = c;
            }
        }
        return bytes[..length];
    }

    /// <summary>Null: there is no begin line.</summary>
    public static byte[]? UuEncoded(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.Length);
        var inside = false;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range].TrimEnd((byte)'\r');
            if (!inside)
            {
                inside = line.StartsWith("begin "u8);
                continue;
            }
            if (line.SequenceEqual("end"u8) || line.IsEmpty)
                break;
            var count = (line[0] - 32) & 63;
            for (var at = 1; at < line.Length && count > 0; at += 4, count -= 3)
            {
                Span<int> four = [Sextet(line, at), Sextet(line, at + 1), Sextet(line, at + 2), Sextet(line, at + 3)];
                var three = (four[0] << 18) | (four[1] << 12) | (four[2] << 6) | four[3];
                for (var i = 0; i < Math.Min(3, count); i++)
                    bytes.Add((byte)(three >> (16 - 8 * i)));
            }
        }
        return inside ? [.. bytes] : null;
    }

    private static int Sextet(ReadOnlySpan<byte> line, int at) => at < line.Length ? (line[at] - 32) & 63 : 0;

    private static int Hex(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        _ => -1,
    };

    /// <summary>How many bytes of white space and line end follow; 0: something else does.</summary>
    private static int EndOfLine(ReadOnlySpan<byte> rest)
    {
        var at = rest.IndexOfAnyExcept((byte)' ', (byte)'\t');
        return at < 0 ? rest.Length : rest[at] switch
        {
            (byte)'\n' => at + 1,
            (byte)'\r' => at + 1 < rest.Length && rest[at + 1] == '\n' ? at + 2 : at + 1,
            _ => 0,
        };
    }
}
