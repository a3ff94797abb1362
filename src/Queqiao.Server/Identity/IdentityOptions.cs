using System.Globalization;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity;

/// <summary>How long people stay signed in, and where the set-up link is printed.</summary>
internal sealed class IdentityOptions
{
    /// <summary>A session ends when nobody did anything for so long (<c>--session-idle</c>).</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends after so long, whatever happens (<c>--session-length</c>).</summary>
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromHours(10);

    /// <summary>Where the set-up link goes: people read it, programs do not.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Reads the settings; stops the start when one cannot be meant.</summary>
    public static IdentityOptions Read(IConfiguration configuration)
    {
        var defaults = new IdentityOptions();
        return new IdentityOptions
        {
            SessionIdle = Time(configuration, "session-idle", defaults.SessionIdle),
            SessionLength = Time(configuration, "session-length", defaults.SessionLength),
        };
    }

    /// <summary><c>30m</c>, <c>12h</c> or <c>2d</c>; at least a minute, at most 30 days.</summary>
    private static TimeSpan Time(IConfiguration configuration, string name, TimeSpan otherwise)
    {
        if (Setting.Of(configuration, name) is not { } text)
            return otherwise;
        var minutes = text[^1] switch { 'm' => 1, 'h' => 60, 'd' => 24 * 60, _ => 0 };
        return int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && (long)count * minutes is >= 1 and <= 30 * 24 * 60
            ? TimeSpan.FromMinutes(count * minutes)
            : throw new InvalidSettingException(name, $"'{text}' is no time like 30m, 12h or 2d (up to 30d).");
    }
}
