using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;
using Refusal = Queqiao.Server.Platform.Problems.Refusal;

namespace Queqiao.Server.Channels.Configuring;

/// <summary>What an administrator entered, apart: what may be shown, and what is secret.</summary>
internal sealed record SplitSettings(IReadOnlyDictionary<string, string> Open, IReadOnlyDictionary<string, string> Secret)
{
    public static readonly SplitSettings Empty = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    public ChannelSettings Whole() => new(Open.Concat(Secret).ToDictionary(one => one.Key, one => one.Value, StringComparer.Ordinal));

    public override string ToString() => "channel settings";
}

/// <summary>Settings of a kind with a schema: read, checked and kept.</summary>
internal static class AdapterSettings
{
    private const int MostValue = 20_000;
    private const string Purpose = "channel secrets";

    /// <summary>The key in the webhook's address, for providers that sign nothing.</summary>
    public const string HookSecret = "hookSecret";

    /// <summary>What was given over what there was: open settings are replaced as a whole; a secret that is not given stays, an empty one goes.</summary>
    public static (SplitSettings? Settings, Refusal? Refusal) Read(JsonElement given, SplitSettings before, IChannelKind kind) => Read(given, before, kind.Descriptor.Settings, kind.Check);

    /// <param name="schema">The fields.</param>
    /// <param name="check">What the schema cannot say, by field.</param>
    public static (SplitSettings? Settings, Refusal? Refusal) Read(JsonElement given, SplitSettings before, IReadOnlyList<SettingField> schema, Func<ChannelSettings, IEnumerable<(string Field, string Code)>> check)
    {
        if (given.ValueKind != JsonValueKind.Object)
            return (null, Refusal.Invalid("settings", "invalid_json"));
        var fields = schema.ToDictionary(field => field.Key, StringComparer.Ordinal);
        var (open, secret) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(before.Secret, StringComparer.Ordinal));
        var faults = new List<(string Field, FieldFault Fault)>();
        foreach (var member in given.EnumerateObject())
        {
            if (!fields.TryGetValue(member.Name, out var field))
                faults.Add(("settings." + member.Name, new("unknown_member")));
            else if (TextOf(member.Value) is not { } text)
                faults.Add(("settings." + member.Name, new("invalid_json")));
            else if (text.Length > 0 && FaultOf(field, text) is { } fault)
                faults.Add(("settings." + member.Name, fault));
            else if (!field.IsSecret && text.Length > 0)
                open[field.Key] = text;
            else if (field.IsSecret && member.Value.ValueKind != JsonValueKind.Null)
                Put(secret, field.Key, text);
        }
        if (fields.ContainsKey(HookSecret) && !secret.ContainsKey(HookSecret))
            secret[HookSecret] = TokenText.New().Reveal(); // nobody has to think of one
        var settings = new SplitSettings(open, secret);
        faults.AddRange(schema.Where(field => field.Required && !field.Granted && field.Default is null && !open.ContainsKey(field.Key) && !secret.ContainsKey(field.Key))
            .Where(field => faults.All(fault => fault.Field != "settings." + field.Key)).Select(field => ("settings." + field.Key, new FieldFault("required"))));
        if (faults.Count == 0)
            faults.AddRange(check(settings.Whole()).Select(fault => ("settings." + fault.Field, new FieldFault(fault.Code))));
        return Refusal.Of(faults) is { } refusal ? (null, refusal) : (settings, null);
    }

    public static string Text(IReadOnlyDictionary<string, string> open) => JsonSerializer.Serialize(open, StrictJson.Options);

    public static byte[]? Seal(IVault vault, int ws, Guid channel, IReadOnlyDictionary<string, string> secret) =>
        secret.Count == 0 ? null : vault.Seal(ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(secret, StrictJson.Options), channel);

    /// <summary>The settings of a stored channel.</summary>
    public static SplitSettings Of(IVault vault, Storage.Channel channel) => new(
        Parse(channel.Settings), channel.Secrets is { } secrets ? Parse(System.Text.Encoding.UTF8.GetString(vault.Open(channel.Ws, Purpose, secrets, channel.Id))) : SplitSettings.Empty.Secret);

    /// <summary>Settings as they are stored.</summary>
    public static Dictionary<string, string> Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(json, TolerantJson.Options) ?? [];
        }
        catch (JsonException fault)
        {
            // else it would be answered as a fault of the caller's JSON (docs/decisions/0002)
            throw new InvalidOperationException("The stored settings of a channel cannot be read.", fault);
        }
    }

    private static void Put(Dictionary<string, string> values, string key, string text)
    {
        if (text.Length == 0)
            values.Remove(key);
        else
            values[key] = text;
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Trim(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Null => "",
        _ => null,
    };

    private static FieldFault? FaultOf(SettingField field, string text)
    {
        if (text.Length > MostValue)
            return new("too_long", MostValue);
        if (field.Type != SettingType.Multiline && !field.IsSecret && text.Any(char.IsControl))
            return new("control_characters");
        if (field.Choices.Count > 0 && !field.Choices.Contains(text))
            return new("not_one_of", string.Join(", ", field.Choices));
        if (field.Pattern is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
            return new("invalid_format");
        return field.Type switch
        {
            SettingType.Url when !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http") => new("invalid_url"),
            SettingType.Number when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) => new("invalid_number"),
            SettingType.Toggle when text is not ("true" or "false") => new("not_one_of", "true, false"),
            _ => null,
        };
    }
}
