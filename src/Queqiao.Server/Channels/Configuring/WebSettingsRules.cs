using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Configuring;

/// <summary>Reads and checks the settings of a web channel.</summary>
internal static partial class WebSettingsRules
{
    public const int MostTitle = 60;
    public const int MostGreeting = 500;
    public const int MostOrigins = 50;
    private const int MostOrigin = 300;
    public const int MostClaim = 200;
    public static readonly IReadOnlyList<string> Locales = ["auto", "zh-CN", "en"];
    public static readonly IReadOnlyList<string> Positions = ["right", "left"];

    /// <summary>The settings with origins and colour in their one form, or a refusal that names each field as <c>settings.…</c>.</summary>
    public static (WebSettings? Settings, Refusal? Refusal) Read(JsonElement given)
    {
        WebSettings settings;
        try
        {
            settings = given.Deserialize<WebSettings>(StrictJson.Options) ?? throw new JsonFault("json_null");
        }
        catch (JsonException fault)
        {
            return (null, Below("settings", RequestFaults.Of(fault)));
        }
        if (Refusal.Of(Check(settings)) is { } refusal)
            return (null, refusal);
        return (settings with
        {
            Title = settings.Title.Trim(),
            Greeting = settings.Greeting.Trim(),
            Color = settings.Color.ToLowerInvariant(),
            UserAudience = settings.UserAudience?.Trim() is { Length: > 0 } audience ? audience : null,
            UserIssuer = settings.UserIssuer?.Trim() is { Length: > 0 } issuer ? issuer : null,
            AllowedOrigins = [.. settings.AllowedOrigins.Select(origin => PublicUrl.Normalized(origin)!).Distinct(StringComparer.Ordinal)],
        }, null);
    }

    private static IEnumerable<(string Field, FieldFault Fault)> Check(WebSettings settings)
    {
        if (settings.Title.Trim().Length > MostTitle)
            yield return ("settings.title", new("too_long", MostTitle));
        if (OneLine.HidesSomething(settings.Title))
            yield return ("settings.title", new("control_characters"));
        if (settings.Greeting.Trim().Length > MostGreeting)
            yield return ("settings.greeting", new("too_long", MostGreeting));
        if (settings.Greeting.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t')))
            yield return ("settings.greeting", new("control_characters"));
        if (!Rgb().IsMatch(settings.Color))
            yield return ("settings.color", new("invalid_color"));
        if (!Locales.Contains(settings.Locale))
            yield return ("settings.locale", new("not_one_of", string.Join(", ", Locales)));
        if (!Positions.Contains(settings.Position))
            yield return ("settings.position", new("not_one_of", string.Join(", ", Positions)));
        if (!PageModes.All.Contains(settings.Pages))
            yield return ("settings.pages", new("not_one_of", string.Join(", ", PageModes.All)));
        if (!NoticeModes.All.Contains(settings.Notice))
            yield return ("settings.notice", new("not_one_of", string.Join(", ", NoticeModes.All)));
        foreach (var (field, text) in new[] { ("settings.userAudience", settings.UserAudience), ("settings.userIssuer", settings.UserIssuer) })
        {
            if (text?.Trim().Length > MostClaim)
                yield return (field, new("too_long", MostClaim));
            else if (text?.Any(char.IsControl) == true)
                yield return (field, new("control_characters"));
        }
        if (settings.AllowedOrigins.Count > MostOrigins)
            yield return ("settings.allowedOrigins", new("too_many", MostOrigins));
        else if (settings.AllowedOrigins.Any(origin => origin is null || origin.Length > MostOrigin || PublicUrl.Normalized(origin) is null))
            yield return ("settings.allowedOrigins", new("invalid_origin"));
    }

    private static Refusal Below(string member, Refusal refusal) => new(StatusCodes.Status400BadRequest, "validation")
    {
        Fields = refusal.Fields!.ToDictionary(
            field => field.Key == "$" ? member : string.Create(CultureInfo.InvariantCulture, $"{member}.{field.Key}"), field => field.Value),
    };

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Rgb();
}
