using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Queqiao.Server.Platform.Json;

/// <summary>
/// U+0000 passes System.Text.Json; PostgreSQL then fails with 22021 while SQLite stores it. Half a surrogate pair cannot be
/// written as UTF-8 at all. Both are refused at the door.
/// </summary>
internal static class CleanText
{
    public static string Read(ref Utf8JsonReader reader) => Check(ReadRaw(ref reader));

    public static string Check(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\0')
                throw new JsonFault("control_characters");
            if (!char.IsSurrogate(c))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(c, text[i + 1]))
                throw new JsonFault("invalid_characters");
            i++;
        }
        return text;
    }

    private static string ReadRaw(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException) when (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
        {
            throw new JsonFault("invalid_characters");          // "\ud800", or bytes that are not UTF-8
        }
    }
}

internal sealed class CleanStringConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? CleanText.Read(ref reader) : throw new JsonFault("json_wrong_type");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => CleanText.Read(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);
}

/// <summary>Free-form values (a channel's settings, say) hold to the same rules as declared ones.</summary>
internal sealed class CleanElementConverter : JsonConverter<JsonElement>
{
    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadClean(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);

    public static JsonElement ReadClean(ref Utf8JsonReader reader)
    {
        var element = JsonElement.ParseValue(ref reader);
        Check(element);
        return element;
    }

    // Depth is bounded by the reader (64).
    private static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                CleanText.Check(Text(element));
                break;
            case JsonValueKind.Number when !double.IsFinite(element.GetDouble()):
                throw new JsonFault("json_not_finite");
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Check(item);
                break;
            case JsonValueKind.Object:
                CheckMembers(element);
                break;
        }
    }

    private static void CheckMembers(JsonElement element)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!seen.Add(CleanText.Check(Name(member))))
                throw new JsonFault("json_duplicate_member");
            Check(member.Value);
        }
    }

    private static string Text(JsonElement element)
    {
        try { return element.GetString()!; }
        catch (InvalidOperationException) { throw new JsonFault("invalid_characters"); }
    }

    private static string Name(JsonProperty member)
    {
        try { return member.Name; }
        catch (InvalidOperationException) { throw new JsonFault("invalid_characters"); }
    }
}

internal sealed class CleanNodeConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsAssignableTo(typeof(JsonNode));

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

    private sealed class Of<T> : JsonConverter<T>
        where T : JsonNode
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var element = CleanElementConverter.ReadClean(ref reader);
            JsonNode? node = element.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.Object => JsonObject.Create(element),
                JsonValueKind.Array => JsonArray.Create(element),
                _ => JsonValue.Create(element),
            };
            return node switch
            {
                null => null,
                T wanted => wanted,
                _ => throw new JsonFault("json_wrong_type"),
            };
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => value.WriteTo(writer, options);
    }
}
