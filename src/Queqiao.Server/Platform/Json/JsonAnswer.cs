using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Queqiao.Server.Platform.Json;

/// <summary>A JSON answer written by hand: what sockets push and what REST returns come from one writer.</summary>
internal sealed class JsonAnswer(ReadOnlyMemory<byte> body, int status) : IResult
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One value.</summary>
    public static JsonAnswer Of<T>(T state, Action<Utf8JsonWriter, T> value, int status = StatusCodes.Status200OK)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Writing);
        value(json, state);
        json.Flush();
        return new JsonAnswer(buffer.WrittenMemory, status);
    }

    /// <summary>An object with these members.</summary>
    public static JsonAnswer Object<T>(T state, Action<Utf8JsonWriter, T> members, int status = StatusCodes.Status200OK) =>
        Of((state, members), static (json, it) =>
        {
            json.WriteStartObject();
            it.members(json, it.state);
            json.WriteEndObject();
        }, status);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = body.Length;
        await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
