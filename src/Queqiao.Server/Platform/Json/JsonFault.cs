using System.Text.Json;

namespace Queqiao.Server.Platform.Json;

/// <summary>A refusal of our own converters, with the code of its text. The serializer adds the path.</summary>
internal sealed class JsonFault(string code, params object[] values) : JsonException
{
    public string Code { get; } = code;

    public object[] Values { get; } = values;
}
