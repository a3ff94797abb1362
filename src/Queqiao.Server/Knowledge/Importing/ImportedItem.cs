using System.Text.Json;
using System.Text.Json.Serialization;
using Queqiao.Server.Knowledge.Graph;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Knowledge.Importing;

/// <summary>Something read from a file or a page, before it is an item.</summary>
/// <param name="Place">A line of the table, a heading, an address.</param>
/// <param name="Fact">It is a fact of the graph, and neither FAQ nor article.</param>
/// <param name="Fault">Why nothing can come of it: a code; null: it is fine.</param>
internal sealed record ImportedItem(bool IsFaq, KnowledgeContent Content, string Place, string? Category = null, string? Key = null, string? Fault = null, string? FaultArg = null, EdgeWords? Fact = null)
{
    public string Json() => JsonSerializer.Serialize(this, Stored);

    public static ImportedItem Of(string json) => JsonSerializer.Deserialize<ImportedItem>(json, Stored)!;

    private static readonly JsonSerializerOptions Stored = new(StrictJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectRequiredConstructorParameters = false };
}

/// <summary>How things are imported.</summary>
/// <param name="Language">Of what does not say.</param>
/// <param name="Audience">Of what does not say.</param>
/// <param name="Overwrite">What is there already (same key, else same title) gets a new version; else it stays.</param>
/// <param name="Publish">At once; else drafts.</param>
/// <param name="Most">Pages of a site.</param>
internal sealed record ImportPlan(string Language = "zh-CN", string Audience = "public", string? Category = null, bool Overwrite = false, bool Publish = false, int Most = 200)
{
    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    public static ImportPlan Of(string json) => JsonSerializer.Deserialize<ImportPlan>(json, StrictJson.Options)!;
}

/// <param name="Held">Of those added and changed: not published, because questions of the regression set would be answered worse.</param>
internal sealed record ImportCounts(int Added = 0, int Changed = 0, int Same = 0, int Failed = 0, int Held = 0)
{
    public string Json() => JsonSerializer.Serialize(this, StrictJson.Options);

    public static ImportCounts Of(string json) => json is "{}" ? new ImportCounts() : JsonSerializer.Deserialize<ImportCounts>(json, StrictJson.Options)!;
}
