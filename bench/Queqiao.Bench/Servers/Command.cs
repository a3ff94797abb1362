using System.Diagnostics;

namespace Queqiao.Bench.Servers;

/// <summary>Runs a program to its end.</summary>
internal static class Command
{
    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static async Task<string> Run(string program, IEnumerable<string> arguments, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = new Process { StartInfo = Info(program, arguments, environment) };
        process.Start();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(ct);
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0 ? output
                : throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments.Take(2))} failed ({process.ExitCode}): {output}{await errors}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Like <see cref="Run"/>, as the system user postgres when we are root: PostgreSQL refuses to work as root.</summary>
    public static Task<string> RunAsPostgres(string program, string[] arguments, CancellationToken ct) => Environment.IsPrivilegedProcess
        ? Run("runuser", ["-u", "postgres", "--", program, .. arguments], ct)
        : Run(program, arguments, ct);

    public static ProcessStartInfo Info(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        return info;
    }
}
