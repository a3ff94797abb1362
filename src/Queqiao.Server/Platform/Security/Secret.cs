using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Queqiao.Server.Platform.Security;

/// <summary>A secret that cannot slip into a log, an answer or a debugger by being printed: only <see cref="Reveal"/> shows it.</summary>
[DebuggerDisplay("***")]
[JsonConverter(typeof(SecretConverter))]
internal sealed class Secret(string value) : IEquatable<Secret>
{
    public const string Stars = "***";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string _value = value;

    public bool IsEmpty => _value.Length == 0;

    /// <summary>The secret itself. Look at who calls this to see where secrets go.</summary>
    public string Reveal() => _value;

    public override string ToString() => Stars;

    /// <summary>Takes the same time wherever the difference is.</summary>
    public bool Equals(Secret? other) =>
        other is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(_value), Encoding.UTF8.GetBytes(other._value));

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => _value.GetHashCode(StringComparison.Ordinal);
}

/// <summary>Reads a secret, writes stars.</summary>
internal sealed class SecretConverter : JsonConverter<Secret>
{
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.TokenType == JsonTokenType.String ? Json.CleanText.Read(ref reader) : throw new Json.JsonFault("json_wrong_type"));

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteStringValue(Secret.Stars);
}
