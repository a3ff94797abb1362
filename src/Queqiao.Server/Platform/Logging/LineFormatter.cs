using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Platform.Logging;

/// <summary>One record, one line: for people (<c>text</c>) or for programs (<c>json</c>). What stands in it has gone through <see cref="Redaction"/>.</summary>
internal sealed class LineFormatter(LogFormat format, TimeProvider clock) : ConsoleFormatter(NameOf(format))
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string NameOf(LogFormat format) => format == LogFormat.Json ? "queqiao-json" : "queqiao-text";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = Redaction.Message(logEntry.State, logEntry.Exception, logEntry.Formatter);
        var record = new Record(clock.GetUtcNow(), logEntry.LogLevel, logEntry.Category, message, logEntry.Exception,
            logEntry.Category.StartsWith("Queqiao", StringComparison.Ordinal) ? logEntry.State as IReadOnlyList<KeyValuePair<string, object?>> : null);
        textWriter.WriteLine(format == LogFormat.Json ? Json(record) : Text(record));
    }

    private readonly record struct Record(
        DateTimeOffset At, LogLevel Level, string Logger, string Message, Exception? Fault, IReadOnlyList<KeyValuePair<string, object?>>? Values);

    private static string Text(in Record record)
    {
        var line = new StringBuilder(160).Append(WireTime.Format(record.At)).Append(' ').Append(Word(record.Level)).Append(' ')
            .Append(record.Logger).Append(": ").Append(record.Message);
        if (Activity.Current is { } activity)
            line.Append(" trace=").Append(activity.TraceId.ToHexString());
        if (record.Fault is not null)
            line.Append('\n').Append(Redaction.Of(record.Fault));
        return line.ToString();
    }

    private static string Json(in Record record)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteString("at", WireTime.Format(record.At));
            json.WriteString("level", Word(record.Level));
            json.WriteString("logger", record.Logger);
            json.WriteString("message", record.Message);
            if (Activity.Current is { } activity)
                json.WriteString("traceId", activity.TraceId.ToHexString());
            if (record.Fault is not null)
                json.WriteString("fault", Redaction.Of(record.Fault));
            foreach (var (name, value) in record.Values ?? [])
            {
                if (name != "{OriginalFormat}" && value is not null)
                    Write(json, JsonNamingPolicy.CamelCase.ConvertName(name), value);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, Math.Round(number, 3));
                break;
            case bool yes:
                json.WriteBoolean(name, yes);
                break;
            case Exception fault:
                json.WriteString(name, Problems.FaultLog.Kinds(fault));
                break;
            default:
                json.WriteString(name, Redaction.Clean(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                break;
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
