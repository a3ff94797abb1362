using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Queqiao.Channels.Reading;

/// <summary>A place in a document from outside. Asking for what is not there, or is of another type, gives nothing instead of throwing.</summary>
internal readonly struct Node(JsonElement element)
{
    public static readonly Node Missing;

    private JsonElement Element { get; } = element;

    private JsonValueKind Kind => Element.ValueKind;

    public bool IsMissing => Kind is JsonValueKind.Undefined or JsonValueKind.Null;

    public bool IsObject => Kind == JsonValueKind.Object;

    public bool IsArray => Kind == JsonValueKind.Array;

    public bool IsString => Kind == JsonValueKind.String;

    public Node this[string name] => IsObject && Element.TryGetProperty(name, out var member) ? new Node(member) : Missing;

    public Node this[int index] => IsArray && index < Element.GetArrayLength() ? new Node(Element[index]) : Missing;

    /// <summary>The text of a string, or a number as it was written: ids of 64 bits must not pass through floating point.</summary>
    public string? Text => Kind switch
    {
        JsonValueKind.String => Element.GetString(),
        JsonValueKind.Number => Element.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    /// <summary><see cref="Text"/>, but null instead of empty.</summary>
    public string? Filled => Text is { Length: > 0 } text ? text : null;

    public long? Long => long.TryParse(Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    public double? Double => double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    public bool IsTrue => Text is "true" or "1";

    /// <summary>The elements of an array; a single value is a list of one (XML does not tell the difference).</summary>
    public IEnumerable<Node> Items
    {
        get
        {
            if (IsMissing)
                yield break;
            if (!IsArray)
            {
                yield return this;
                yield break;
            }
            foreach (var item in Element.EnumerateArray())
                yield return new Node(item);
        }
    }

    public IEnumerable<(string Name, Node Value)> Members
    {
        get
        {
            if (!IsObject)
                yield break;
            foreach (var member in Element.EnumerateObject())
                yield return (member.Name, new Node(member.Value));
        }
    }

    public string Raw => Kind == JsonValueKind.Undefined ? "" : Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(Element));

    /// <summary>A string that holds JSON, read; anything else as it is.</summary>
    public Node Embedded => IsString ? Json.Read(Encoding.UTF8.GetBytes(Text!)) ?? Missing : this;

    /// <summary>The values of these names that are there and not empty.</summary>
    public Dictionary<string, string> Facts(params string[] names)
    {
        var facts = new Dictionary<string, string>();
        foreach (var name in names)
        {
            if (this[name].Filled is { } value)
                facts[name] = value;
        }
        return facts;
    }
}
