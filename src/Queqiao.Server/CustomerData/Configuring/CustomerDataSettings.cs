using System.Text.Json;
using Queqiao.Server.CustomerData.Asking;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.CustomerData.Configuring;

/// <summary>How the firm's system is asked. Stored as JSON, and on the wire; the secret lies beside it, sealed.</summary>
/// <param name="Source"><c>http</c> or <c>demo</c>.</param>
/// <param name="Url">Where to ask.</param>
/// <param name="TimeoutMs">How long an agent waits before the stale copy is shown.</param>
/// <param name="FreshSeconds">How long the copy is shown without asking again.</param>
/// <param name="KeepDays">How long a copy is kept that nobody has looked at anew.</param>
/// <param name="Unverified">Also what colleagues typed identifies somebody; off, only what a site has signed or a channel knows.</param>
/// <param name="Dictionary">The firm's codes in words.</param>
internal sealed record CustomerDataSettings(
    bool Enabled = false, string Source = SourceKind.Http, string Url = "", int TimeoutMs = 3000, int FreshSeconds = 60, int KeepDays = 30, bool Unverified = false,
    IReadOnlyList<DictionaryEntry>? Dictionary = null)
{
    public static readonly CustomerDataSettings None = new();

    public static CustomerDataSettings Of(string json) => JsonSerializer.Deserialize<CustomerDataSettings>(json, StrictJson.Options)!;

    public string ToJson() => JsonSerializer.Serialize(this, StrictJson.Options);

    public Refusal? Check(bool hasSecret) => Refusal.Of(
    [
        .. When(Source is not (SourceKind.Http or SourceKind.Demo), "source", new FieldFault("not_one_of", "http, demo")),
        .. When(Url.Length > 0 && !ContractRules.IsUrl(Url), "url", new FieldFault("invalid_url")),
        .. When(Enabled && Source == SourceKind.Http && Url.Length == 0, "url", new FieldFault("required")),
        .. When(Enabled && Source == SourceKind.Http && !hasSecret, "enabled", new FieldFault("customer_data_secret_needed")),
        .. When(TimeoutMs is < 500 or > 10_000, "timeoutMs", new FieldFault("out_of_range", 500, 10_000)),
        .. When(FreshSeconds is < 0 or > 3600, "freshSeconds", new FieldFault("out_of_range", 0, 3600)),
        .. When(KeepDays is < 1 or > 365, "keepDays", new FieldFault("out_of_range", 1, 365)),
        .. When((Dictionary ?? []).Count > DictionaryEntry.Most, "dictionary", new FieldFault("too_many", DictionaryEntry.Most)),
        .. (Dictionary ?? []).SelectMany((entry, i) => entry.Check($"dictionary.{i}")),
        .. from entry in Dictionary ?? []
           group entry by (entry.Kind, entry.Code) into same
           where same.Count() > 1
           select ("dictionary", new FieldFault("dictionary_twice", same.Key.Code)),
    ]);

    internal static IEnumerable<(string, FieldFault)> When(bool wrong, string field, FieldFault fault)
    {
        if (wrong)
            yield return (field, fault);
    }
}

internal static class SourceKind
{
    public const string Http = "http";
    public const string Demo = "demo";
}

/// <summary>A code of the firm in both languages, and how it is coloured.</summary>
/// <param name="Kind"><c>order</c>, <c>shipment</c>, <c>refund</c>, <c>refund_kind</c> or <c>level</c>.</param>
/// <param name="Tone"><c>neutral</c>, <c>ok</c>, <c>warn</c> or <c>bad</c>.</param>
internal sealed record DictionaryEntry(string Kind, string Code, string Zh, string En, string Tone = "neutral")
{
    public const int Most = 300;
    private const int MostText = 60;

    private static readonly string[] Kinds = ["order", "shipment", "refund", "refund_kind", "level"];
    private static readonly string[] Tones = ["neutral", "ok", "warn", "bad"];

    public IEnumerable<(string, FieldFault)> Check(string at) =>
    [
        .. CustomerDataSettings.When(!Kinds.Contains(Kind), at + ".kind", new FieldFault("not_one_of", string.Join(", ", Kinds))),
        .. CustomerDataSettings.When(!ContractRules.IsCode(Code), at + ".code", new FieldFault("contract_code")),
        .. CustomerDataSettings.When(!Tones.Contains(Tone), at + ".tone", new FieldFault("not_one_of", string.Join(", ", Tones))),
        .. CustomerDataSettings.When(string.IsNullOrWhiteSpace(Zh), at + ".zh", new FieldFault("required")),
        .. CustomerDataSettings.When(string.IsNullOrWhiteSpace(En), at + ".en", new FieldFault("required")),
        .. CustomerDataSettings.When(Zh.Length > MostText, at + ".zh", new FieldFault("too_long", MostText)),
        .. CustomerDataSettings.When(En.Length > MostText, at + ".en", new FieldFault("too_long", MostText)),
    ];
}
