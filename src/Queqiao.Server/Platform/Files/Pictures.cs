using NetVips;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Files;

/// <param name="Bytes">Encoded anew, in the format it had.</param>
/// <param name="Thumb">WebP, at most <see cref="Pictures.ThumbSide"/> on each side; null when the image is no larger.</param>
internal sealed record Picture(byte[] Bytes, byte[]? Thumb, int Width, int Height);

/// <summary>
/// Decodes an image and encodes it again: what was hidden in metadata, behind the end or between the lines is gone (where the photo
/// was taken, a script in a comment). Only four decoders can be reached, their pixels were counted before
/// (<see cref="ImageHeader"/>), few run at once and none for long.
/// </summary>
internal sealed class Pictures(ILogger<Pictures> log) : IDisposable
{
    public const int ThumbSide = 480;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(20);
    private static readonly Lazy<Exception?> Library = new(Prepare);

    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>False on a machine without the native library: images are then handed on as files and never shown in place.</summary>
    public bool Work
    {
        get
        {
            if (Library.Value is { } trouble)
                log.Fault(LogLevel.Warning, trouble, "Images cannot be decoded on this machine; they are sent as plain files");
            return Library.Value is null;
        }
    }

    /// <summary>Null when it cannot be decoded.</summary>
    public async Task<Picture?> Encode(string contentType, byte[] image, CancellationToken ct)
    {
        await _places.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Encode(contentType, image), ct);
        }
        catch (VipsException unreadable)
        {
            log.Fault(LogLevel.Information, unreadable, "An image could not be decoded");
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    private static Picture? Encode(string contentType, byte[] image)
    {
        using var loaded = Load(contentType, image);
        if ((long)loaded.Width * loaded.Height > ImageHeader.MostPixels)
            return null;
        using var kill = new Timer(static state => ((Image)state!).SetKill(true), loaded, MostTime, Timeout.InfiniteTimeSpan);
        var isAnimated = loaded.Contains("n-pages") && loaded.Height > loaded.PageHeight;
        using var upright = isAnimated ? loaded.Copy() : loaded.Autorot();
        using var plain = InPlainColours(upright);
        var bytes = Save(contentType, plain);
        var (width, height) = (plain.Width, plain.PageHeight);
        return new Picture(bytes, Math.Max(width, height) > ThumbSide ? Thumb(contentType, bytes) : null, width, height);
    }

    private static Image Load(string contentType, byte[] image)
    {
        var first = Open(contentType, image, 1);
        if (contentType is not ("image/gif" or "image/webp") || !first.Contains("n-pages") || (int)first.Get("n-pages") is var pages && pages <= 1)
            return first;
        // All frames when they fit, else the first one.
        if ((long)first.Width * first.Height * pages > ImageHeader.MostPixels || pages > 600)
            return first;
        first.Dispose();
        return Open(contentType, image, -1);
    }

    private static Image Open(string contentType, byte[] image, int pages) => contentType switch
    {
        "image/jpeg" => Image.JpegloadBuffer(image, failOn: Enums.FailOn.Truncated),
        "image/png" => Image.PngloadBuffer(image, failOn: Enums.FailOn.Truncated),
        "image/gif" => Image.GifloadBuffer(image, n: pages, failOn: Enums.FailOn.Truncated),
        "image/webp" => Image.WebploadBuffer(image, n: pages, failOn: Enums.FailOn.Truncated),
        _ => throw new InvalidOperationException($"{contentType} is not decoded."),
    };

    /// <summary>The colour profile goes with the metadata, so the colours are turned into what everybody assumes without one.</summary>
    private static Image InPlainColours(Image image)
    {
        if (!image.Contains("icc-profile-data"))
            return image.Interpretation == Enums.Interpretation.Cmyk ? image.Colourspace(Enums.Interpretation.Srgb) : image.Copy();
        try
        {
            return image.IccTransform("srgb", embedded: true, intent: Enums.Intent.Perceptual);
        }
        catch (VipsException)
        {
            return image.Colourspace(Enums.Interpretation.Srgb); // a profile that is broken
        }
    }

    private static byte[] Save(string contentType, Image image) => contentType switch
    {
        "image/jpeg" => image.JpegsaveBuffer(q: 88, keep: Enums.ForeignKeep.None),
        "image/png" => image.PngsaveBuffer(compression: 6, keep: Enums.ForeignKeep.None),
        "image/gif" => image.GifsaveBuffer(keep: Enums.ForeignKeep.None),
        _ => image.WebpsaveBuffer(q: 88, keep: Enums.ForeignKeep.None),
    };

    private static byte[] Thumb(string contentType, byte[] safe)
    {
        using var opened = Open(contentType, safe, 1);
        using var small = opened.ThumbnailImage(ThumbSide, height: ThumbSide, size: Enums.Size.Down);
        return small.WebpsaveBuffer(q: 75, keep: Enums.ForeignKeep.None);
    }

    private static Exception? Prepare()
    {
        try
        {
            NetVips.NetVips.Concurrency = 1;
            Cache.Max = 0;
            NetVips.NetVips.BlockUntrusted = true;
            Operation.Block("VipsForeignLoad", true);
            foreach (var decoder in (string[])["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadNsgif", "VipsForeignLoadWebp"])
                Operation.Block(decoder, false);
            return null;
        }
        catch (Exception missing) when (missing is TypeInitializationException or DllNotFoundException or VipsException or BadImageFormatException)
        {
            return missing;
        }
    }

    public void Dispose() => _places.Dispose();
}
