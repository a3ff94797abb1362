using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Queqiao.Channels.Tests.Support;

/// <summary>Whether what was told has everything that was expected; more may have been told.</summary>
internal static class Compare
{
    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? told, string path = "")
    {
        if (expected is JsonObject wanted)
        {
            if (told is not JsonObject given)
                return [$"{path}: an object expected, {told?.ToJsonString() ?? "nothing"} told"];
            return wanted.SelectMany(member => Differences(member.Value, given[member.Key], $"{path}.{member.Key}"));
        }
        if (expected is JsonArray list)
        {
            if (told is not JsonArray items || items.Count != list.Count)
                return [$"{path}: {list.ToJsonString()} expected, {told?.ToJsonString() ?? "nothing"} told"];
            return list.SelectMany((item, index) => Differences(item, items[index], $"{path}[{index}]"));
        }
        return Same(expected, told) ? [] : [$"{path}: {expected?.ToJsonString() ?? "null"} expected, {told?.ToJsonString() ?? "null"} told"];
    }

    private static bool Same(JsonNode? expected, JsonNode? told)
    {
        if (expected is null)
            return told is null || told.GetValueKind() == JsonValueKind.String && (string)told! == "";
        if (told is null)
            return expected.ToString() is "" or "0" or "false";
        var (left, right) = (expected.ToString(), told.ToString());
        if (left == right)
            return true;
        if (double.TryParse(left, CultureInfo.InvariantCulture, out var one) && double.TryParse(right, CultureInfo.InvariantCulture, out var other))
            return one.Equals(other) && left.Length < 16;
        return left.EndsWith('Z') && DateTimeOffset.TryParse(left, CultureInfo.InvariantCulture, out var at) && DateTimeOffset.TryParse(right, CultureInfo.InvariantCulture, out var time) && at == time;
    }
}
