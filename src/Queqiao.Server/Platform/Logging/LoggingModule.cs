using Microsoft.Extensions.Logging.Console;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Logging;

internal enum LogFormat
{
    Text,
    Json,
}

/// <summary>Which requests get a line.</summary>
internal enum LoggedRequests
{
    All,

    /// <summary>Answers of 500 and above.</summary>
    Failed,
    Off,
}

/// <summary>How the server logs.</summary>
/// <param name="Format"><c>--log-format</c>.</param>
/// <param name="Requests"><c>--log-requests</c>.</param>
internal sealed record LogOptions(LogFormat Format, LoggedRequests Requests)
{
    public static LogOptions Read(IConfiguration configuration) => new(
        Choice(configuration, "log-format", LogFormat.Text),
        Choice(configuration, "log-requests", LoggedRequests.All));

    private static T Choice<T>(IConfiguration configuration, string name, T otherwise) where T : struct, Enum
    {
        if (Setting.Of(configuration, name) is not { } text)
            return otherwise;
        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw new InvalidSettingException(name, $"'{text}' is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
    }
}

internal static class LoggingModule
{
    /// <summary>Lines waiting for a slow reader of our output; more are dropped and counted, for a log must never hold up a request.</summary>
    private const int MostWaiting = 16_384;

    public static void AddLogLines(this WebApplicationBuilder builder)
    {
        var options = LogOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Logging.ClearProviders();
        builder.Logging.AddLines(options.Format);
        builder.Logging.AddConsole(console => (console.MaxQueueLength, console.QueueFullMode) = (MostWaiting, ConsoleLoggerQueueFullMode.DropWrite));
    }

    /// <summary>Our formatter, as the only one that is used.</summary>
    public static void AddLines(this ILoggingBuilder logging, LogFormat format)
    {
        logging.Services.AddSingleton<ConsoleFormatter>(all => new LineFormatter(format, all.GetService<TimeProvider>() ?? TimeProvider.System));
        logging.AddConsole(console => console.FormatterName = LineFormatter.NameOf(format));
    }

    /// <summary>First of all in the pipeline: what is answered below is what is logged.</summary>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseMiddleware<RequestLog>();
}
