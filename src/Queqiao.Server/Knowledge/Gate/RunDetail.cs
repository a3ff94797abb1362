using System.Text.Json;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Knowledge.Gate;

/// <summary>A question that a run answered otherwise than before. The question itself is sealed with its check.</summary>
internal sealed record RunLine(Guid Check, string Before = "", string After = "");

/// <summary>What a run remembers.</summary>
internal sealed record RunDetail(IReadOnlyList<RunLine> Better, IReadOnlyList<RunLine> Worse)
{
    private static readonly RunDetail Nothing = new([], []);

    public static RunDetail Of(TrialResult result) => new(Lines(result.Better), Lines(result.Worse));

    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    /// <summary>Earlier versions stored ids only, or nothing.</summary>
    public static RunDetail Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind != JsonValueKind.Object ? Nothing : new(Lines(document.RootElement, "better"), Lines(document.RootElement, "worse"));
    }

    private static List<RunLine> Lines(IReadOnlyList<TrialLine> lines) => [.. lines.Select(line => new RunLine(line.CheckId, line.GotBefore, line.Got))];

    private static List<RunLine> Lines(JsonElement detail, string name) => !detail.TryGetProperty(name, out var lines) ? []
        : [.. lines.EnumerateArray().Select(line => line.ValueKind == JsonValueKind.String ? new RunLine(line.GetGuid()) : line.Deserialize<RunLine>(StrictJson.Options)!)];
}
