using System.Buffers.Binary;

namespace Queqiao.Server.Platform.Files;

/// <summary>
/// Width and height as an image's header says, without decoding: a few bytes may claim gigabytes of pixels, and no decoder is
/// started before that is known.
/// </summary>
internal static class ImageHeader
{
    /// <summary>Most pixels of an image that is decoded; of an animation, of all its frames.</summary>
    public const long MostPixels = 40_000_000;

    /// <summary>Null when the header is not one of this type.</summary>
    /// <param name="contentType">image/jpeg, image/png, image/gif or image/webp.</param>
    /// <param name="image">The whole image, at its beginning; read as far as needed.</param>
    public static (int Width, int Height)? Read(string contentType, Stream image)
    {
        try
        {
            return contentType switch
            {
                "image/png" => Png(image),
                "image/gif" => Gif(image),
                "image/webp" => Webp(image),
                "image/jpeg" => Jpeg(image),
                _ => null,
            };
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    // W3C PNG 11.2.2: IHDR is the first chunk.
    private static (int, int)? Png(Stream image)
    {
        Span<byte> head = stackalloc byte[24];
        image.ReadExactly(head);
        return head[12..16].SequenceEqual("IHDR"u8)
            ? Sides(BinaryPrimitives.ReadUInt32BigEndian(head[16..]), BinaryPrimitives.ReadUInt32BigEndian(head[20..]))
            : null;
    }

    private static (int, int)? Gif(Stream image)
    {
        Span<byte> head = stackalloc byte[10];
        image.ReadExactly(head);
        return Sides(BinaryPrimitives.ReadUInt16LittleEndian(head[6..]), BinaryPrimitives.ReadUInt16LittleEndian(head[8..]));
    }

    // RFC 9649: VP8X, VP8L or VP8 follows the RIFF header.
    private static (int, int)? Webp(Stream image)
    {
        Span<byte> head = stackalloc byte[30];
        image.ReadExactly(head);
        var kind = head[12..16];
        if (kind.SequenceEqual("VP8X"u8))
            return Sides(1u + Three(head[24..]), 1u + Three(head[27..]));
        if (kind.SequenceEqual("VP8L"u8) && head[20] == 0x2F)
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(head[21..]);
            return Sides((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1);
        }
        return kind.SequenceEqual("VP8 "u8)
            ? Sides(BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3FFFu, BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3FFFu)
            : null;

        static uint Three(ReadOnlySpan<byte> at) => at[0] | ((uint)at[1] << 8) | ((uint)at[2] << 16);
    }

    // ITU-T T.81 annex B: segments up to a start of frame (SOF0–15 without DHT, JPG and DAC).
    private static (int, int)? Jpeg(Stream image)
    {
        Span<byte> head = stackalloc byte[7];
        image.ReadExactly(head[..2]);
        for (var segments = 0; segments < 1000; segments++)
        {
            image.ReadExactly(head[..2]);
            while (head[1] == 0xFF)
                image.ReadExactly(head[1..2]); // fill bytes
            if (head[0] != 0xFF || head[1] is 0xD9 or 0xDA)
                return null;
            if (head[1] is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;
            var marker = head[1];
            image.ReadExactly(head[..2]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(head) - 2;
            if (length < 0)
                return null;
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                image.ReadExactly(head[..5]);
                return Sides(BinaryPrimitives.ReadUInt16BigEndian(head[3..]), BinaryPrimitives.ReadUInt16BigEndian(head[1..]));
            }
            image.Seek(length, SeekOrigin.Current);
        }
        return null;
    }

    private static (int, int)? Sides(uint width, uint height) => width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue ? ((int)width, (int)height) : null;
}
