using System.Globalization;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage.Backups;

namespace Queqiao.Server.Cli;

/// <summary><c>backup</c>, <c>backup verify</c> and <c>restore</c>.</summary>
internal static class Backups
{
    /// <summary>Keys older than this keep what was erased readable for longer than promised.</summary>
    private static readonly TimeSpan KeepKeys = TimeSpan.FromDays(30);

    public static async Task<int> Make(Command.Backup command, Terminal terminal, CancellationToken ct)
    {
        var made = await new StoreBackup(command.Storage, new Ids(TimeProvider.System)).Make(command.To, command.KeysTo, Passphrase(command.PassphraseFile), ct);
        terminal.Say("backup_made", made.Folder, Megabytes(made.Bytes), WireTime.Format(made.Manifest.MadeAt));
        terminal.Say("backup_keys_made", made.KeyFile);
        if (!made.WithRootKey)
            terminal.Complain("backup_root_key_not_in");
        if (command.PassphraseFile is null)
            terminal.Complain("backup_keys_in_clear", made.KeyFile);
        var old = Directory.EnumerateFiles(Path.GetDirectoryName(made.KeyFile)!, "queqiao-*.keys")
            .Where(file => TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(file) > KeepKeys).ToList();
        if (old.Count > 0)
            terminal.Say("backup_keys_old", KeepKeys.TotalDays, string.Join(' ', old));
        return Commands.Done;
    }

    public static async Task<int> Verify(Command.BackupVerify command, Terminal terminal, CancellationToken ct)
    {
        var manifest = await StoreBackup.Verify(command.From, command.Keys, Passphrase(command.PassphraseFile), ct);
        terminal.Say("backup_whole", command.From, WireTime.Format(manifest.MadeAt), manifest.Files.Count);
        if (command.Keys is null)
            terminal.Say("backup_keys_not_checked");
        return Commands.Done;
    }

    public static async Task<int> Restore(Command.Restore command, Terminal terminal, CancellationToken ct)
    {
        var manifest = await new StoreBackup(command.Storage, new Ids(TimeProvider.System)).Restore(command.From, command.Keys, Passphrase(command.PassphraseFile), ct);
        terminal.Say("restore_done", WireTime.Format(manifest.MadeAt));
        return Commands.Done;
    }

    private static string? Passphrase(string? file)
    {
        if (file is null)
            return null;
        var line = File.ReadLines(file).FirstOrDefault()?.Trim();
        return line is { Length: >= 12 } ? line : throw new BackupRefusedException("backup_passphrase_short", file);
    }

    private static string Megabytes(long bytes) => (bytes / 1_048_576.0).ToString("0.0", CultureInfo.InvariantCulture) + " MiB";
}
