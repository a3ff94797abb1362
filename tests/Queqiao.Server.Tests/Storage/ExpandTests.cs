using System.Data.Common;
using System.Text.RegularExpressions;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

/// <summary>
/// A server of an earlier version goes on beside a newer one while nodes are replaced in turn (decision 0056): migrations only expand, and
/// what the earlier version writes, with the columns that it knows, is taken by the newest schema and read by the newest code.
/// </summary>
public sealed partial class ExpandTests
{
    /// <summary>The first schema that several nodes ran on; earlier versions are upgraded with every node stopped.</summary>
    private const int First = 30;

    /// <summary>What contracts all the same, and why nobody is hurt.</summary>
    private static readonly Dictionary<int, string> Allowed = new()
    {
        [29] = "drops columns; 0.1.0 is the first release, nobody serves the schema before",
        [40] = "replaces a trigger by a stricter one; no version deletes audit rows but by the new way",
    };

    public static TheoryData<string> Known => [.. Migration.Of(Engines.Sqlite).Where(one => one.Version >= 29).Select(one => one.Name)];

    [Theory, MemberData(nameof(Known))]
    public void A_migration_only_expands(string name)
    {
        foreach (var engine in new[] { Engines.Sqlite, Engines.Postgres })
        {
            var migration = Migration.Of(engine).Single(one => one.Name == name);
            var faults = Faults(migration.Sql, MadeHere(migration.Sql)).ToList();
            Assert.True(faults.Count == 0 || Allowed.ContainsKey(migration.Version), $"{engine} {name} takes something from servers of the version before: {string.Join("; ", faults)}");
        }
    }

    [Fact]
    public void What_is_allowed_is_still_there()
    {
        foreach (var version in Allowed.Keys)
            Assert.Contains(new[] { Engines.Sqlite, Engines.Postgres }, engine => Migration.Of(engine).Single(one => one.Version == version) is var migration && Faults(migration.Sql, MadeHere(migration.Sql)).Any());
    }

    /// <summary>The checker seen to notice, and to let pass.</summary>
    [Theory]
    [InlineData("ALTER TABLE contact DROP COLUMN name;", true)]
    [InlineData("alter table contact\n  drop column name;", true)]
    [InlineData("DROP TABLE contact;", true)]
    [InlineData("DROP INDEX ux_x;", false)]
    [InlineData("ALTER TABLE contact RENAME COLUMN a TO b;", true)]
    [InlineData("ALTER TABLE contact RENAME TO b;", true)]
    [InlineData("ALTER TABLE contact ADD COLUMN a integer NOT NULL;", true)]
    [InlineData("ALTER TABLE contact ADD COLUMN a integer NOT NULL DEFAULT 0;", false)]
    [InlineData("ALTER TABLE contact ADD COLUMN a integer;", false)]
    [InlineData("ALTER TABLE contact ALTER COLUMN a SET NOT NULL;", true)]
    [InlineData("ALTER TABLE contact ALTER COLUMN a TYPE bigint;", true)]
    [InlineData("ALTER TABLE contact ADD CONSTRAINT c CHECK (a > 0);", true)]
    [InlineData("CREATE UNIQUE INDEX ux_c ON contact (ws, a);", true)]
    [InlineData("CREATE INDEX ix_c ON contact (ws, a);", false)]
    [InlineData("DROP TRIGGER t ON contact;", true)]
    [InlineData("REVOKE INSERT ON contact FROM {app};", true)]
    [InlineData("CREATE TABLE fresh (a integer NOT NULL); CREATE UNIQUE INDEX ux_f ON fresh (a); ALTER TABLE fresh ADD CONSTRAINT c CHECK (a > 0);", false)]
    [InlineData("-- DROP TABLE contact;", false)]
    public void The_checker_notices(string sql, bool isFault) => Assert.Equal(isFault, Faults(sql, MadeHere(sql)).Any());

    [Theory, OnSqlite, OnPostgres]
    public async Task What_an_earlier_version_writes_is_taken_and_read_by_the_newest(string engine)
    {
        var known = Migration.Of(engine);
        var versions = known.Select((migration, place) => (migration.Version, Steps: place + 1)).Where(one => one.Version >= First && one.Steps < known.Count).Select(one => one.Steps).ToList();
        int[] some = engine == Engines.Sqlite ? [.. versions] : [versions[0], versions[versions.Count / 2], versions[^1]]; // each costs half a second there
        foreach (var steps in some.Distinct())
            await WriteAsBefore(engine, steps, [.. known.Take(steps)], known);
    }

    [Theory]
    [OnSqlite("ALTER TABLE contact ADD COLUMN rank INTEGER NOT NULL DEFAULT 1 CHECK (rank <> 1)"), OnPostgres("ALTER TABLE contact ADD COLUMN rank INTEGER; CREATE UNIQUE INDEX ux_contact_ws ON contact (ws); ALTER TABLE contact ADD CHECK (rank IS NOT NULL)")]
    public async Task A_migration_that_refuses_what_an_earlier_version_writes_is_noticed(string engine, string harm)
    {
        var known = Migration.Of(engine);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => WriteAsBefore(engine, known.Count, known, [.. known, new(known[^1].Version + 1, "harm", harm)]));
    }

    /// <summary>Rows of an old store, as its servers write them, into an empty store of the newest schema.</summary>
    private static async Task WriteAsBefore(string engine, int steps, IReadOnlyList<Migration> old, IReadOnlyList<Migration> newest)
    {
        await using var before = await EmptyStore.Make(engine);
        await UpgradeTests.Fill(before, steps);
        await using var after = await EmptyStore.Make(engine);
        await after.Migrate(newest);
        await using var from = await before.Open();
        await using var to = await after.Open();
        var waiting = await RowsOf(from);
        for (var again = true; again && waiting.Count > 0;)
        {
            again = false;
            foreach (var row in waiting.ToList())
            {
                if (await row.TryInsert(to))
                    again = waiting.Remove(row);
            }
        }
        Assert.True(waiting.Count == 0, $"Rows of schema {old[^1].Version} that the newest refuses: {string.Join("; ", waiting.Select(row => row.Table + ": " + row.Trouble).Distinct())}");
        await UpgradeTests.ReadEverything(after, await UpgradeTests.Rows(after));
    }

    private sealed record Row(string Table, string[] Keys, IReadOnlyList<string> Columns, object[] Values)
    {
        public string? Trouble { get; private set; }

        /// <summary>False when it points at a row that is not there yet, or is refused. What the schema or a trigger wrote already is updated.</summary>
        public async Task<bool> TryInsert(DbConnection to)
        {
            try
            {
                await Run(to, $"INSERT INTO {Table} ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select((_, n) => "@p" + n))})");
                return true;
            }
            catch (DbException trouble)
            {
                Trouble = trouble.Message;
                if (!IsKnownKey(trouble))
                    return false;
                if (Columns.Count > Keys.Length)
                    await Run(to, $"UPDATE {Table} SET {Pairs(column => !Keys.Contains(column), ", ")} WHERE {Pairs(Keys.Contains, " AND ")}");
                return true;
            }
        }

        private string Pairs(Func<string, bool> which, string between) => string.Join(between, Columns.Select((column, n) => (column, n)).Where(one => which(one.column)).Select(one => $"{one.column} = @p{one.n}"));

        private static bool IsKnownKey(DbException trouble) => trouble switch
        {
            Npgsql.PostgresException { SqlState: "23505", ConstraintName: { } name } => name.EndsWith("_pkey", StringComparison.Ordinal),
            Microsoft.Data.Sqlite.SqliteException sqlite => sqlite.SqliteExtendedErrorCode == 1555,
            _ => false,
        };

        private async Task Run(DbConnection to, string sql)
        {
            await using var command = to.CreateCommand();
            command.CommandText = sql;
            for (var n = 0; n < Values.Length; n++)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = ("@p" + n, Values[n]);
                command.Parameters.Add(parameter);
            }
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<List<Row>> RowsOf(DbConnection from)
    {
        var rows = new List<Row>();
        foreach (var line in (await Catalogue.Of(from)).Shape.Where(line => line.StartsWith("key ", StringComparison.Ordinal)))
        {
            var (table, keys) = (line.Split(' ')[1], line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..line.IndexOf(')', StringComparison.Ordinal)].Split(", "));
            await using var command = from.CreateCommand();
            command.CommandText = "SELECT * FROM " + table;
            await using var row = await command.ExecuteReaderAsync();
            var columns = Enumerable.Range(0, row.FieldCount).Select(row.GetName).ToList();
            while (await row.ReadAsync())
            {
                var values = new object[row.FieldCount];
                row.GetValues(values);
                rows.Add(new Row(table, keys, columns, values));
            }
        }
        return rows;
    }

    private static HashSet<string> MadeHere(string sql) => [.. Made().Matches(sql).Select(made => made.Groups[1].Value)];

    /// <summary>Statements that take something away from whoever knows the tables that were there before.</summary>
    private static IEnumerable<string> Faults(string sql, HashSet<string> fresh)
    {
        foreach (var statement in Comments().Replace(sql, "").Split(';').Select(part => Spaces().Replace(part, " ").Trim()))
        {
            if (Taking().Match(statement) is { Success: true } taking && !fresh.Contains(taking.Groups["table"].Value) && !IsFilledIn(statement))
                yield return statement.Length > 120 ? statement[..120] : statement;
        }
    }

    private static bool IsFilledIn(string statement) =>
        statement.Contains(" ADD COLUMN ", StringComparison.OrdinalIgnoreCase) && statement.Contains(" DEFAULT ", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"CREATE (?:VIRTUAL )?TABLE (?:IF NOT EXISTS )?(\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Made();

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(
        @"^DROP (?:TABLE|VIEW) (?:IF EXISTS )?(?<table>\w+)|^DROP TRIGGER|^REVOKE|^CREATE UNIQUE INDEX \w+ ON (?<table>\w+)" +
        @"|^ALTER TABLE (?<table>\w+) (?:.*\bDROP COLUMN\b.*|RENAME\b.*|.*\bSET NOT NULL.*|.*\bALTER COLUMN \w+ (?:SET DATA )?TYPE\b.*|ADD (?:CONSTRAINT|CHECK|UNIQUE|FOREIGN)\b.*|ADD COLUMN .*\bNOT NULL.*)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Taking();
}
