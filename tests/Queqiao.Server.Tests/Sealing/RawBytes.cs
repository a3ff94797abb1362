using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Sealing;

/// <summary>A text that stands nowhere else, and everything it could look like in a file.</summary>
internal sealed class Canary(string what, string before, string? mark = null)
{
    private readonly string _mark = mark ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(10));

    public string Text => before + _mark;

    public string What => what;

    /// <summary>The mark alone is found in any encoding of text, escaped or not; the whole text besides.</summary>
    public IEnumerable<byte[]> Forms =>
        from text in new[] { _mark, Text }
        from encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode }
        select encoding.GetBytes(text);
}

/// <summary>Files as a thief has them.</summary>
internal static class RawBytes
{
    /// <summary>Where a canary was found; empty when nowhere.</summary>
    public static async Task<List<string>> Find(IEnumerable<Canary> canaries, params IEnumerable<string> folders)
    {
        var known = canaries.ToList();
        var found = new List<string>();
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            byte[] bytes;
            try
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                bytes = new byte[stream.Length];
                await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
            }
            catch (FileNotFoundException)
            {
                continue; // PostgreSQL recycles its logs
            }
            found.AddRange(from canary in known where canary.Forms.Any(form => bytes.AsSpan().IndexOf(form) >= 0) select $"{canary.What} in {file}");
        }
        return found;
    }

    /// <summary>The files of a database of PostgreSQL and its write-ahead log, with everything written out.</summary>
    public static async Task<string[]> FoldersOf(PostgresDatabase database)
    {
        await database.Cluster.Admin("CHECKPOINT");
        await using var admin = new NpgsqlConnection(database.Admin + ";Pooling=false");
        await admin.OpenAsync();
        var root = (string)(await Ask(admin, "SHOW data_directory"))!;
        var id = await Ask(admin, "SELECT oid::text FROM pg_database WHERE datname = current_database()");
        return [Path.Combine(root, "base", (string)id!), Path.Combine(root, "pg_wal")];
    }

    private static async Task<object?> Ask(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
