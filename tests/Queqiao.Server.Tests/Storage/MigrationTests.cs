using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

public sealed class MigrationTests
{
    private const string Ran = "SELECT count(*) FROM schema_migration";

    [Theory, OnSqlite, OnPostgres]
    public async Task An_empty_store_is_built_once_and_then_left_alone(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        await StartAndStop(store);
        var at = store.Clock.Now;
        store.Clock.Move(TimeSpan.FromDays(1));
        await StartAndStop(store);

        Assert.Equal((long)Migration.Of(engine).Count, await store.Run(Ran));
        Assert.Equal(at, await store.Run("SELECT max(applied_at) FROM schema_migration"));
        Assert.Equal(64L, await store.Run("SELECT count(*) FROM slot"));
    }

    [Fact]
    public void Migrations_are_numbered_in_order_and_named_alike_on_both_databases()
    {
        var sqlite = Migration.Of(Engines.Sqlite);
        Assert.Equal(sqlite.Select(migration => migration.Version).Distinct().Order(), sqlite.Select(migration => migration.Version));
        Assert.Equal(sqlite.Select(migration => migration.Name), Migration.Of(Engines.Postgres).Select(migration => migration.Name));
    }

    [PostgresFact]
    public async Task Nodes_that_start_at_once_on_an_empty_database_build_it_once()
    {
        await using var store = await EmptyStore.Make(Engines.Postgres);
        var engines = Enumerable.Range(0, 5).Select(_ => store.NewEngine()).ToArray();
        await Task.WhenAll(engines.Select(engine => engine.Start(CancellationToken.None)));
        foreach (var engine in engines)
        {
            Assert.True(await engine.Ready(CancellationToken.None));
            await engine.DisposeAsync();
        }
        Assert.Equal((long)Migration.Of(Engines.Postgres).Count, await store.Run(Ran));
    }

    [Fact]
    public async Task A_second_process_on_a_sqlite_store_is_refused_and_told_why()
    {
        await using var store = await EmptyStore.Make(Engines.Sqlite);
        await using var first = store.NewEngine();
        await first.Start(CancellationToken.None);
        await using (var second = store.NewEngine())
        {
            var refused = await Assert.ThrowsAsync<StoreInUseException>(() => second.Start(CancellationToken.None));
            Assert.Contains("Another Queqiao process", refused.Message, StringComparison.Ordinal);
            Assert.Contains(store.Options.DataFolder, refused.Message, StringComparison.Ordinal);
        }
        Assert.True(await first.Ready(CancellationToken.None));
        await first.DisposeAsync();
        await StartAndStop(store);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_store_whose_migrations_were_changed_afterwards_is_refused(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        await StartAndStop(store);
        await store.Run("UPDATE schema_migration SET checksum = 'another' WHERE version = 1");
        Assert.Contains("must never change", await Refusal(store), StringComparison.Ordinal);
        Assert.Contains("must never change", await Refusal(store), StringComparison.Ordinal); // and no lock was left behind
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_store_of_a_newer_version_is_refused(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        await StartAndStop(store);
        await store.Run("INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (9999, 'future', 'x', 1)");
        Assert.Contains("newer Queqiao", await Refusal(store), StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_migration_that_fails_half_way_leaves_nothing_and_may_be_mended(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        var known = Migration.Of(engine);
        Migration broken = new(known[^1].Version + 1, "broken", "CREATE TABLE half (n integer); CREATE TABLE half (n integer);");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => store.Migrate([.. known, broken]));
        Assert.Equal(0L, await store.Run(Ran)); // a new store is built in one transaction
        await store.Migrate(known);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => store.Migrate([.. known, broken]));
        Assert.Equal((long)known.Count, await store.Run(Ran));
        await store.Migrate([.. known, broken with { Sql = "CREATE TABLE half (n integer);" }]);
        Assert.Equal(0L, await store.Run("SELECT count(*) FROM half"));
    }

    private static async Task StartAndStop(EmptyStore store)
    {
        await using var engine = store.NewEngine();
        await engine.Start(CancellationToken.None);
    }

    private static async Task<string> Refusal(EmptyStore store) =>
        (await Assert.ThrowsAsync<StoreRefusedException>(() => StartAndStop(store))).Message;
}
