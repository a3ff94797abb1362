using System.Text.Json;
using System.Text.Json.Serialization;

namespace Queqiao.Server.Platform.Json;

/// <summary>The reader turns 1e400 into Infinity; here it is refused.</summary>
internal sealed class FiniteDoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value)
            ? double.IsFinite(value) ? value : throw new JsonFault("json_not_finite")
            : throw new JsonFault("json_wrong_type");

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class FiniteSingleConverter : JsonConverter<float>
{
    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetSingle(out var value)
            ? float.IsFinite(value) ? value : throw new JsonFault("json_not_finite")
            : throw new JsonFault("json_wrong_type");

    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

/// <summary>Instants as <see cref="WireTime"/> writes them; read with any zone, refused without one.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireTime.TryParse(CleanText.Read(ref reader), out var unixMs)
            ? DateTimeOffset.FromUnixTimeMilliseconds(unixMs)
            : throw new JsonFault("invalid_time");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(WireTime.Format(value));
}
