using System.Text;

namespace Queqiao.Mail.Mime;

/// <summary>Bytes to text by the charset a mail names, or by what the bytes look like when it names none, a wrong one, or one that nobody knows.</summary>
internal static class Charsets
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Names whose registered meaning is narrower than their use: mail labelled gb2312 holds GBK, iso-8859-1 holds Windows-1252.</summary>
    private static readonly Dictionary<string, int> Pages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gb2312"] = 54936, ["gb_2312-80"] = 54936, ["gbk"] = 54936, ["x-gbk"] = 54936, ["cp936"] = 54936, ["ms936"] = 54936, ["gb18030"] = 54936, ["gb-2312"] = 54936, ["chinese"] = 54936,
        ["hz-gb-2312"] = 52936,
        ["big5"] = 950, ["big5-hkscs"] = 950, ["x-big5"] = 950, ["cp950"] = 950,
        ["shift_jis"] = 932, ["shift-jis"] = 932, ["sjis"] = 932, ["x-sjis"] = 932, ["windows-31j"] = 932, ["cp932"] = 932, ["ms_kanji"] = 932,
        ["iso-2022-jp"] = 50220, ["iso-2022-jp-ms"] = 50220, ["iso-2022-kr"] = 50225, ["euc-jp"] = 51932, ["x-euc-jp"] = 51932,
        ["euc-kr"] = 949, ["ks_c_5601-1987"] = 949, ["ks_c_5601-1989"] = 949, ["ks_c_5601"] = 949, ["ksc_5601"] = 949, ["cp949"] = 949, ["uhc"] = 949, ["korean"] = 949,
        ["koi8-r"] = 20866, ["koi8-u"] = 21866, ["koi8"] = 20866,
        ["iso-8859-1"] = 1252, ["latin1"] = 1252, ["cp1252"] = 1252, ["iso-8859-9"] = 1254, ["cp1251"] = 1251, ["win-1251"] = 1251, ["cp1250"] = 1250,
        ["tis-620"] = 874, ["iso-8859-11"] = 874, ["utf8"] = 65001, ["utf-8"] = 65001, ["unicode-1-1-utf-8"] = 65001,
    };

    static Charsets() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <param name="bytes">Text in some charset.</param>
    /// <param name="name">What the mail says; null: nothing.</param>
    /// <param name="fallback">What the rest of the mail is in, for bytes that say nothing of themselves.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, string? name, string? fallback = null)
    {
        var isAscii = System.Text.Ascii.IsValid(bytes);
        var encoding = Find(name);
        if (encoding is null || (encoding.CodePage == 20127 && !isAscii))
            return isAscii ? Encoding.ASCII.GetString(bytes) : Guess(bytes, fallback);
        if (encoding.CodePage == 65001 && !IsUtf8(bytes))
            return Guess(bytes, fallback);
        return encoding.GetString(StripMark(bytes, encoding.CodePage));
    }

    /// <summary>UTF-8 when it is; then what the mail says elsewhere; then the encoding whose reading has fewest odd characters.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes, string? fallback)
    {
        if (IsUtf8(bytes))
            return StrictUtf8.GetString(StripMark(bytes, 65001));
        if (Find(fallback) is { CodePage: not (65001 or 20127) } said)
            return said.GetString(bytes);
        var best = "";
        var least = int.MaxValue;
        foreach (var page in (ReadOnlySpan<int>)[54936, 950, 1252])
        {
            var text = Encoding.GetEncoding(page).GetString(bytes);
            var odd = Oddness(text);
            if (odd < least)
                (best, least) = (text, odd);
        }
        return best;
    }

    public static Encoding? Find(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return null;
        var asked = name.Trim().Trim('"', '\'');
        try
        {
            return Pages.TryGetValue(asked, out var page) ? Encoding.GetEncoding(page) : asked.StartsWith("utf-7", StringComparison.OrdinalIgnoreCase) ? null : Encoding.GetEncoding(asked);
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    public static bool IsUtf8(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    private static ReadOnlySpan<byte> StripMark(ReadOnlySpan<byte> bytes, int page) =>
        page == 65001 && bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;

    /// <summary>Replacement and private characters count much, rare letters of the West between letters a little.</summary>
    private static int Oddness(string text)
    {
        var odd = 0;
        foreach (var c in text)
        {
            odd += c switch
            {
                '\uFFFD' or (>= '\uE000' and <= '\uF8FF') => 20,
                (>= '\u0080' and <= '\u009F') => 10,
                (>= '\u00A1' and <= '\u00FF') => 3,
                >= '\u4E00' and <= '\u9FFF' => 1,
                _ => 0,
            };
        }
        return odd;
    }
}
