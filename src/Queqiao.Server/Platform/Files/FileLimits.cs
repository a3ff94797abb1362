using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Files;

/// <summary>How much may be uploaded. One place: the clients are told from here.</summary>
internal sealed record FileLimits
{
    private const long Mebi = 1024 * 1024;

    /// <summary>Largest file of any kind (<c>--file-max</c>, in MiB); the kinds' own limits hold besides.</summary>
    public long Largest { get; init; } = 100 * Mebi;

    public long LargestImage { get; init; } = 20 * Mebi;

    public long LargestAudio { get; init; } = 25 * Mebi;

    public long LargestVideo { get; init; } = 100 * Mebi;

    public long LargestOther { get; init; } = 50 * Mebi;

    /// <summary>What one visitor may upload in 24 hours.</summary>
    public long VisitorBytes { get; init; } = 200 * Mebi;

    public int VisitorFiles { get; init; } = 50;

    /// <summary>What all files of a workspace may take (<c>--file-quota</c>, in GiB).</summary>
    public long WorkspaceBytes { get; init; } = 50L * 1024 * Mebi;

    /// <summary>Files in one message.</summary>
    public const int MostInMessage = 10;

    /// <summary>How long an upload may take, and a file may wait to be sent.</summary>
    public static readonly TimeSpan Unsent = TimeSpan.FromHours(24);

    /// <summary>clamd's address (<c>--clamd</c>): <c>tcp://127.0.0.1:3310</c> or <c>unix:/run/clamav/clamd.ctl</c>; null: nothing is scanned.</summary>
    public string? Clamd { get; init; }

    public long Of(string kind) => Math.Min(Largest, kind switch
    {
        FileKind.Image => LargestImage,
        FileKind.Audio => LargestAudio,
        FileKind.Video => LargestVideo,
        _ => LargestOther,
    });

    public static FileLimits Read(IConfiguration configuration)
    {
        var defaults = new FileLimits();
        var clamd = Setting.Of(configuration, "clamd");
        if (clamd is not null && ClamdAddress.Parse(clamd) is null)
            throw new InvalidSettingException("clamd", $"'{clamd}' is neither tcp://HOST:PORT nor unix:/PATH.");
        var largest = Number(configuration, "file-max", most: 10_240) is { } mebi ? mebi * Mebi : (long?)null;
        return defaults with
        {
            Clamd = clamd,
            Largest = largest ?? defaults.Largest,
            // Who raises the limit means all kinds but images: their limit is about decoding.
            LargestAudio = largest ?? defaults.LargestAudio,
            LargestVideo = largest ?? defaults.LargestVideo,
            LargestOther = largest ?? defaults.LargestOther,
            WorkspaceBytes = Number(configuration, "file-quota", most: 1_000_000) is { } gibi ? gibi * 1024 * Mebi : defaults.WorkspaceBytes,
        };
    }

    private static long? Number(IConfiguration configuration, string name, long most)
    {
        if (Setting.Of(configuration, name) is not { } text)
            return null;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= most
            ? value
            : throw new InvalidSettingException(name, $"must be a number from 1 to {most}.");
    }
}
