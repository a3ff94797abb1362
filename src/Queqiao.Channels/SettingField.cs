using System.Text.Json.Nodes;

namespace Queqiao.Channels;

public enum SettingType { Text, Secret, Url, Number, Toggle, Choice, Multiline }

/// <summary>One line of the form in which an administrator sets a channel up.</summary>
public sealed record SettingField(string Key, Words Label, SettingType Type = SettingType.Text)
{
    public bool Required { get; init; }

    /// <summary>Comes by consenting (<see cref="IAuthorisedChannel"/>): it may be missing before.</summary>
    public bool Granted { get; init; }

    public Words? Help { get; init; }

    /// <summary>The page of the provider's console on which the value is found.</summary>
    public Uri? Where { get; init; }

    public string? Default { get; init; }

    public string? Pattern { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    public bool IsSecret => Type == SettingType.Secret;

    /// <summary>The property of a JSON Schema (2020-12). Secrets are write-only.</summary>
    public JsonObject ToSchema(string language)
    {
        var schema = new JsonObject { ["type"] = Type switch { SettingType.Number => "number", SettingType.Toggle => "boolean", _ => "string" }, ["title"] = Label.In(language) };
        if (Help is not null)
            schema["description"] = Help.In(language);
        if (Default is not null)
            schema["default"] = Default;
        if (Pattern is not null)
            schema["pattern"] = Pattern;
        if (Choices.Count > 0)
            schema["enum"] = new JsonArray([.. Choices.Select(choice => (JsonNode)choice)]);
        if (Type == SettingType.Url)
            schema["format"] = "uri";
        if (IsSecret)
            (schema["writeOnly"], schema["format"]) = (true, "password");
        if (Granted)
            schema["x-granted"] = true;
        if (Where is not null)
            schema["x-where"] = Where.ToString();
        return schema;
    }
}

/// <summary>Fields that every channel has.</summary>
public static class CommonFields
{
    public const string ApiBaseUrl = "apiBaseUrl";
    public const string WindowHours = "windowHours";
    public const string WindowMessages = "windowMessages";

    public static readonly SettingField ApiBase = new(ApiBaseUrl, new("接口地址", "API address"), SettingType.Url)
    {
        Help = new("留空即用平台的地址；区域主机或测试时填写。", "Leave empty for the provider's own; for regional hosts and tests."),
    };

    public static readonly SettingField[] Window =
    [
        new(WindowHours, new("回复时限（小时）", "Reply window (hours)"), SettingType.Number) { Help = new("平台调整规则时填写。", "For when the provider changes its rule.") },
        new(WindowMessages, new("时限内可发条数", "Messages within the window"), SettingType.Number),
    ];

    /// <summary>A schema of all fields of a kind.</summary>
    public static JsonObject Schema(IReadOnlyList<SettingField> fields, string language) => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create<string, JsonNode?>(field.Key, field.ToSchema(language)))),
        ["required"] = new JsonArray([.. fields.Where(field => field is { Required: true, Granted: false }).Select(field => (JsonNode)field.Key)]),
    };
}
