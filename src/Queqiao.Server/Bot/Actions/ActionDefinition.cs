using System.Text.Json;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Bot.Actions;

/// <summary>A call of another system of the firm.</summary>
/// <param name="Url">With <c>{arguments}</c>, which are escaped.</param>
/// <param name="Parameters">What it takes; anything else is refused.</param>
/// <param name="Body">Whether the arguments are sent as a JSON object; else they stand in the address only.</param>
/// <param name="Output">Names of values and where they stand in the answer, as JSON pointers (RFC 6901).</param>
/// <param name="Confirm">Whether the customer has to confirm first.</param>
/// <param name="Verify">Whether the customer has to be known for sure.</param>
internal sealed record ActionDefinition(
    string Name, string Method, string Url, IReadOnlyList<ActionParameter> Parameters, bool Body, IReadOnlyDictionary<string, string> Output,
    int TimeoutMs = 5000, bool Confirm = false, bool Verify = false)
{
    public static readonly IReadOnlyList<string> Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    public static ActionDefinition Of(string json) => JsonSerializer.Deserialize<ActionDefinition>(json, TolerantJson.Options)!;

    public IEnumerable<(string, FieldFault)> Faults()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 100)
            yield return ("name", new("required"));
        if (!Methods.Contains(Method))
            yield return ("method", new("not_one_of", string.Join(", ", Methods)));
        if (Url.Length > 1000 || !Uri.TryCreate(Url.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), UriKind.Absolute, out var address)
            || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0 || Url.IndexOf('{', StringComparison.Ordinal) is > 0 and var place && place < Url.IndexOf('/', 8))
            yield return ("url", new("invalid_url")); // the host is the firm's to say, never an argument's
        if (Parameters.Count > 20 || Parameters.Any(one => !ActionParameter.IsName(one.Name)) || Parameters.Select(one => one.Name).Distinct().Count() != Parameters.Count)
            yield return ("parameters", new("bot_parameters_wrong"));
        if (Parameters.Any(one => !ActionParameter.Types.Contains(one.Type)))
            yield return ("parameters", new("not_one_of", string.Join(", ", ActionParameter.Types)));
        if (Output.Count > 30 || Output.Any(pair => !ActionParameter.IsName(pair.Key) || pair.Value.Length > 200 || (pair.Value.Length > 0 && pair.Value[0] != '/')))
            yield return ("output", new("bot_output_wrong"));
        if (TimeoutMs is < 200 or > 8000)
            yield return ("timeoutMs", new("out_of_range", 200, 8000));
    }
}

/// <param name="Type"><c>string</c>, <c>number</c> or <c>boolean</c>.</param>
/// <param name="Options">The values there are; null: any.</param>
internal sealed partial record ActionParameter(string Name, string Type = "string", bool Required = true, int MaxLength = 200, IReadOnlyList<string>? Options = null)
{
    public static readonly IReadOnlyList<string> Types = ["string", "number", "boolean"];

    public static bool IsName(string name) => Names().IsMatch(name);

    /// <summary>Whether a value is what it should be.</summary>
    public bool Takes(string? value) => string.IsNullOrEmpty(value) ? !Required : value.Length <= MaxLength && !value.Any(char.IsControl) && (Options is null || Options.Contains(value)) && Type switch
    {
        "number" => decimal.TryParse(value, System.Globalization.NumberStyles.Number, System.Globalization.CultureInfo.InvariantCulture, out _),
        "boolean" => value is "true" or "false",
        _ => true,
    };

    [GeneratedRegex("^[a-z][a-z0-9_]{0,39}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}
