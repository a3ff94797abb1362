namespace Queqiao.Server.Platform.Web;

/// <summary>One setting has one name: <c>--trusted-proxies</c> on the command line is <c>QUEQIAO_TRUSTED_PROXIES</c> in the environment.</summary>
internal static class Setting
{
    public static string? Of(IConfiguration configuration, string name)
    {
        var value = configuration[name] ?? configuration[VariableOf(name)];
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }

    /// <summary>Values between commas, semicolons or spaces.</summary>
    public static string[] List(IConfiguration configuration, string name) =>
        Of(configuration, name)?.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>True for on, true, yes, 1; false for off, false, no, 0 and nothing at all; anything else stops the start.</summary>
    public static bool Switch(IConfiguration configuration, string name, bool otherwise = false) =>
        Of(configuration, name)?.ToUpperInvariant() switch
        {
            null => otherwise,
            "ON" or "TRUE" or "YES" or "1" => true,
            "OFF" or "FALSE" or "NO" or "0" => false,
            var other => throw new InvalidSettingException(name, $"'{other}' is neither on nor off."),
        };

    public static string VariableOf(string name) => "QUEQIAO_" + name.Replace('-', '_').ToUpperInvariant();
}

/// <summary>A setting that cannot be meant. The host prints the message and does not start.</summary>
public sealed class InvalidSettingException(string name, string reason)
    : Exception($"--{name} ({Setting.VariableOf(name)}): {reason}");
