using System.Diagnostics;

namespace Queqiao.Bench;

/// <summary>Nanoseconds of the monotonic clock.</summary>
internal static class Clock
{
    public const long Millisecond = 1_000_000;
    public const long Second = 1_000_000_000;

    /// <summary>Stopwatch ticks are nanoseconds on Linux.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    public static long Of(TimeSpan span) => span.Ticks * 100;

    public static double Milliseconds(long nanoseconds) => Math.Round(nanoseconds / (double)Millisecond, 3);
}
