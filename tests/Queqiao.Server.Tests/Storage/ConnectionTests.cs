using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

public sealed partial class ConnectionTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Reading_contexts_cannot_write(string engine)
    {
        await using var store = await Store.Open(engine);
        await using (var db = store.Node.Engine.Read(1))
        {
            db.Table<Channel>().Add(new() { Ws = 1, Id = Guid.NewGuid(), Kind = "web", Name = "x", Settings = "{}", Enabled = true, CreatedAt = 1 });
            await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
            Assert.Throws<InvalidOperationException>(() => db.SaveChanges());
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => db.Table<Channel>().ExecuteUpdateAsync(set => set.SetProperty(channel => channel.Name, "y")));
        }
        await using (var db = store.Node.Engine.ReadSystem())
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => db.Table<Channel>().ExecuteUpdateAsync(set => set.SetProperty(channel => channel.Name, "y")));
        await using (var db = store.Node.Engine.Read(1))
            Assert.Equal("Web", (await db.Table<Channel>().AsNoTracking().SingleAsync()).Name);
        await store.Node.Engine.Run(1, async (unit, ct) => // a connection that was read from can be written to again
            await unit.Db.Table<Channel>().ExecuteUpdateAsync(set => set.SetProperty(channel => channel.Name, "z"), ct), CancellationToken.None);
    }

    [Fact]
    public async Task SQLite_syncs_every_commit_and_keeps_foreign_keys()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var settings = await store.Node.Engine.Run(1, async (unit, _) =>
            $"{await unit.Connection.Run("PRAGMA journal_mode")} {await unit.Connection.Run("PRAGMA synchronous")} {await unit.Connection.Run("PRAGMA foreign_keys")}", CancellationToken.None);
        Assert.Equal("wal 2 1", settings); // 2 = FULL
    }

    [PostgresFact]
    public async Task PostgreSQL_syncs_every_commit()
    {
        await using var store = await Store.Open(Engines.Postgres);
        var settings = await store.Node.Engine.RunSystem(async (unit, _) =>
            $"{await unit.Connection.Run("SHOW fsync")} {await unit.Connection.Run("SHOW synchronous_commit")}", CancellationToken.None);
        Assert.Equal("on on", settings);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_started_store_is_ready(string engine)
    {
        await using var store = await Store.Open(engine);
        Assert.True(await store.Node.Engine.Ready(CancellationToken.None));
    }

    [Fact]
    public void Only_the_storage_opens_connections()
    {
        var source = Path.Combine(Repository.Root, "src", "Queqiao.Server");
        var storage = Path.Combine(source, "Platform", "Storage") + Path.DirectorySeparatorChar;
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)).ToList();
        Assert.Contains(files, file => Opens().IsMatch(File.ReadAllText(file))); // the pattern finds what the storage does
        Assert.DoesNotContain(files, file => !file.StartsWith(storage, StringComparison.Ordinal) && Opens().IsMatch(File.ReadAllText(file)));
    }

    [GeneratedRegex(@"new (Sqlite|Npgsql|Db)Connection\(|Npgsql(SlimDataSource|DataSource)(Builder)?[.(]|\.UseSqlite\(|\.UseNpgsql\(|(Sqlite|Npgsql)Factory\.")]
    private static partial Regex Opens();
}
