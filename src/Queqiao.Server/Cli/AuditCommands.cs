using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Platform.Storage.Sqlite;

namespace Queqiao.Server.Cli;

/// <summary><c>audit verify</c>: reads the audit trail again, also beside a running server, and names the first row that is not as it was written.</summary>
internal static class AuditCommands
{
    public static async Task<int> Verify(Command.AuditVerify command, Terminal terminal, CancellationToken ct)
    {
        if (!command.Storage.UsesPostgres && !File.Exists(command.Storage.SqliteFile))
        {
            terminal.Complain("cli_no_store", command.Storage.DataFolder);
            return Commands.Failed;
        }
        if (command.Anchors is { } named && !File.Exists(named))
        {
            terminal.Complain("cli_audit_no_anchors", named);
            return Commands.Failed;
        }
        var anchors = command.Anchors ?? (File.Exists(AuditTrail.DefaultAnchors(command.Storage)) ? AuditTrail.DefaultAnchors(command.Storage) : null);
        // Not started: reading takes no lock and changes nothing.
        await using IStorageEngine storage = command.Storage.UsesPostgres
            ? new PostgresEngine(command.Storage, new Ids(TimeProvider.System), NullLoggerFactory.Instance)
            : new SqliteEngine(command.Storage, new Ids(TimeProvider.System));
        if (storage.Vault.Roots is LocalRootKeys { Exist: false })
        {
            terminal.Complain("root_key_missing");
            return Commands.Failed;
        }
        var trails = await AuditTrail.Verify(storage, anchors, ct);
        foreach (var trail in trails)
            Say(trail, terminal);
        terminal.Say(anchors is null ? "cli_audit_without_anchors" : "cli_audit_with_anchors", anchors ?? "");
        return trails.Any(trail => trail.Bad is not null) ? Commands.Failed : Commands.Done;
    }

    private static void Say(TrailState trail, Terminal terminal)
    {
        if (trail.Bad is { } bad)
            terminal.Complain("cli_audit_bad_" + bad, trail.Ws, trail.BadNo?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "–", trail.BadId?.ToString() ?? "–");
        else if (trail.Head == 0)
            terminal.Say("cli_audit_empty", trail.Ws, trail.Waiting);
        else
            terminal.Say("cli_audit_good", trail.Ws, trail.Rows, trail.First, trail.Head, trail.Hash, trail.Waiting);
    }
}
