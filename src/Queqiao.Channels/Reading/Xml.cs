using System.Text;
using System.Text.Json;
using System.Xml;

namespace Queqiao.Channels.Reading;

/// <summary>Reads XML from outside as a tree of names and texts: no DTD, no entities but the five, bounded depth; null when it is none.</summary>
internal static class Xml
{
    private const int Depth = 16;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CheckCharacters = false,    // WeChat passes control characters of people's messages on
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        MaxCharactersFromEntities = 1024,
        MaxCharactersInDocument = 8 << 20,
        CloseInput = true,
    };

    /// <summary>The root's children, by name. What stands there more than once is an array.</summary>
    public static Node? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var reader = XmlReader.Create(new StreamReader(new MemoryStream(body.ToArray(), writable: false), Encoding.UTF8), Settings);
            if (reader.MoveToContent() != XmlNodeType.Element)
                return null;
            var root = Element(reader, 0);
            while (reader.Read())
            {
                // A second root or text behind the first makes it no document.
            }
            return root is not Dictionary<string, List<object>> tree ? null : Json.Read(Written(tree));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static object? Element(XmlReader reader, int depth)
    {
        if (depth > Depth)
            throw new XmlException("Too deep.");
        var children = new Dictionary<string, List<object>>(StringComparer.Ordinal);
        var text = new StringBuilder();
        if (reader.IsEmptyElement)
            return depth == 0 ? children : "";
        while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                var name = reader.LocalName;
                if (!children.TryGetValue(name, out var same))
                    children[name] = same = [];
                same.Add(Element(reader, depth + 1)!);
            }
            else if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                text.Append(reader.Value);
            }
        }
        return children.Count > 0 || depth == 0 ? children : text.ToString();
    }

    private static ReadOnlyMemory<byte> Written(Dictionary<string, List<object>> tree)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, tree);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, object value)
    {
        if (value is not Dictionary<string, List<object>> tree)
        {
            writer.WriteStringValue(Whole((string)value));
            return;
        }
        writer.WriteStartObject();
        foreach (var (name, same) in tree)
        {
            writer.WritePropertyName(Whole(name));
            if (same.Count > 1)
                writer.WriteStartArray();
            same.ForEach(one => Write(writer, one));
            if (same.Count > 1)
                writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>Without half surrogates (from character references), which the writer refuses.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
