using System.Globalization;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>How the node leaves.</summary>
internal sealed record GatewayOptions
{
    /// <summary>What is under way has so long to end; then it is cut. Nothing acknowledged is lost by that.</summary>
    public static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(8);

    /// <summary>How long the node serves on after it was told to stop, while <c>/health/ready</c> says no (<c>--drain</c>, in seconds): for balancers.</summary>
    public TimeSpan Drain { get; init; }

    public static GatewayOptions Read(IConfiguration configuration)
    {
        if (Setting.Of(configuration, "drain") is not { } text)
            return new GatewayOptions();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 300
            ? new GatewayOptions { Drain = TimeSpan.FromSeconds(seconds) }
            : throw new InvalidSettingException("drain", "must be a number of seconds from 0 to 300.");
    }
}

/// <summary>When those who are sent away shall come back: spread so that a server that has just started lets in a few hundred a second.</summary>
internal static class Comeback
{
    private const double Soonest = 1000;
    private const double PerSecond = 500;
    private const double Longest = 15_000;

    /// <param name="connections">How many are sent away.</param>
    /// <param name="chance">From 0 to 1, another for each.</param>
    public static TimeSpan For(int connections, double chance) =>
        TimeSpan.FromMilliseconds(Soonest + chance * Math.Clamp(connections / PerSecond * 1000, 1000, Longest));
}
