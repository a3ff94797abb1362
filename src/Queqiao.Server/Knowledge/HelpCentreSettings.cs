using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Knowledge;

/// <summary>How the public help centre of a base looks.</summary>
/// <param name="IsOn">Whether there is one.</param>
/// <param name="Titles">By language; the base's name where there is none.</param>
/// <param name="Color">Of the brand, <c>#rrggbb</c>.</param>
/// <param name="IsBranded">With the firm's colour and signs (Branding); null: unless <paramref name="Color"/> was chosen.</param>
/// <param name="Home">The firm's own site, shown as a link; https.</param>
internal sealed record HelpCentreSettings(bool IsOn = false, IReadOnlyDictionary<string, string>? Titles = null, IReadOnlyDictionary<string, string>? Leads = null, string Color = HelpCentreSettings.OwnColor, string? Home = null, IReadOnlyList<string>? Languages = null, bool IsIndexed = true, bool? IsBranded = null)
{
    public const string OwnColor = "#2563eb";
    public static readonly HelpCentreSettings None = new();

    /// <summary>Whether the firm's colour and signs are shown. Where nobody has said so: unless it was given a colour of its own.</summary>
    [JsonIgnore]
    public bool TakesBrand => IsBranded ?? Color == OwnColor;

    public string Json() => JsonSerializer.Serialize(this, Stored);

    public static HelpCentreSettings Of(string json) => json is "{}" or "" ? new HelpCentreSettings() : JsonSerializer.Deserialize<HelpCentreSettings>(json, Stored)!;

    public IEnumerable<(string Field, FieldFault Fault)> Faults()
    {
        if (Color.Length != 7 || Color[0] != '#' || !Color.Skip(1).All(char.IsAsciiHexDigit))
            yield return ("help.color", new("knowledge_color"));
        if (Home is not null && !(Uri.TryCreate(Home, UriKind.Absolute, out var home) && home.Scheme is "https" or "http"))
            yield return ("help.home", new("knowledge_address"));
        if ((Titles?.Values ?? []).Concat(Leads?.Values ?? []).Any(text => text.Length > 200))
            yield return ("help.titles", new("too_long", 200));
        if ((Titles?.Values ?? []).Concat(Leads?.Values ?? []).Any(OneLine.HidesSomething))
            yield return ("help.titles", new("control_characters"));
        if (Titles?.Count > 20 || Leads?.Count > 20 || Languages?.Count > 20)
            yield return ("help.languages", new("too_many", 20));
    }

    private static readonly JsonSerializerOptions Stored = new(StrictJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };
}
