using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Channels.Tests.Support;

/// <summary>The same payload with each value in turn replaced by something of another type.</summary>
internal static class Mutations
{
    private static readonly Func<JsonNode?>[] Others =
    [
        () => null, () => 7, () => -1.5, () => JsonValue.Create(99999999999999999999m), () => "", () => "\u0000\ud83d\ude00 <b>", () => true, () => new JsonArray(), () => new JsonObject(),
        () => new JsonArray(new JsonArray(1, "x", null), new JsonObject { ["type"] = 3 }), () => new JsonObject { ["text"] = new JsonObject(), ["id"] = new JsonArray() },
    ];

    public static IEnumerable<byte[]> Of(Payload payload) => payload.ContentType switch
    {
        "application/json" => Json(payload.Text.TrimStart('\uFEFF')),
        "text/xml" => Xml(payload.Text),
        _ => Form(payload.Text),
    };

    private static IEnumerable<byte[]> Json(string text)
    {
        var count = Places(JsonNode.Parse(text)!).Count;
        for (var place = 0; place < count; place++)
        {
            foreach (var other in Others)
            {
                var root = JsonNode.Parse(text)!;
                Places(root)[place](other());
                yield return Encoding.UTF8.GetBytes(root.ToJsonString());
            }
            var shorter = JsonNode.Parse(text)!;
            Places(shorter)[place](JsonValue.Create(1e300));
            // What a writer refuses, a wire may carry: half a surrogate, a number beyond any type, bytes that are no UTF-8.
            yield return Encoding.UTF8.GetBytes(shorter.ToJsonString().Replace("1E+300", "\"\\ud800x\"", StringComparison.Ordinal));
            yield return Encoding.UTF8.GetBytes(shorter.ToJsonString().Replace("1E+300", "1e99999", StringComparison.Ordinal));
            yield return Encoding.Latin1.GetBytes(shorter.ToJsonString().Replace("1E+300", "\"\u00ff\u00fe\"", StringComparison.Ordinal));
        }
        foreach (var whole in new[] { "[]", "{}", "null", "1", "\"x\"", "[[[[]]]]", new string('[', 200), "{\"a\":" + new string('[', 70) + new string(']', 70) + "}" })
            yield return Encoding.UTF8.GetBytes(whole);
    }

    private static List<Action<JsonNode?>> Places(JsonNode node)
    {
        var places = new List<Action<JsonNode?>>();
        Walk(node, places);
        return places;
    }

    private static void Walk(JsonNode? node, List<Action<JsonNode?>> places)
    {
        if (node is JsonObject members)
        {
            foreach (var name in members.Select(member => member.Key).ToList())
            {
                places.Add(value => members[name] = value);
                Walk(members[name], places);
            }
        }
        else if (node is JsonArray items)
        {
            for (var index = 0; index < items.Count; index++)
            {
                var at = index;
                places.Add(value => items[at] = value);
                Walk(items[at], places);
            }
        }
    }

    private static IEnumerable<byte[]> Xml(string text)
    {
        var elements = System.Text.RegularExpressions.Regex.Matches(text, "<([A-Za-z0-9_]+)>([^<]*|<!\\[CDATA\\[.*?\\]\\]>)</\\1>", System.Text.RegularExpressions.RegexOptions.Singleline);
        foreach (System.Text.RegularExpressions.Match element in elements)
        {
            var name = element.Groups[1].Value;
            string[] others = ["", "99999999999999999999", "-1", "x", "<a><b>1</b></a>", "&#x0;", "&#xD800;", new string('9', 5000)];
            foreach (var other in others)
                yield return Encoding.UTF8.GetBytes(text.Replace(element.Value, $"<{name}>{other}</{name}>", StringComparison.Ordinal));
            yield return Encoding.UTF8.GetBytes(text.Replace(element.Value, "", StringComparison.Ordinal));
            yield return Encoding.UTF8.GetBytes(text.Replace(element.Value, element.Value + element.Value, StringComparison.Ordinal));
        }
        yield return "<xml/>"u8.ToArray();
        yield return "<xml>text</xml>"u8.ToArray();
        yield return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 5000)) + string.Concat(Enumerable.Repeat("</a>", 5000)));
    }

    private static IEnumerable<byte[]> Form(string text)
    {
        var fields = text.Split('&');
        for (var index = 0; index < fields.Length; index++)
        {
            var name = fields[index].Split('=')[0];
            foreach (var other in new[] { "", name, name + "=", name + "=%", name + "=%FF%FE", name + "=-1", name + "=" + new string('9', 5000), name + "=%7B%22a%22%3A" })
                yield return Encoding.UTF8.GetBytes(string.Join('&', fields.Select((field, at) => at == index ? other : field)));
        }
    }
}
