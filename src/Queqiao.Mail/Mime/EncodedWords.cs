using System.Text;

namespace Queqiao.Mail.Mime;

/// <summary>Texts in headers: RFC 2047 encoded words, also where they must not stand, and bytes that nobody encoded.</summary>
internal static class EncodedWords
{
    private const int MostInWord = 36; // bytes of UTF-8: 48 characters of base64, 60 with the frame, so that a header's name fits before it

    /// <param name="raw">A header's value, a byte a character.</param>
    /// <param name="charset">What the mail's text is in, for bytes that nobody encoded.</param>
    public static string Decode(string raw, string? charset = null)
    {
        var text = new StringBuilder(raw.Length);
        var held = new List<byte>();        // of words that follow each other: a character may be split between them
        string? heldCharset = null;
        var at = 0;
        var plainFrom = 0;
        while (at < raw.Length)
        {
            var start = raw.IndexOf("=?", at, StringComparison.Ordinal);
            if (start < 0 || !TryWord(raw, start, out var word))
            {
                if (start < 0)
                    break;
                at = start + 2;
                continue;
            }
            var between = raw.AsSpan(plainFrom, start - plainFrom);
            var follows = heldCharset is not null && between.IsWhiteSpace();
            if (!follows || !string.Equals(heldCharset, word.Charset, StringComparison.OrdinalIgnoreCase))
                Flush();
            if (!follows)
                text.Append(Plain(between, charset));
            held.AddRange(word.Bytes);
            heldCharset = word.Charset;
            at = plainFrom = word.End;
        }
        Flush();
        return text.Append(Plain(raw.AsSpan(plainFrom), charset)).ToString();

        void Flush()
        {
            if (heldCharset is not null)
                text.Append(Charsets.Decode(held.ToArray(), heldCharset, charset));
            held.Clear();
            heldCharset = null;
        }
    }

    /// <summary>The shortest form that any mail program reads: ASCII as it is, else words of UTF-8 in base64, folded.</summary>
    public static string Encode(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains("=?", StringComparison.Ordinal) && text.AsSpan().IndexOfAny('\r', '\n', '\0') < 0)
            return text;
        var words = new List<string>();
        var word = new StringBuilder();
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var one = rune.Value is '\r' or '\n' or 0 ? new Rune(' ') : rune;
            if (bytes + one.Utf8SequenceLength > MostInWord)
                Close();
            word.Append(one.ToString());
            bytes += one.Utf8SequenceLength;
        }
        Close();
        return string.Join("\r\n ", words);

        void Close()
        {
            if (word.Length > 0)
                words.Add($"=?utf-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(word.ToString()))}?=");
            word.Clear();
            bytes = 0;
        }
    }

    private static string Plain(ReadOnlySpan<char> raw, string? charset)
    {
        if (Ascii.IsValid(raw))
            return raw.ToString();
        var bytes = new byte[raw.Length];
        Encoding.Latin1.GetBytes(raw, bytes);
        return Charsets.Guess(bytes, charset);
    }

    private readonly record struct Word(string Charset, byte[] Bytes, int End);

    private static bool TryWord(string raw, int start, out Word word)
    {
        word = default;
        var first = raw.IndexOf('?', start + 2);
        if (first <= start + 2 || first - start > 60 || first + 2 >= raw.Length || raw[first + 2] != '?')
            return false;
        var end = raw.IndexOf("?=", first + 3, StringComparison.Ordinal);
        if (end < 0)
            return false;
        var coded = Encoding.Latin1.GetBytes(raw[(first + 3)..end]);
        byte[]? bytes = char.ToUpperInvariant(raw[first + 1]) switch
        {
            'B' => TransferCoding.Base64(coded),
            'Q' => TransferCoding.QuotedPrintable(coded, isWord: true),
            _ => null,
        };
        if (bytes is null)
            return false;
        var charset = raw[(start + 2)..first];
        var language = charset.IndexOf('*', StringComparison.Ordinal); // RFC 2231 5
        word = new(language >= 0 ? charset[..language] : charset, bytes, end + 2);
        return true;
    }
}
