using System.Text;

namespace Queqiao.Server.Platform.Keys;

/// <summary>
/// Several texts as one value to seal: a byte for the form, then each text as its length plus one (7 bits a byte, 0: null) and UTF-8.
/// New texts are added at the end; what an older writer did not write reads as null.
/// </summary>
internal static class PackedTexts
{
    private const byte Form = 1;

    public static byte[] Write(params ReadOnlySpan<string?> texts)
    {
        var length = 1;
        foreach (var text in texts)
            length += text is null ? 1 : LengthOf(Encoding.UTF8.GetByteCount(text) + 1) + Encoding.UTF8.GetByteCount(text);
        var packed = new byte[length];
        packed[0] = Form;
        var at = 1;
        foreach (var text in texts)
        {
            at += WriteNumber(packed.AsSpan(at), text is null ? 0 : Encoding.UTF8.GetByteCount(text) + 1);
            at += text is null ? 0 : Encoding.UTF8.GetBytes(text, packed.AsSpan(at));
        }
        return packed;
    }

    /// <param name="packed">What <see cref="Write"/> gave.</param>
    /// <param name="texts">Filled in order.</param>
    public static void Read(ReadOnlySpan<byte> packed, Span<string?> texts)
    {
        if (packed.Length == 0 || packed[0] != Form)
            throw new InvalidOperationException("Sealed texts have a form that this version does not know.");
        var at = 1;
        for (var i = 0; i < texts.Length; i++)
        {
            var length = at < packed.Length ? ReadNumber(packed, ref at) - 1 : -1;
            texts[i] = length < 0 ? null : Encoding.UTF8.GetString(packed.Slice(at, length));
            at += Math.Max(length, 0);
        }
    }

    private static int LengthOf(int number)
    {
        var length = 1;
        for (; number >= 0x80; number >>= 7)
            length++;
        return length;
    }

    private static int WriteNumber(Span<byte> to, int number)
    {
        var at = 0;
        for (; number >= 0x80; number >>= 7)
            to[at++] = (byte)(number | 0x80);
        to[at++] = (byte)number;
        return at;
    }

    private static int ReadNumber(ReadOnlySpan<byte> from, ref int at)
    {
        var number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = from[at++];
            number |= (part & 0x7f) << shift;
            if (part < 0x80)
                return number;
        }
    }
}
