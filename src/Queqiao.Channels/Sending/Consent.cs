using Queqiao.Channels.Reading;

namespace Queqiao.Channels.Sending;

/// <summary>Pieces of OAuth dances that are alike.</summary>
internal static class Consent
{
    /// <summary>The platform's page, or what the settings say instead.</summary>
    public static Uri Page(ChannelSettings settings, string host, string path, params (string Name, string Value)[] query) => new(settings.ApiBase(host) + path + "?" + Form.Write(query));

    public static AuthorisationOutcome Granted(string? account, params (string Field, string Value)[] settings) => Granted(account, null, null, settings);

    /// <param name="account">What the platform calls it.</param>
    /// <param name="until">When the consent ends.</param>
    /// <param name="left">What is left to do.</param>
    /// <param name="settings">What came by it.</param>
    public static AuthorisationOutcome Granted(string? account, DateTimeOffset? until, Words? left, params (string Field, string Value)[] settings) =>
        new AuthorisationOutcome.Granted(settings.ToDictionary(one => one.Field, one => one.Value, StringComparer.Ordinal), account) { Until = until, Left = left };
}
