namespace Queqiao.Server.Identity;

/// <summary>Stored instants as the API writes them.</summary>
internal static class Instants
{
    public static DateTimeOffset Of(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs);

    public static DateTimeOffset? Of(long? unixMs) => unixMs is { } at ? Of(at) : null;
}
