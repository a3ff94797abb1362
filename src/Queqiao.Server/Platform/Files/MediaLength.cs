using System.Buffers.Binary;

namespace Queqiao.Server.Platform.Files;

/// <summary>How long a recording is, as its own header says; null when it does not say so in a simple way.</summary>
internal static class MediaLength
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(24);

    /// <param name="contentType">Of the file.</param>
    /// <param name="part">The first or the last bytes: cameras write the header at the end.</param>
    public static TimeSpan? Find(string contentType, ReadOnlySpan<byte> part) => contentType switch
    {
        "audio/wav" => Wav(part),
        "audio/mp4" or "video/mp4" or "video/quicktime" => Mpeg4(part),
        _ => null,
    };

    private static TimeSpan? Wav(ReadOnlySpan<byte> part)
    {
        var format = part.IndexOf("fmt "u8);
        var data = part.IndexOf("data"u8);
        if (format < 0 || data < 0 || part.Length < format + 20 || part.Length < data + 8)
            return null;
        var perSecond = BinaryPrimitives.ReadUInt32LittleEndian(part[(format + 16)..]);
        return perSecond == 0 ? null : Sane(BinaryPrimitives.ReadUInt32LittleEndian(part[(data + 4)..]) / (double)perSecond);
    }

    // ISO/IEC 14496-12 8.2.2: movie header, version 0 with 32-bit and version 1 with 64-bit times.
    private static TimeSpan? Mpeg4(ReadOnlySpan<byte> part)
    {
        var at = part.IndexOf("mvhd"u8) + 4;
        if (at < 4 || part.Length < at + 32)
            return null;
        var wide = part[at] == 1;
        var scale = BinaryPrimitives.ReadUInt32BigEndian(part[(at + (wide ? 20 : 12))..]);
        var length = wide ? BinaryPrimitives.ReadUInt64BigEndian(part[(at + 24)..]) : BinaryPrimitives.ReadUInt32BigEndian(part[(at + 16)..]);
        return scale == 0 ? null : Sane(length / (double)scale);
    }

    private static TimeSpan? Sane(double seconds) => seconds > 0 && seconds < Most.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
}
