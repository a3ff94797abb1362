using System.Text.Json;
using System.Text.Json.Nodes;

namespace Queqiao.Bench.Runs;

/// <summary>The middle one of several runs, whole, with the least and the most of every figure that differed.</summary>
internal static class Repeated
{
    public static async Task<JsonObject> Run(IRun run, int times, CancellationToken ct)
    {
        var results = new List<JsonObject>();
        for (var i = 1; i <= times; i++)
        {
            if (times > 1)
                await Console.Error.WriteLineAsync($"run {i} of {times}");
            var result = await run.Once(ct);
            results.Add(JsonNode.Parse(result.ToJsonString())!.AsObject()); // from here on every number is just a number
        }
        if (times == 1)
            return results[0];
        var middle = results.OrderBy(run.Rank).ElementAt((times - 1) / 2).DeepClone().AsObject();
        middle["repeat"] = times;
        middle["min"] = Differing(results, Enumerable.Min);
        middle["max"] = Differing(results, Enumerable.Max);
        return middle;
    }

    private static JsonObject Differing(List<JsonObject> results, Func<IEnumerable<double>, double> pick)
    {
        var picked = new JsonObject();
        foreach (var (name, value) in results[0])
        {
            JsonNode? figure = value switch
            {
                JsonObject => Differing([.. results.Select(result => result[name]!.AsObject())], pick),
                not null when value.GetValueKind() == JsonValueKind.Number => Of([.. results.Select(result => (double)result[name]!)], pick),
                _ => null,
            };
            if (figure is not (null or JsonObject { Count: 0 }))
                picked[name] = figure;
        }
        return picked;
    }

    private static JsonValue? Of(double[] values, Func<IEnumerable<double>, double> pick) =>
        values.All(value => value == values[0]) ? null : JsonValue.Create(pick(values));
}
