using System.Text;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Keys;

/// <summary>The firm's secrets: sealed under the workspace's key, opened only where they belong.</summary>
public sealed class VaultTests
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("密钥 secret");

    [Theory, OnSqlite, OnPostgres]
    public async Task What_was_sealed_opens_again_also_after_a_restart(string engine)
    {
        await using var store = await Store.Open(engine);
        var row = store.Ids.New();
        var first = store.Node.Engine.Vault.Seal(1, "agent totp", Secret, row);
        var again = store.Node.Engine.Vault.Seal(1, "agent totp", Secret, row);
        Assert.NotEqual(first, again);
        Assert.Equal(-1, first.AsSpan().IndexOf(Secret));
        await store.Restart();
        Assert.Equal(Secret, store.Node.Engine.Vault.Open(1, "agent totp", first, row));
        Assert.Equal(Secret, store.Node.Engine.Vault.Open(1, "agent totp", again, row));
    }

    [Fact]
    public async Task It_opens_nowhere_else()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        await store.Settle(2);
        var vault = store.Node.Engine.Vault;
        var row = store.Ids.New();
        var kept = vault.Seal(1, "agent totp", Secret, row);
        Assert.Throws<DamagedException>(() => vault.Open(2, "agent totp", kept, row));
        Assert.Throws<DamagedException>(() => vault.Open(1, "webhook secret", kept, row));
        Assert.Throws<DamagedException>(() => vault.Open(1, "agent totp", kept, store.Ids.New()));
        for (var i = 0; i < kept.Length; i++)
        {
            var changed = (byte[])kept.Clone();
            changed[i] ^= 1;
            Assert.Throws<DamagedException>(() => vault.Open(1, "agent totp", changed, row));
            Assert.Throws<DamagedException>(() => vault.Open(1, "agent totp", kept.AsSpan(0, i), row));
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Tags_and_derived_keys_stay_and_differ(string engine)
    {
        await using var store = await Store.Open(engine);
        await store.Settle(2);
        var vault = store.Node.Engine.Vault;
        var tag = vault.Tag(1, "identity", "13800138000");
        Assert.NotEqual(tag, vault.Tag(2, "identity", "13800138000"));
        Assert.NotEqual(tag, vault.Tag(1, "phone", "13800138000"));
        Assert.NotEqual(tag, vault.Tag(1, "identity", "13800138001"));
        var index = vault.IndexKey(1);
        Assert.NotEqual(index, vault.IndexKey(2));
        Assert.NotEqual(index, vault.Derive(1, "another purpose"));
        await store.Restart();
        Assert.Equal(tag, store.Node.Engine.Vault.Tag(1, "identity", "13800138000"));
        Assert.Equal(index, store.Node.Engine.Vault.IndexKey(1));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_workspace_that_is_not_made_leaves_no_keys(string engine)
    {
        await using var store = await Store.Open(engine);
        await store.Node.Engine.RunSystem(async (unit, ct) =>
        {
            unit.Db.Table<Server.Identity.Storage.Workspace>().Add(new() { Ws = 2, Id = unit.Ids.New(), Name = "x", CreatedAt = 1 });
            await unit.Db.SaveChangesAsync(ct);
            await store.Node.Engine.Vault.CreateKeys(unit, 2, ct);
            unit.Abandon();
            return 0;
        }, CancellationToken.None);
        await store.Settle(2);
        var kept = store.Node.Engine.Vault.Seal(2, "x", Secret);
        await store.Restart();
        Assert.Equal(Secret, store.Node.Engine.Vault.Open(2, "x", kept));
    }

    [Fact]
    public async Task Many_threads_seal_and_open_at_once()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var vault = store.Node.Engine.Vault;
        Parallel.For(0, 2000, n =>
        {
            var clear = Encoding.UTF8.GetBytes(new string((char)('a' + n % 26), n % 300));
            Assert.Equal(clear, vault.Open(1, "x", vault.Seal(1, "x", clear)));
        });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_store_does_not_start_without_its_root_key_and_makes_no_other(string engine)
    {
        await using var store = await Store.Open(engine);
        var file = Path.Combine(store.Options.DataFolder, "root.key");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await store.Node.Engine.DisposeAsync();

        var key = await File.ReadAllTextAsync(file);
        File.Delete(file);
        await Assert.ThrowsAsync<StoreRefusedException>(() => Start(store));
        Assert.False(File.Exists(file));
        await File.WriteAllTextAsync(file, RootKey.New().Reveal());
        Assert.Contains("is not known here", (await Assert.ThrowsAsync<StoreRefusedException>(() => Start(store))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, $"{RootKey.New().Reveal()}\n{key}\n"); // a newer one stands first
        await Start(store);
    }

    [Fact]
    public void Root_keys_from_the_environment_are_as_many_as_are_given()
    {
        RootKey fresh = RootKey.New(), old = RootKey.New();
        var options = new StorageOptions { DataFolder = Path.Combine(Path.GetTempPath(), "queqiao-none") };
        var both = new LocalRootKeys(options, $"{fresh.Reveal()},{old.Reveal()}");
        var wrapped = new LocalRootKeys(options, old.Reveal()).Wrap(Secret, "context"u8);
        Assert.Equal(Secret, both.Unwrap(old.Id, wrapped, "context"u8));
        Assert.Throws<DamagedException>(() => both.Unwrap(old.Id, wrapped, "another"u8));
        Assert.Equal(fresh.Id, both.Current);
        Assert.False(new LocalRootKeys(options, fresh.Reveal()).Has(old.Id));
        Assert.False(Directory.Exists(options.DataFolder));
        Assert.Throws<StoreRefusedException>(() => new LocalRootKeys(options, "too short").Current);
    }

    private static async Task Start(Store store)
    {
        await using var node = new Node(store, []);
        await node.Engine.Start(CancellationToken.None);
    }
}
