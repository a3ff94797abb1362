using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

/// <summary>
/// A store of any earlier version, with rows in it, becomes one of the newest. A new migration is covered by itself; rows that only
/// its version can hold belong into <c>Fixtures/NNNN.sql</c>.
/// </summary>
public sealed partial class UpgradeTests
{
    public static TheoryData<string, int> Versions(string engine)
    {
        var data = new TheoryData<string, int>();
        for (var version = 1; version <= Migration.Of(engine).Count; version++)
            data.Add(engine, version);
        return data;
    }

    [Theory, MemberData(nameof(Versions), Engines.Sqlite)]
    public Task A_sqlite_store_of_every_version_is_upgraded_with_its_data(string engine, int version) => Upgrade(engine, version, Migration.Of(engine));

    [PostgresFact]
    public async Task A_postgres_store_of_every_version_is_upgraded_with_its_data()
    {
        for (var version = 1; version <= Migration.Of(Engines.Postgres).Count; version++)
            await Upgrade(Engines.Postgres, version, Migration.Of(Engines.Postgres));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_migration_to_come_is_covered_too(string engine)
    {
        var known = Migration.Of(engine);
        Migration next = new(known[^1].Version + 1, "to_come", "ALTER TABLE contact ADD COLUMN nickname TEXT; UPDATE contact SET nickname = 'friend'; CREATE INDEX ix_contact_nickname ON contact (ws, nickname);");
        foreach (var version in (int[])[1, known.Count / 2, known.Count]) // every version is walked by the tests above
            await Upgrade(engine, version, [.. known, next]);
    }

    /// <summary>Seen to fail: one migration that loses a row, one that spoils one.</summary>
    [Theory]
    [OnSqlite("DELETE FROM entry_key"), OnPostgres("DELETE FROM entry_key"), OnSqlite("UPDATE conversation SET unread = 9"), OnPostgres("UPDATE conversation SET unread = 9")]
    public async Task A_migration_that_harms_data_is_noticed(string engine, string harm)
    {
        var known = Migration.Of(engine);
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => Upgrade(engine, known.Count, [.. known, new(known[^1].Version + 1, "harm", harm)]));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Every_table_has_a_row_in_the_fixtures(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        await Fill(store, Migration.Of(engine).Count);
        foreach (var (table, rows) in await Rows(store))
            Assert.True(rows > 0, $"No fixture has a row of {table}: add one to Storage/Fixtures/NNNN.sql, of the migration that made it.");
    }

    private static async Task Upgrade(string engine, int from, IReadOnlyList<Migration> newest)
    {
        await using var store = await EmptyStore.Make(engine);
        await Fill(store, from);
        var before = await Rows(store);

        await store.Migrate(newest);

        var after = await Rows(store);
        foreach (var (table, rows) in before.Where(table => table.Value > 0))
            Assert.Equal((table, rows), (table, after[table]));
        await ReadEverything(store, before);
        if (newest.Count == Migration.Of(engine).Count)
            await GoOn(store);
    }

    /// <summary>Builds a store of a version, with the rows of each version on the way.</summary>
    internal static async Task Fill(EmptyStore store, int version)
    {
        var known = Migration.Of(store.Engine);
        for (var step = 1; step <= version; step++)
        {
            await store.Migrate([.. known.Take(step)]);
            var fixture = Path.Combine(AppContext.BaseDirectory, "Storage", "Fixtures", $"{known[step - 1].Version:0000}.sql");
            if (File.Exists(fixture))
                await store.Run(InWordsOf(store.Engine, await File.ReadAllTextAsync(fixture)));
        }
    }

    /// <summary>The rows of a version, in this database's words.</summary>
    internal static string Fixture(string engine, int version) =>
        InWordsOf(engine, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Storage", "Fixtures", $"{version:0000}.sql")));

    private static string InWordsOf(string engine, string sql)
    {
        var postgres = engine == Engines.Postgres;
        sql = IdMark().Replace(sql, id => postgres ? $"'{new Guid(Convert.FromHexString(id.Groups[1].Value.PadLeft(32, '0')), true)}'" : $"x'{id.Groups[1].Value.PadLeft(32, '0')}'");
        sql = HexMark().Replace(sql, bytes => postgres ? $"'\\x{bytes.Groups[1].Value}'" : $"x'{bytes.Groups[1].Value}'");
        return BytesMark().Replace(sql, bytes =>
        {
            var hex = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(bytes.Groups[1].Value));
            return postgres ? $"'\\x{hex}'" : $"x'{hex}'";
        });
    }

    [GeneratedRegex(@"\{id:([0-9a-f]+)\}")]
    private static partial Regex IdMark();

    [GeneratedRegex(@"\{hex:([0-9a-f]+)\}")]
    private static partial Regex HexMark();

    [GeneratedRegex(@"\{bytes:(.*?)\}(?=, |\))")]
    private static partial Regex BytesMark();

    internal static async Task<Dictionary<string, long>> Rows(EmptyStore store)
    {
        await using var connection = await store.Open();
        var tables = (await Catalogue.Of(connection)).Shape.Where(line => line.StartsWith("key ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).ToList();
        var rows = new Dictionary<string, long>();
        foreach (var table in tables)
            rows[table] = (long)(await connection.Run($"SELECT count(*) FROM {table}"))!;
        return rows;
    }

    /// <summary>Every row can be read by the newest model. Tables that came later have none yet.</summary>
    internal static async Task ReadEverything(EmptyStore store, Dictionary<string, long> before)
    {
        await using var connection = await store.Open();
        await using var db = EmptyStore.Model(connection);
        await using var keys = store.NewEngine();
        var log = await LogInvariants.Check(db, keys);
        Assert.Contains(log.Messages, message => message.Message.Text == "我要退款");
        foreach (var type in db.Model.GetEntityTypes())
        {
            var rows = ((IQueryable<object>)typeof(DbContext).GetMethod(nameof(DbContext.Set), [])!.MakeGenericMethod(type.ClrType).Invoke(db, [])!).AsNoTracking().ToList();
            Assert.True(rows.Count > 0 || before.GetValueOrDefault(type.GetTableName()!) == 0, type.GetTableName());
        }
    }

    /// <summary>The conversation of the fixture goes on where it was.</summary>
    private static async Task GoOn(EmptyStore store)
    {
        await using var engine = store.NewEngine();
        await engine.Start(CancellationToken.None);
        await using var feed = new LogFeed([], [], NullLogger<LogFeed>.Instance);
        var log = new ConversationLog(engine, new Ids(store.Clock), feed);
        var outcome = await log.Append(reply => new LogCommand
        {
            Ws = 1, Customer = new(new Guid("00000000-0000-0000-0000-000000000004"), "visitor-1"), By = new Sender(SenderKind.Contact, null, null), Begins = true,
            Key = LogCommand.KeyOf(1, "visitor-1", "c2"), Decide = head => head.CustomerSays("还在吗", "c2"), Reply = reply,
        });
        Assert.Equal(9, outcome.Stored().Seq);
        await using var db = engine.ReadSystem();
        await LogInvariants.Check(db, engine);
    }
}
