using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Gateway;

/// <summary>Frames of the server that are about the connection itself, and the way to write any frame.</summary>
internal static class Frames
{
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static readonly ReadOnlyMemory<byte> Pong = """{"op":"pong"}"""u8.ToArray();

    /// <summary>This node goes away: come back after so long.</summary>
    public static byte[] Bye(TimeSpan comeback) => Write((long)comeback.TotalMilliseconds, static (json, wait) =>
    {
        json.WriteString("op", "bye");
        json.WriteNumber("reconnectMs", wait);
    });

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Writes one JSON object and gives its bytes.</summary>
    public static byte[] Write<T>(T state, Action<Utf8JsonWriter, T> members)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(2048);
        var writer = _writer ??= new Utf8JsonWriter(buffer, Writing);
        try
        {
            writer.WriteStartObject();
            members(writer, state);
            writer.WriteEndObject();
            writer.Flush();
            return buffer.WrittenSpan.ToArray();
        }
        finally
        {
            buffer.ResetWrittenCount();
            writer.Reset();
        }
    }

    /// <summary>The refusal of a frame: a code of the API with its text in the reader's language.</summary>
    public static byte[] Error(Locale locale, string code, string? op, string? clientId, params object[] args) =>
        Error(locale, code, new RefusedFrame(op, clientId, Conversation: null), args);

    public static byte[] Error(Locale locale, string code, RefusedFrame refused, object[] args)
    {
        Measures.Problem(code, 0); // no status: it came on the gateway
        return Write((locale, code, refused, args), static (json, it) =>
        {
            json.WriteString("op", "error");
            if (it.refused.Op is not null)
                json.WriteString("refused", it.refused.Op);
            if (it.refused.ClientId is not null)
                json.WriteString("clientId", it.refused.ClientId);
            if (it.refused.Conversation is { } conversation)
                json.WriteString("conversation", conversation);
            json.WriteString("code", it.code);
            json.WriteString("detail", Messages.Text(it.locale, it.code, it.args));
            if (it.refused.RetryAfter is { } wait)
                json.WriteNumber("retryAfterMs", (long)wait.TotalMilliseconds);
        });
    }
}

/// <summary>What an error is about: the op, and what names the frame to its sender.</summary>
internal readonly record struct RefusedFrame(string? Op, string? ClientId, Guid? Conversation)
{
    /// <summary>When saying it again makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
