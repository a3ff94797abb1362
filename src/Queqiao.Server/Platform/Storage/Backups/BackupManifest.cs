using System.Security.Cryptography;
using System.Text.Json;

namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>One file of a backup, by its path below the backup's folder, with forward slashes.</summary>
internal sealed record BackedUpFile(string Path, long Size, string Sha256);

/// <summary>What a backup is and what belongs to it: <c>manifest.json</c>, written last, so that a backup without one was never finished.</summary>
/// <param name="Format">1.</param>
/// <param name="Id">Names the backup, and the file of its keys.</param>
/// <param name="MadeAt">Unix milliseconds, when the snapshot was taken: what was acknowledged before is in it.</param>
/// <param name="Program">Version of the program that made it.</param>
/// <param name="Engine"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Migration">The last migration of the store.</param>
/// <param name="Database">PostgreSQL: the database's name, from which the names of its roles follow.</param>
/// <param name="Owner">PostgreSQL: the role that owned it.</param>
/// <param name="Files">Everything in the folder but the manifest itself.</param>
internal sealed record BackupManifest(
    int Format, string Id, long MadeAt, string Program, string Engine, int Migration, string? Database, string? Owner, IReadOnlyList<BackedUpFile> Files)
{
    public const string FileName = "manifest.json";
    public const int KnownFormat = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static BackupManifest Read(string folder)
    {
        var file = System.IO.Path.Combine(folder, FileName);
        if (!File.Exists(file))
            throw new BackupRefusedException("backup_unfinished", folder);
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(File.ReadAllBytes(file), Json)!;
            return manifest is { Format: KnownFormat, Files: not null } ? manifest : throw new BackupRefusedException("backup_newer", folder);
        }
        catch (JsonException)
        {
            throw new BackupRefusedException("backup_damaged", FileName);
        }
    }

    public void Write(string folder)
    {
        var file = System.IO.Path.Combine(folder, FileName);
        using var stream = new FileStream(file + ".new", FileMode.Create, FileAccess.Write);
        JsonSerializer.Serialize(stream, this, Json);
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        File.Move(file + ".new", file);
    }

    /// <summary>The files of a folder with their sums.</summary>
    public static List<BackedUpFile> Sum(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (Full: file, Short: System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/')))
            .Where(file => file.Short is not FileName)
            .OrderBy(file => file.Short, StringComparer.Ordinal)
            .Select(file => new BackedUpFile(file.Short, new FileInfo(file.Full).Length, SumOf(file.Full)))];

    /// <summary>The first file that is missing, changed or too many; null when all is as it was written.</summary>
    public string? FirstDamage(string folder)
    {
        foreach (var file in Files)
        {
            var full = System.IO.Path.Combine(folder, file.Path);
            if (!File.Exists(full) || new FileInfo(full).Length != file.Size || SumOf(full) != file.Sha256)
                return file.Path;
        }
        var known = Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .FirstOrDefault(file => file != FileName && !known.Contains(file));
    }

    private static string SumOf(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
