using System.Text;

namespace Queqiao.Server.Platform.Files;

/// <summary>The kinds of the API (api.md).</summary>
internal static class FileKind
{
    public const string Image = "image";
    public const string Audio = "audio";
    public const string Video = "video";
    public const string File = "file";
}

/// <summary>A type of file that is taken: how it is called, what it is to the reader, and how its first bytes look.</summary>
/// <param name="Kind">image, audio, video or file. Only images that are re-encoded, audio and video are ever shown in place.</param>
/// <param name="ContentType">What it is served as.</param>
/// <param name="Looks">Whether the first bytes can be of this type.</param>
internal sealed record FileType(string Kind, string ContentType, FileTypes.FirstBytes Looks);

/// <summary>
/// What may be uploaded: by extension and by content, which must agree. A type that is not listed is refused: a list of
/// dangerous ones is never complete.
/// </summary>
internal static class FileTypes
{
    public delegate bool FirstBytes(ReadOnlySpan<byte> head);

    /// <summary>How many first bytes <see cref="Check"/> wants.</summary>
    public const int HeadLength = 4096;

    private const string Binary = "application/octet-stream";

    private static readonly Dictionary<string, FileType> All = Table();

    /// <summary>The type that the extension names; null when it is not taken.</summary>
    public static FileType? ByName(string name) => All.GetValueOrDefault(FileName.ExtensionOf(name));

    public static IEnumerable<string> Extensions => All.Keys;

    /// <summary>Null when content and extension agree, else a message code.</summary>
    public static string? Check(FileType type, ReadOnlySpan<byte> head) =>
        IsProgram(head) ? "file_type_not_allowed" : type.Looks(head) ? null : "file_type_mismatch";

    /// <summary>Programs, whatever they are called: Windows, Linux, macOS, Java, scripts with an interpreter line, shortcuts.</summary>
    private static bool IsProgram(ReadOnlySpan<byte> head) =>
        head.StartsWith("MZ"u8) && !IsText(head) || head.StartsWith("\u007fELF"u8) || head.StartsWith("#!"u8)
        || Starts(head, 0xCF, 0xFA, 0xED, 0xFE) || Starts(head, 0xCE, 0xFA, 0xED, 0xFE) || Starts(head, 0xFE, 0xED, 0xFA, 0xCE) || Starts(head, 0xFE, 0xED, 0xFA, 0xCF)
        || Starts(head, 0xCA, 0xFE, 0xBA, 0xBE) || Starts(head, 0x4C, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00);

    private static Dictionary<string, FileType> Table()
    {
        var all = new Dictionary<string, FileType>(StringComparer.Ordinal);
        void Add(string extensions, string kind, string contentType, FirstBytes looks)
        {
            foreach (var extension in extensions.Split(' '))
                all.Add(extension, new FileType(kind, contentType, looks));
        }

        Add("jpg jpeg jfif", FileKind.Image, "image/jpeg", head => Starts(head, 0xFF, 0xD8, 0xFF));
        Add("png", FileKind.Image, "image/png", head => Starts(head, 0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A));
        Add("gif", FileKind.Image, "image/gif", head => head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8));
        Add("webp", FileKind.Image, "image/webp", head => IsRiff(head, "WEBP"u8));
        // Not decoded here, so never shown in place: handed on as they are.
        Add("bmp", FileKind.File, "image/bmp", head => head.StartsWith("BM"u8));
        Add("tif tiff", FileKind.File, "image/tiff", head => Starts(head, 0x49, 0x49, 0x2A, 0) || Starts(head, 0x4D, 0x4D, 0, 0x2A));
        Add("heic heif avif", FileKind.File, "image/heic", IsMpeg4);
        Add("svg", FileKind.File, Binary, IsText);

        Add("mp3", FileKind.Audio, "audio/mpeg", head => head.StartsWith("ID3"u8) || IsMpegFrame(head));
        Add("m4a", FileKind.Audio, "audio/mp4", IsMpeg4);
        Add("aac", FileKind.Audio, "audio/aac", head => head.Length > 1 && head[0] == 0xFF && (head[1] & 0xF6) == 0xF0);
        Add("ogg oga opus", FileKind.Audio, "audio/ogg", head => head.StartsWith("OggS"u8));
        Add("wav", FileKind.Audio, "audio/wav", head => IsRiff(head, "WAVE"u8));
        Add("flac", FileKind.Audio, "audio/flac", head => head.StartsWith("fLaC"u8));
        Add("weba", FileKind.Audio, "audio/webm", IsMatroska);
        Add("amr", FileKind.File, "audio/amr", head => head.StartsWith("#!AMR"u8));
        Add("mp4 m4v", FileKind.Video, "video/mp4", IsMpeg4);
        Add("mov", FileKind.Video, "video/quicktime", IsMpeg4);
        Add("webm", FileKind.Video, "video/webm", IsMatroska);
        Add("ogv", FileKind.Video, "video/ogg", head => head.StartsWith("OggS"u8));
        Add("avi", FileKind.File, Binary, head => IsRiff(head, "AVI "u8));
        Add("mkv", FileKind.File, Binary, IsMatroska);

        Add("pdf", FileKind.File, "application/pdf", head => head[..Math.Min(1024, head.Length)].IndexOf("%PDF-"u8) >= 0);
        Add("docx", FileKind.File, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", IsZip);
        Add("xlsx", FileKind.File, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", IsZip);
        Add("pptx", FileKind.File, "application/vnd.openxmlformats-officedocument.presentationml.presentation", IsZip);
        Add("odt ods odp epub pages numbers key ofd", FileKind.File, Binary, IsZip);
        Add("doc", FileKind.File, "application/msword", IsOle);
        Add("xls", FileKind.File, "application/vnd.ms-excel", IsOle);
        Add("ppt wps et dps msg", FileKind.File, Binary, IsOle);
        Add("rtf", FileKind.File, "application/rtf", head => head.StartsWith("{\\rtf"u8));
        Add("txt log md csv tsv json xml yaml yml ini eml ics vcf srt", FileKind.File, "text/plain", IsText);
        Add("html htm", FileKind.File, Binary, IsText);
        Add("zip", FileKind.File, "application/zip", head => IsZip(head) || Starts(head, 0x50, 0x4B, 5, 6));
        Add("rar", FileKind.File, Binary, head => head.StartsWith("Rar!\u001a\u0007"u8));
        Add("7z", FileKind.File, Binary, head => Starts(head, 0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C));
        Add("gz tgz", FileKind.File, Binary, head => Starts(head, 0x1F, 0x8B));
        Add("tar", FileKind.File, Binary, head => head.Length > 262 && head[257..].StartsWith("ustar"u8));
        return all;
    }

    private static bool Starts(ReadOnlySpan<byte> head, params ReadOnlySpan<byte> with) => head.StartsWith(with);

    private static bool IsRiff(ReadOnlySpan<byte> head, ReadOnlySpan<byte> form) => head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith(form);

    private static bool IsMpeg4(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && (head[4..].StartsWith("ftyp"u8) || head[4..].StartsWith("moov"u8) || head[4..].StartsWith("mdat"u8) || head[4..].StartsWith("wide"u8));

    private static bool IsMatroska(ReadOnlySpan<byte> head) => Starts(head, 0x1A, 0x45, 0xDF, 0xA3);

    private static bool IsMpegFrame(ReadOnlySpan<byte> head) => head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0 && (head[1] & 0x06) != 0;

    private static bool IsZip(ReadOnlySpan<byte> head) => Starts(head, 0x50, 0x4B, 3, 4);

    private static bool IsOle(ReadOnlySpan<byte> head) => Starts(head, 0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1);

    /// <summary>No control characters but white space: UTF-8, GB 18030 and the like, or UTF-16 with a mark.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (Starts(head, 0xFF, 0xFE) || Starts(head, 0xFE, 0xFF))
            return !head.StartsWith(Encoding.Unicode.GetPreamble()) || head.Length % 2 == 0 || head.Length == HeadLength;
        foreach (var letter in head)
        {
            if (letter < 0x20 && letter is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or 0x0C or 0x1B))
                return false;
        }
        return true;
    }
}
