using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Queqiao.Server.Platform.Web;

/// <summary>
/// Built files, answered from memory. A file is read again when it changed on disk; a <c>.br</c> or <c>.gz</c> beside it (publish
/// makes them) is used, otherwise it is compressed once, when first asked for. Unlike MapStaticAssets this needs no manifest and
/// works the same from a build, a publish and a test, built or not.
/// </summary>
internal sealed class AssetFolder(string root)
{
    private const int LeastWorthCompressing = 860;
    private static readonly FileExtensionContentTypeProvider Types = new();
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) + Path.DirectorySeparatorChar;
    private readonly ConcurrentDictionary<string, Asset> _known = new(StringComparer.Ordinal);

    /// <summary>One file: its bytes plain and compressed, and when the disk said so.</summary>
    private sealed class Asset
    {
        private readonly byte[] _plain;
        private readonly Lazy<byte[]?> _brotli;
        private readonly Lazy<byte[]?> _gzip;

        public Asset(string path, DateTime changedAt, string contentType)
        {
            _plain = File.ReadAllBytes(path);
            _brotli = new(() => Compressed(path + ".br", Squeeze));
            _gzip = new(() => Compressed(path + ".gz", Zip));
            ChangedAt = changedAt;
            ContentType = contentType;
            Hash = Convert.ToHexStringLower(SHA256.HashData(_plain));
        }

        public DateTime ChangedAt { get; }

        public string ContentType { get; }

        public string Hash { get; }

        public string Text => System.Text.Encoding.UTF8.GetString(_plain);

        public bool IsText => ContentType.StartsWith("text/", StringComparison.Ordinal) || ContentType.Contains("json", StringComparison.Ordinal)
            || ContentType.Contains("xml", StringComparison.Ordinal);

        public (byte[] Bytes, string? Encoding) As(HttpRequest request)
        {
            if (!IsText || _plain.Length < LeastWorthCompressing)
                return (_plain, null);
            if (Takes(request, "br") && _brotli.Value is { } br)
                return (br, "br");
            return Takes(request, "gzip") && _gzip.Value is { } gz ? (gz, "gzip") : (_plain, null);
        }

        private byte[]? Compressed(string sibling, Func<byte[], byte[]> compress)
        {
            var bytes = File.Exists(sibling) && File.GetLastWriteTimeUtc(sibling) >= ChangedAt ? File.ReadAllBytes(sibling) : compress(_plain);
            return bytes.Length < _plain.Length ? bytes : null;
        }

        private static byte[] Squeeze(byte[] plain)
        {
            var room = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
            BrotliEncoder.TryCompress(plain, room, out var written, quality: 6, window: 22);
            return room[..written];
        }

        private static byte[] Zip(byte[] plain)
        {
            using var target = new MemoryStream();
            using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
                gzip.Write(plain);
            return target.ToArray();
        }

        private static bool Takes(HttpRequest request, string encoding) =>
            StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var asked)
            && asked.Any(a => a.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);
    }

    /// <summary>The start of the SHA-256 of a file as lower hex, or null when there is no such file.</summary>
    public string? HashOf(string name, int digits) => Find(name)?.Hash[..digits];

    public bool Has(string name) => Find(name) is not null;

    /// <summary>A name whose ending is that of a file we could serve; a page's address has none.</summary>
    public static bool LooksLikeFile(string name) => Types.TryGetContentType(name, out _);

    /// <summary>What a text file says; null when there is no such file.</summary>
    public string? Text(string name) => Find(name)?.Text;

    /// <summary>Answers with the file, or with 304; false and nothing written when there is no such file.</summary>
    public async Task<bool> TryServe(HttpContext context, string name, string cacheControl)
    {
        if (Find(name) is not { } asset)
            return false;

        var (bytes, encoding) = asset.As(context.Request);
        var tag = new EntityTagHeaderValue($"\"{asset.Hash[..32]}{(encoding is null ? "" : "-" + encoding)}\"");
        var response = context.Response;
        response.Headers.ETag = tag.ToString();
        response.Headers.CacheControl = cacheControl;
        if (asset.IsText)
            response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (IsKnown(context.Request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return true;
        }

        response.ContentType = asset.ContentType;
        response.ContentLength = bytes.Length;
        if (encoding is not null)
            response.Headers.ContentEncoding = encoding;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(bytes, context.RequestAborted);
        return true;
    }

    private static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(k => k.Equals(EntityTagHeaderValue.Any) || k.Compare(tag, useStrongComparison: false));

    private Asset? Find(string name)
    {
        if (!IsPlainName(name) || !Types.TryGetContentType(name, out var type))
            return null;
        var path = Path.GetFullPath(Path.Combine(_root, name));
        if (!path.StartsWith(_root, StringComparison.Ordinal) || !File.Exists(path))
            return null;

        var changedAt = File.GetLastWriteTimeUtc(path);
        if (_known.TryGetValue(path, out var known) && known.ChangedAt == changedAt)
            return known;
        try
        {
            return _known[path] = new Asset(path, changedAt, type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type);
        }
        catch (IOException)
        {
            return null;                                        // a build is replacing it at this moment
        }
    }

    // The build makes only such names. Hidden files, "..", back slashes and control characters never reach the disk.
    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= 200
        && name.AsSpan().IndexOfAnyExcept(PlainCharacters) < 0
        && !name.StartsWith('.') && !name.StartsWith('/') && !name.Contains("/.", StringComparison.Ordinal);

    private static readonly System.Buffers.SearchValues<char> PlainCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/@~+");
}
