using System.Text;
using System.Text.Json.Nodes;

namespace Queqiao.Channels.Tests.Support;

/// <summary>How a payload reaches the adapter.</summary>
public enum Via { Webhook, Pull, Socket }

/// <summary>One delivery before it is signed.</summary>
public sealed record Payload(byte[] Body, string ContentType = "application/json")
{
    public string Method { get; init; } = "POST";

    public Dictionary<string, string> Query { get; init; } = [];

    public static Payload Json(string text) => new(Encoding.UTF8.GetBytes(text));

    public static Payload Xml(string text) => new(Encoding.UTF8.GetBytes(text), "text/xml");

    public static Payload Form(string text) => new(Encoding.UTF8.GetBytes(text), "application/x-www-form-urlencoded");

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>A published payload, where it was published, and what has to come of it.</summary>
public sealed record Fixture(string Kind, string File, string Type, string Source, Via Via, Payload Payload, JsonArray Expected, string? Reply)
{
    public static IReadOnlyList<Fixture> Of(string kind)
    {
        var folder = Path.Combine(Repository.Fixtures, kind);
        var index = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(folder, "index.json")))!.AsArray();
        return [.. index.Select(entry => One(kind, folder, entry!.AsObject()))];
    }

    public static string MimeOf(string file) => Path.GetExtension(file) switch { ".xml" => "text/xml", ".form" => "application/x-www-form-urlencoded", _ => "application/json" };

    private static Fixture One(string kind, string folder, JsonObject entry)
    {
        var file = (string)entry["file"]!;
        var payload = new Payload(file.EndsWith(".query", StringComparison.Ordinal) ? [] : System.IO.File.ReadAllBytes(Path.Combine(folder, file)), MimeOf(file)) { Method = (string?)entry["method"] ?? "POST" };
        foreach (var (name, value) in entry["query"]?.AsObject() ?? [])
            payload.Query[name] = (string)value!;
        if (file.EndsWith(".query", StringComparison.Ordinal))
        {
            foreach (var pair in System.IO.File.ReadAllText(Path.Combine(folder, file)).Trim().Split('&').Select(pair => pair.Split('=', 2)))
                payload.Query[Uri.UnescapeDataString(pair[0])] = Uri.UnescapeDataString(pair[1]);
        }
        return new Fixture(kind, file, (string)entry["type"]!, (string)entry["source"]!, Enum.Parse<Via>((string?)entry["via"] ?? "Webhook", ignoreCase: true), payload, entry["expected"]!.AsArray(), (string?)entry["reply"]);
    }
}
