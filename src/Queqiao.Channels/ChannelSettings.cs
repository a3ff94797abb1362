using System.Globalization;

namespace Queqiao.Channels;

/// <summary>An account's settings as the administrator entered them. Prints no value: some are secret.</summary>
public sealed class ChannelSettings(IReadOnlyDictionary<string, string> values)
{
    private const int ShortestSecret = 4;

    /// <summary>The value, or an empty string when there is none.</summary>
    public string this[string key] => values.TryGetValue(key, out var value) ? value.Trim() : "";

    public bool Has(string key) => this[key].Length > 0;

    public bool IsOn(string key) => this[key] is "true" or "1" or "on";

    public double? Number(string key) =>
        double.TryParse(this[key], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    /// <summary>The provider's address, or what the settings say instead; without a slash at the end.</summary>
    public string ApiBase(string otherwise) => (Has(CommonFields.ApiBaseUrl) ? this[CommonFields.ApiBaseUrl] : otherwise).TrimEnd('/');

    /// <summary>Replaces every value that is a secret of these settings: for texts that came from outside.</summary>
    public string Redact(string text, IEnumerable<SettingField> fields) =>
        fields.Where(field => field.IsSecret && this[field.Key].Length >= ShortestSecret)
            .Aggregate(text, (redacted, field) => redacted.Replace(this[field.Key], "***", StringComparison.Ordinal));

    public override string ToString() => $"settings ({values.Count})";
}
