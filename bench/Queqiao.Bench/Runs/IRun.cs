using System.Text.Json.Nodes;

namespace Queqiao.Bench.Runs;

/// <summary>One benchmark.</summary>
internal interface IRun
{
    Task<JsonObject> Once(CancellationToken ct);

    /// <summary>By which figure runs are compared when the middle one is wanted.</summary>
    double Rank(JsonObject result);
}
