using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators;

/// <summary>A customer of a platform.</summary>
/// <param name="Id">As the platform calls them towards this account.</param>
public sealed record SimPerson(string Id, string Name)
{
    /// <summary>The same across the accounts of one firm, where a platform has such a thing.</summary>
    public string Unionid { get; init; } = "";

    public DateTimeOffset? LastWrote { get; set; }

    /// <summary>How often they were written to since.</summary>
    public int SentSince { get; set; }
}

/// <summary>A message that the platform took for a customer.</summary>
/// <param name="Type">The platform's word: text, image, template …</param>
public sealed record SimMessage(string Id, SimPerson To, string Type, string? Text, DateTimeOffset At)
{
    public string Raw { get; init; } = "";

    /// <summary>The account took it back: the person no longer sees it.</summary>
    public bool IsGone { get; init; }
}

public sealed record SimFile(byte[] Bytes, string Mime, string Name);

public enum SimReceipt { Delivered, Read }

/// <summary>A request to the platform's API.</summary>
/// <param name="Path">Behind the simulator's own address, with a slash in front.</param>
public sealed record SimRequest(string Method, string Path, IReadOnlyDictionary<string, string> Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Where the simulator is served: addresses that it gives out begin with it.</summary>
    public string BaseUrl { get; init; } = "";

    public string Header(string name) => Headers.FirstOrDefault(one => string.Equals(one.Key, name, StringComparison.OrdinalIgnoreCase)).Value ?? "";

    public string Bearer => Header("Authorization") is { } given && given.StartsWith("Bearer ", StringComparison.Ordinal) ? given[7..] : "";

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>An empty object for what is no JSON object.</summary>
    public JsonObject Json
    {
        get
        {
            try
            {
                return Body.Length > 0 ? JsonNode.Parse(Body) as JsonObject ?? [] : [];
            }
            catch (JsonException)
            {
                return [];
            }
        }
    }

    public IReadOnlyDictionary<string, string> Form => Parse(Text);

    /// <summary>The first file of a multipart body.</summary>
    public SimFile? File
    {
        get
        {
            var text = Encoding.Latin1.GetString(Body);
            var at = text.IndexOf("filename=", StringComparison.OrdinalIgnoreCase);
            var start = at < 0 ? -1 : text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
            var end = start < 0 ? -1 : text.IndexOf("\r\n--", start, StringComparison.Ordinal);
            return end < 0 ? null : new SimFile(Body[(start + 4)..end], "application/octet-stream", text[(at + 9)..].Split(';', '\r', '\n')[0].Trim('"'));
        }
    }

    /// <summary>A named field of a multipart body.</summary>
    public string? Part(string name)
    {
        var text = Text;
        var at = text.IndexOf($"name={name}", StringComparison.Ordinal) is >= 0 and var bare ? bare : text.IndexOf($"name=\"{name}\"", StringComparison.Ordinal);
        var start = at < 0 ? -1 : text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf("\r\n--", start, StringComparison.Ordinal);
        return end < 0 ? null : text[(start + 4)..end];
    }

    internal static Dictionary<string, string> Parse(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)))
            fields[Uri.UnescapeDataString(pair[0].Replace('+', ' '))] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1].Replace('+', ' ')) : "";
        return fields;
    }

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>What the API answers.</summary>
public sealed record SimAnswer(int Status, string ContentType, byte[] Body)
{
    public double? RetryAfter { get; init; }

    public string? FileName { get; init; }

    /// <summary>Where a browser is sent (302).</summary>
    public string? Location { get; init; }

    public string Text => Encoding.UTF8.GetString(Body);

    public static SimAnswer Json(int status, string json) => new(status, "application/json; charset=utf-8", Encoding.UTF8.GetBytes(json));

    public static SimAnswer Json(JsonNode json) => Json(200, json?.ToJsonString(Sign.Plain) ?? "null");

    public override string ToString() => $"{Status} ({Body.Length} bytes)";
}

/// <summary>A request of the platform to the channel's webhook address.</summary>
/// <param name="Query">Without the question mark; behind the address.</param>
public sealed record SimHook(string Method, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>What a handshake asks to have back.</summary>
    public string Expect { get; init; } = "";

    /// <summary>Signatures over the address need it: they are made when it is known.</summary>
    public Func<string, IReadOnlyDictionary<string, string>>? SignAddress { get; init; }

    /// <summary>For platforms that deliver over a socket or wait to be asked: this is no request but a frame, or nothing.</summary>
    public SimDelivery By { get; init; } = SimDelivery.Request;

    public static SimHook Post(JsonNode json, params (string Name, string Value)[] headers) => Post(Encoding.UTF8.GetBytes(json?.ToJsonString(Sign.Plain) ?? ""), headers);

    public static SimHook Post(byte[] body, params (string Name, string Value)[] headers) => new("POST", "", headers.ToDictionary(one => one.Name, one => one.Value), body);

    public override string ToString() => $"{Method} ({Body.Length} bytes)";
}

public enum SimDelivery { Request, Frame }
