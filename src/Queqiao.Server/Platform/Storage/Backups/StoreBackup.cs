using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage.Inspection;
using Queqiao.Server.Platform.Storage.Migrations;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <param name="Folder">Where the data lies.</param>
/// <param name="KeyFile">Where the keys lie.</param>
/// <param name="Bytes">Size of the data.</param>
/// <param name="WithRootKey">Whether the root key is in the key file.</param>
internal sealed record MadeBackup(string Folder, string KeyFile, BackupManifest Manifest, long Bytes, bool WithRootKey);

/// <summary>
/// Backups of the whole store: database, files, keys apart. Made beside a running server or without one; read by nobody without the keys.
/// </summary>
internal sealed class StoreBackup(StorageOptions options, Ids ids)
{
    private const string FilesFolder = "files";

    private readonly LocalRootKeys _roots = new(options);

    private IStoreCopy Copy => options.UsesPostgres ? new PostgresCopy(options) : new SqliteCopy(options);

    private string StoredFiles => Path.Combine(options.DataFolder, FilesFolder);

    public async Task<MadeBackup> Make(string to, string keysTo, string? passphrase, CancellationToken ct)
    {
        if (IsInside(keysTo, to) || IsInside(to, keysTo))
            throw new BackupRefusedException("backup_keys_together", to, keysTo);
        var now = ids.Now();
        var id = "queqiao-" + DateTimeOffset.FromUnixTimeMilliseconds(now).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture) + "-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2));
        var folder = NewFolder(Path.Combine(Path.GetFullPath(to), id));
        var keyFile = Path.Combine(NewFolder(Path.GetFullPath(keysTo)), id + ".keys");
        var copied = await Copy.Out(folder, ct);
        // After the database: a blob is there before the row that names it, and never changes.
        CopyFolder(StoredFiles, Path.Combine(folder, FilesFolder), leaveOut: "uploads");
        var roots = passphrase is not null && _roots.Exist ? _roots.Known.Select(root => root.Reveal()).ToList() : null;
        new KeyCopy(id, now, copied.Keys, roots).Write(keyFile, passphrase);
        var files = BackupManifest.Sum(folder);
        var manifest = new BackupManifest(BackupManifest.KnownFormat, id, now, Version(), Copy.Engine, copied.Migration, copied.Database, copied.Owner, files);
        manifest.Write(folder);
        BackupAge.Note(options, now);
        return new MadeBackup(folder, keyFile, manifest, files.Sum(file => file.Size), roots is not null);
    }

    /// <summary>Reads everything back: sums, the copy of the database, and whether the keys can be opened.</summary>
    public static async Task<BackupManifest> Verify(string folder, string? keyFile, string? passphrase, CancellationToken ct)
    {
        var manifest = BackupManifest.Read(folder);
        var damage = manifest.FirstDamage(folder)
            ?? (manifest.Engine == "sqlite" ? await SqliteCopy.FindDamage(folder, ct) : await PostgresCopy.FindDamage(folder, ct));
        if (damage is not null)
            throw new BackupRefusedException("backup_damaged", damage);
        if (keyFile is not null)
            Fitting(KeyCopy.Read(keyFile, passphrase), manifest, keyFile);
        return manifest;
    }

    /// <summary>Into an empty store. Nothing is touched before everything that can be checked was.</summary>
    public async Task<BackupManifest> Restore(string folder, string keyFile, string? passphrase, CancellationToken ct)
    {
        var manifest = await Verify(folder, keyFile, passphrase, ct);
        if (manifest.Engine != Copy.Engine)
            throw new BackupRefusedException("restore_other_engine", manifest.Engine);
        if (Migration.Of(manifest.Engine)[^1].Version < manifest.Migration)
            throw new BackupRefusedException("backup_newer", folder);
        if (Directory.Exists(StoredFiles) && Directory.EnumerateFiles(StoredFiles, "*", SearchOption.AllDirectories).Any())
            throw new BackupRefusedException("restore_not_empty", StoredFiles);
        var keys = KeyCopy.Read(keyFile, passphrase);
        TakeRootKeys(keys, keyFile);
        // Files first: a store that is there is whole.
        CopyFolder(Path.Combine(folder, FilesFolder), StoredFiles, leaveOut: null);
        await Copy.In(folder, manifest, keys.Rows, ct);
        return manifest;
    }

    private void TakeRootKeys(KeyCopy keys, string keyFile)
    {
        if (!_roots.Exist && keys.RootKeys is { Count: > 0 } given)
            _roots.Keep([.. given.Select(text => RootKey.Parse(text) ?? throw new BackupRefusedException("backup_damaged", keyFile))]);
        var needed = keys.Rows.Where(row => row.Values.ContainsKey("root_id")).Select(row => row.Values["root_id"].GetString()![2..]).Distinct().ToList();
        if (needed.Count > 0 && (!_roots.Exist || needed.Find(root => !_roots.Has(root)) is not null))
            throw new BackupRefusedException("restore_root_key_missing", _roots.FileName, LocalRootKeys.Variable);
    }

    /// <summary>Newer keys open older data (and forget who was erased since); older ones do not know who came since.</summary>
    private static void Fitting(KeyCopy keys, BackupManifest manifest, string keyFile)
    {
        if (keys.Id != manifest.Id && keys.MadeAt < manifest.MadeAt)
            throw new BackupRefusedException("restore_keys_older", keyFile);
    }

    private static string NewFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(path).FullName;
        return Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    private static void CopyFolder(string from, string to, string? leaveOut)
    {
        if (!Directory.Exists(from))
            return;
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (leaveOut is not null && name.StartsWith(leaveOut + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                continue;
            var target = Path.Combine(to, name);
            NewFolder(Path.GetDirectoryName(target)!);
            try
            {
                File.Copy(file, target);
            }
            catch (FileNotFoundException)
            {
                // deleted meanwhile: so is its row
            }
        }
    }

    private static bool IsInside(string inner, string outer) =>
        (Path.GetFullPath(inner).TrimEnd('/') + "/").StartsWith(Path.GetFullPath(outer).TrimEnd('/') + "/", StringComparison.Ordinal);

    private static string Version() => typeof(StoreBackup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
