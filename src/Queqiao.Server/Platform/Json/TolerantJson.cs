using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Queqiao.Server.Platform.Json;

/// <summary>
/// JSON of the gateway and the widget: as <see cref="StrictJson"/>, but unknown members are ignored, because clients of another
/// version are out there. Duplicates, U+0000 and lone surrogates are refused all the same.
/// </summary>
internal static class TolerantJson
{
    public static readonly JsonSerializerOptions Options = StrictJson.Frozen(options =>
    {
        StrictJson.Apply(options);
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
    });
}

/// <summary>
/// A request body read by <see cref="TolerantJson"/>: declare the endpoint's parameter as <c>TolerantBody&lt;Request&gt; body</c>.
/// Refuses what is not JSON by its media type (415) and an empty body (400).
/// </summary>
internal sealed record TolerantBody<T>(T Value)
    where T : class
{
    public static async ValueTask<TolerantBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException("Not JSON.", StatusCodes.Status415UnsupportedMediaType);

        var value = await JsonSerializer.DeserializeAsync<T>(context.Request.Body, TolerantJson.Options, context.RequestAborted);
        return new TolerantBody<T>(value ?? throw new JsonFault("json_null"));
    }
}
