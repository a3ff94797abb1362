using System.Text;

namespace Queqiao.Channels.Reading;

/// <summary>Fields of a form or a query. Never throws: a bad escape stays as it is.</summary>
internal sealed class Form
{
    private const int MostFields = 4096;
    private readonly Dictionary<string, string> first = new(StringComparer.Ordinal);

    private Form(List<KeyValuePair<string, string>> fields)
    {
        Fields = fields;
        foreach (var (name, value) in fields)
            first.TryAdd(name, value);
    }

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; }

    /// <summary>The first of this name, or an empty string.</summary>
    public string this[string name] => first.TryGetValue(name, out var value) ? value : "";

    public bool Has(string name) => first.ContainsKey(name);

    public string? Filled(string name) => this[name] is { Length: > 0 } value ? value : null;

    public static Form Read(ReadOnlySpan<byte> body) => Read(Encoding.UTF8.GetString(body.StartsWith("\uFEFF"u8) ? body[3..] : body));

    public static Form Read(string text)
    {
        var fields = new List<KeyValuePair<string, string>>();
        foreach (var pair in text.Split('&', MostFields, StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            fields.Add(equals < 0 ? new(Decode(pair), "") : new(Decode(pair[..equals]), Decode(pair[(equals + 1)..])));
        }
        return new Form(fields);
    }

    public static string Write(IEnumerable<(string Name, string Value)> fields) =>
        string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"));

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
