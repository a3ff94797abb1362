using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>pg_dump and pg_restore: PostgreSQL's own tools know best how to copy it. They must be as new as the server.</summary>
internal sealed partial class PostgresTools(NpgsqlConnectionStringBuilder owner)
{
    /// <summary>The newest that can be found: on the path, or where Debian keeps them beside each other.</summary>
    public static string? Find(string tool)
    {
        string[] debian = Directory.Exists("/usr/lib/postgresql")
            ? [.. Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))] : [];
        return debian.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
    }

    /// <exception cref="BackupRefusedException">There is none, or it is older than the server: an older tool does not know what it should copy.</exception>
    public static async Task<int> CheckVersion(string tool, int server, CancellationToken ct)
    {
        var said = await Run(tool, ["--version"], null, ct);
        var version = Version().Match(said) is { Success: true } found ? int.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) : 0;
        return version >= server ? version : throw new BackupRefusedException("backup_tool_old", tool, version, server);
    }

    /// <summary>Without a database.</summary>
    public static Task<string> RunAlone(string tool, IReadOnlyList<string> arguments, CancellationToken ct) => Run(tool, arguments, null, ct);

    public Task<string> Run(string tool, IReadOnlyList<string> arguments, CancellationToken ct) => Run(tool, arguments, owner, ct);

    private static async Task<string> Run(string tool, IReadOnlyList<string> arguments, NpgsqlConnectionStringBuilder? owner, CancellationToken ct)
    {
        var program = Find(tool) ?? throw new BackupRefusedException("backup_tool_missing", tool);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        if (owner is not null)
            Connect(start.Environment, owner);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (said, complained) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? await said : throw new BackupRefusedException("backup_tool_failed", tool, (await complained).Trim());
    }

    /// <summary>By the environment: a command line is everybody's to read.</summary>
    private static void Connect(IDictionary<string, string?> environment, NpgsqlConnectionStringBuilder owner)
    {
        environment["PGHOST"] = owner.Host;
        environment["PGPORT"] = owner.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        environment["PGUSER"] = owner.Username;
        environment["PGPASSWORD"] = owner.Password;
        environment["PGDATABASE"] = owner.Database;
        environment["PGSSLMODE"] = owner.SslMode switch { SslMode.VerifyFull => "verify-full", SslMode.VerifyCA => "verify-ca", SslMode.Require => "require", SslMode.Disable => "disable", _ => "prefer" };
        if (owner.RootCertificate is { Length: > 0 } root)
            environment["PGSSLROOTCERT"] = root;
    }

    [GeneratedRegex(@"\b(\d+)(?:\.\d+)?", RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}
