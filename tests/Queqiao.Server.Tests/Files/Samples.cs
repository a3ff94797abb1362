using System.Buffers.Binary;
using NetVips;

namespace Queqiao.Server.Tests.Files;

/// <summary>Files made on the spot.</summary>
internal static class Samples
{
    public const string Canary = "CANARY-39.9042N-116.4074E";

    /// <summary>A picture with noise, so that it does not compress to nothing.</summary>
    public static byte[] Jpeg(int width = 800, int height = 600)
    {
        using var image = Noise(width, height);
        return image.JpegsaveBuffer(q: 80);
    }

    public static byte[] Png(int width = 60, int height = 40)
    {
        using var image = Noise(width, height);
        return image.PngsaveBuffer();
    }

    public static byte[] Webp()
    {
        using var image = Noise(64, 48);
        return image.WebpsaveBuffer();
    }

    public static byte[] Gif(int frames = 3)
    {
        var one = Enumerable.Range(0, frames).Select(n => (Image)(Image.Black(40, 30) + n * 40)).ToArray();
        using var all = Image.Arrayjoin(one, across: 1).Copy();
        using var pages = all.Mutate(image => image.Set(GValue.GIntType, "page-height", 30));
        return pages.GifsaveBuffer();
    }

    /// <summary>A photo that lies on its side and says where and by whom it was taken.</summary>
    public static byte[] PhotoWithSecrets()
    {
        using var image = Noise(300, 200);
        using var marked = image.Mutate(change =>
        {
            change.Set(GValue.GStrType, "exif-ifd0-ImageDescription", $"{Canary} (ASCII)");
            change.Set(GValue.GStrType, "exif-ifd0-Orientation", "6");
            change.Set(GValue.GIntType, "orientation", 6);
        });
        var bytes = marked.JpegsaveBuffer(q: 90, keep: Enums.ForeignKeep.All);
        return [.. bytes, .. System.Text.Encoding.ASCII.GetBytes(Canary + "<script>alert(1)</script>")];
    }

    /// <summary>A PNG of a few bytes that says it is as large as this.</summary>
    public static byte[] PngThatClaims(uint width, uint height)
    {
        var png = Png(1, 1);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        return png;
    }

    /// <summary>Silence: 8 kHz, 8 bits.</summary>
    public static byte[] Wav(int seconds)
    {
        var samples = seconds * 8000;
        var wav = new byte[44 + samples];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), 36 + samples);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 8000);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 8);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples);
        wav.AsSpan(44).Fill(128);
        return wav;
    }

    private static Image Noise(int width, int height) => Image.Gaussnoise(width, height, mean: 128, sigma: 40, seed: 7).Cast(Enums.BandFormat.Uchar);

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
