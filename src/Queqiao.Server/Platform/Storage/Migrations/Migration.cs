using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;

namespace Queqiao.Server.Platform.Storage.Migrations;

/// <summary>One numbered SQL file of one engine. Once released it never changes: its checksum is stored where it ran.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Name">What it does.</param>
/// <param name="Sql">Runs in one transaction.</param>
/// <param name="Before">
/// What SQL cannot do, done before it: in transactions of its own, so that a kill half-way loses nothing. It runs again until the SQL
/// behind it has run, and must go on where it was. A new store has nothing to work on: there it is left out. Like the SQL it never
/// changes once released.
/// </param>
internal sealed record Migration(int Version, string Name, string Sql, Func<MigrationWork, CancellationToken, Task>? Before = null)
{
    private static readonly Dictionary<int, Func<MigrationWork, CancellationToken, Task>> Work = new() { [4] = new SealClearText().Run };

    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    /// <summary>The migrations of an engine (<c>sqlite</c>, <c>postgres</c>) in order.</summary>
    public static IReadOnlyList<Migration> Of(string engine)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var marker = $".Storage.Migrations.{engine}.";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.Contains(marker, StringComparison.Ordinal))
            .Select(name => Read(assembly, name, name[(name.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..^".sql".Length]))
            .Select(migration => Work.TryGetValue(migration.Version, out var before) ? migration with { Before = before } : migration)
            .OrderBy(migration => migration.Version)];
    }

    /// <summary>What is left to run after what a store says it has run.</summary>
    /// <exception cref="InvalidOperationException">A migration that ran is missing here or has changed since: the store belongs to another build.</exception>
    public static IReadOnlyList<Migration> Pending(IReadOnlyList<Migration> known, IReadOnlyDictionary<int, string> applied)
    {
        foreach (var (version, checksum) in applied)
        {
            var mine = known.FirstOrDefault(migration => migration.Version == version)
                ?? throw new StoreRefusedException($"The store was written by a newer Queqiao: it has migration {version}, this program knows up to {known[^1].Version}. Start the newer version.");
            if (mine.Checksum != checksum)
                throw new StoreRefusedException($"Migration {mine.Version} ({mine.Name}) differs from the one this store was built with. Released migrations must never change.");
        }
        return [.. known.Where(migration => !applied.ContainsKey(migration.Version))];
    }

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        var digits = file.TrimStart('_')[..4];
        return new Migration(int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture), file.TrimStart('_')[5..],
            reader.ReadToEnd().ReplaceLineEndings("\n"));
    }
}

/// <summary>What a migration's code works with: the owner's connection, the root keys and the clock.</summary>
internal sealed record MigrationWork(DbConnection Connection, IRootKeys Roots, Ids Ids);
