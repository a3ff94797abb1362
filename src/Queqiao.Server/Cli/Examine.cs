using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.I18n;

namespace Queqiao.Server.Cli;

/// <summary><c>doctor</c>: what is well, what is not, and what to do about it.</summary>
internal static class Examine
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Line(string Topic, string Verdict, string Code, string Text);

    public static async Task<int> Run(Command.Doctor command, Terminal terminal, CancellationToken ct)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine([.. command.Arguments]).Build();
        var findings = new List<Finding> { Runtime(Environment.Version) };
        findings.AddRange(await Doctor.Examine(Doctor.All(new Patient(command.Storage, settings, TimeProvider.System)), ct));
        return Report(findings, command.Json, terminal);
    }

    internal static int Report(IReadOnlyList<Finding> findings, bool json, Terminal terminal)
    {
        var lines = findings.Select(found => new Line(found.Topic, Word(found.Verdict), found.Code, Messages.Text(terminal.Locale, found.Code, found.Args))).ToList();
        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(lines, Json));
        else
            Print(lines, findings, terminal);
        return findings.Any(found => found.Verdict == Verdict.Fail) ? Commands.Failed : Commands.Done;
    }

    private static void Print(List<Line> lines, IReadOnlyList<Finding> findings, Terminal terminal)
    {
        foreach (var line in lines)
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line.Verdict,-4}  {line.Topic,-11}  {line.Text}{(line.Verdict == "OK" ? "" : $"  [{line.Code}]")}"));
        terminal.Say("doctor_sum", findings.Count(found => found.Verdict == Verdict.Ok), findings.Count(found => found.Verdict == Verdict.Warn), findings.Count(found => found.Verdict == Verdict.Fail));
    }

    internal static Finding Runtime(Version runtime) =>
        runtime < RuntimeFloor.Least ? new Finding("runtime", Verdict.Fail, "cli_runtime_refused", runtime, RuntimeFloor.Least)
        : runtime < RuntimeFloor.Current ? new Finding("runtime", Verdict.Warn, "cli_runtime_old", runtime, RuntimeFloor.Current)
        : new Finding("runtime", Verdict.Ok, "doctor_runtime", runtime);

    private static string Word(Verdict verdict) => verdict switch { Verdict.Ok => "OK", Verdict.Warn => "WARN", _ => "FAIL" };
}
