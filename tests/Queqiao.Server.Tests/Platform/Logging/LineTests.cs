using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Queqiao.Server.Platform.Logging;

namespace Queqiao.Server.Tests.Platform.Logging;

public sealed class LineTests
{
    [Theory]
    [InlineData("mail to lin.xiao+a@example.com.cn failed", "mail to *** failed")]
    [InlineData("call 13812345678 or +86 138-1234-5678", "call *** or ***")]
    [InlineData("card 6222 0212 3456 7890 123", "card ***")]
    [InlineData("Host=db;Password=hunter22;Database=q", "Host=db;Password=***;Database=q")]
    [InlineData("Authorization: Bearer abc.def-ghi", "Authorization: ***")]
    [InlineData("took 12345678 ms", "took 12345678 ms")]
    [InlineData("entry 0196f0a1-1234-7abc-8def-0123456789ab.15", "entry 0196f0a1-1234-7abc-8def-0123456789ab.15")]
    public void Addresses_numbers_and_secrets_become_stars(string text, string written)
    {
        var clean = Redaction.Clean(text);
        if (text.StartsWith("Authorization", StringComparison.Ordinal))
            Assert.DoesNotContain("abc.def", clean, StringComparison.Ordinal);
        else
            Assert.Equal(written, clean);
    }

    [Fact]
    public void A_text_cannot_begin_a_line_of_its_own() =>
        Assert.Equal("a⏎2026 info forged  x", Redaction.Clean("a\n2026 info forged\r\u2028x"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_exception_says_is_never_written(bool json)
    {
        var fault = new InvalidOperationException("canary-outer", new FormatException("canary-inner"));
        // As Entity Framework does: the exception is a value of the message too.
        var line = Write(json, "Microsoft.EntityFrameworkCore.Query", log => log.LogError(fault, "An exception occurred for {Context}:{Newline}{Error}", "QueqiaoDb", "\n", fault));
        Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException < System.FormatException", line, StringComparison.Ordinal);
        Assert.Contains("QueqiaoDb", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_lines_carry_our_own_values_by_name()
    {
        var line = JsonDocument.Parse(Write(json: true, "Queqiao.Requests", log => log.LogInformation("{Method} {Route} {Status} {Ms:0.0} ms", "GET", "/api/v1/x/{id}", 200, 1.25))).RootElement;
        Assert.Equal(("info", "Queqiao.Requests", "GET", "/api/v1/x/{id}", 200, 1.25), (line.GetProperty("level").GetString(), line.GetProperty("logger").GetString(),
            line.GetProperty("method").GetString(), line.GetProperty("route").GetString(), line.GetProperty("status").GetInt32(), line.GetProperty("ms").GetDouble()));
        Assert.EndsWith("Z", line.GetProperty("at").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_lines_are_one_line_each()
    {
        var text = Write(json: false, "Queqiao.X", log => log.LogWarning("{What}", "a\nb"));
        Assert.Single(text.TrimEnd().Split('\n'));
        Assert.Contains(" warn Queqiao.X: a⏎b", text, StringComparison.Ordinal);
    }

    private static string Write(bool json, string category, Action<ILogger> act)
    {
        var formatter = new LineFormatter(json ? LogFormat.Json : LogFormat.Text, TimeProvider.System);
        var writer = new StringWriter();
        act(new Straight(formatter, category, writer));
        return writer.ToString();
    }

    /// <summary>A logger that has the formatter write at once.</summary>
    private sealed class Straight(ConsoleFormatter formatter, string category, TextWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatterOfState) =>
            formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatterOfState), null, writer);
    }
}
