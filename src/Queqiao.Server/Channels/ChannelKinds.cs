using System.Text.Json.Nodes;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Channels;

/// <summary>The kinds of channel that this server can speak (api.md).</summary>
internal static class ChannelKinds
{
    public const string Web = "web";

    /// <param name="Settings">JSON Schema (2020-12) of the kind's settings.</param>
    /// <param name="Abilities">What can be exchanged.</param>
    public sealed record Kind(string Id, string Name, JsonObject Settings, IReadOnlyList<string> Abilities);

    public static Kind WebIn(Locale locale) => new(
        Web, Messages.Text(locale, "channel_kind_web"), WebSchema(locale), ["text", "typing", "read_receipts", "reply", "edit", "recall", "rating", "transcript"]);

    private static JsonObject WebSchema(Locale locale)
    {
        var defaults = WebSettings.Default;
        JsonObject Text(string name, string otherwise, int most) => new()
        {
            ["type"] = "string", ["title"] = Messages.Text(locale, "channel_web_" + name), ["default"] = otherwise, ["maxLength"] = most,
        };
        JsonObject Choice(string name, string otherwise, IEnumerable<string> choices) => new()
        {
            ["type"] = "string", ["title"] = Messages.Text(locale, "channel_web_" + name), ["default"] = otherwise,
            ["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]),
        };
        JsonObject Claim(string name) => new()
        {
            ["type"] = new JsonArray("string", "null"), ["title"] = Messages.Text(locale, "channel_web_" + name), ["maxLength"] = WebSettingsRules.MostClaim,
        };
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["title"] = Text("title", defaults.Title, WebSettingsRules.MostTitle),
                ["greeting"] = Text("greeting", defaults.Greeting, WebSettingsRules.MostGreeting),
                ["color"] = new JsonObject
                {
                    ["type"] = "string", ["title"] = Messages.Text(locale, "channel_web_color"), ["default"] = defaults.Color,
                    ["format"] = "color", ["pattern"] = "^#[0-9a-fA-F]{6}$",
                },
                ["locale"] = Choice("locale", defaults.Locale, WebSettingsRules.Locales),
                ["position"] = Choice("position", defaults.Position, WebSettingsRules.Positions),
                ["notice"] = Choice("notice", defaults.Notice, NoticeModes.All),
                ["pages"] = Choice("pages", defaults.Pages, PageModes.All),
                ["userAudience"] = Claim("user_audience"),
                ["userIssuer"] = Claim("user_issuer"),
                ["allowedOrigins"] = new JsonObject
                {
                    ["type"] = "array", ["title"] = Messages.Text(locale, "channel_web_origins"), ["default"] = new JsonArray(),
                    ["maxItems"] = WebSettingsRules.MostOrigins, ["items"] = new JsonObject { ["type"] = "string", ["format"] = "uri" },
                },
            },
        };
    }
}
