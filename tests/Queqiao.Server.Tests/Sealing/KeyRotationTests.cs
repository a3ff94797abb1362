using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Sealing;

/// <summary>Keys are changed without sealing anything anew; what was begun is gone on with.</summary>
public sealed class KeyRotationTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_new_root_key_opens_everything_and_the_old_one_is_dropped(string engine)
    {
        await using var store = await Store.Open(engine);
        (await store.Node.CustomerSays("v", "before", "c1")).Stored();
        var file = Path.Combine(store.Options.DataFolder, "root.key");
        var old = await File.ReadAllTextAsync(file);

        Assert.Equal(2, await Rotation(store).Root(CancellationToken.None));

        Assert.DoesNotContain(old, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        await store.Restart();
        (await store.Node.CustomerSays("v", "after", "c2")).Stored();
        Assert.Equal(["before", "after"], (await store.CheckLog()).Messages.Select(message => message.Message.Text));
    }

    [Fact]
    public async Task A_root_rotation_that_was_killed_is_gone_on_with()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        (await store.Node.CustomerSays("v", "before", "c1")).Stored();
        var local = (LocalRootKeys)store.Node.Engine.Vault.Roots;
        RootKey fresh = RootKey.New(), old = local.Known[0];
        local.Keep([fresh, old]); // killed here: the file has both, nothing is wrapped by the new one
        await store.Restart();
        await Rotation(store).Root(CancellationToken.None);
        Assert.Equal([fresh.Id], ((LocalRootKeys)store.Node.Engine.Vault.Roots).Known.Select(key => key.Id));
        await store.Restart();
        Assert.Equal(["before"], (await store.CheckLog()).Messages.Select(message => message.Message.Text));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task New_workspace_keys_wrap_everybodys_key_and_the_old_ones_still_open(string engine)
    {
        await using var store = await Store.Open(engine);
        for (var n = 0; n < 5; n++)
            (await store.Node.CustomerSays($"v{n}", "before", "c1")).Stored();
        var secret = store.Node.Engine.Vault.Seal(1, "agent totp", [1, 2, 3]);
        var tag = store.Node.Engine.Vault.Tag(1, "x", "y");

        Assert.Equal(5, await Rotation(store).Workspaces(CancellationToken.None));

        await store.Restart();
        var status = await Rotation(store).Status(CancellationToken.None);
        Assert.Equal([(1, "old", 0L), (3, "current", 5L)], status.Workspaces.Select(key => (key.Id, key.State, key.People)));
        Assert.Equal([1, 2, 3], store.Node.Engine.Vault.Open(1, "agent totp", secret));
        Assert.Equal(tag, store.Node.Engine.Vault.Tag(1, "x", "y"));
        Assert.NotEqual(secret[..5], store.Node.Engine.Vault.Seal(1, "agent totp", [1, 2, 3])[..5]);
        (await store.Node.CustomerSays("v0", "after", "c2")).Stored();
        Assert.Equal(6, (await store.CheckLog()).Messages.Count());
    }

    [Fact]
    public async Task A_workspace_rotation_that_was_killed_makes_no_third_key()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        (await store.Node.CustomerSays("v", "before", "c1")).Stored();
        await Rotation(store).Workspaces(CancellationToken.None);
        // As if it had been killed before this person's key was wrapped anew.
        await store.Node.Engine.RunSystem((unit, ct) => unit.Db.Visible(Scope<ContactKeyRow>.Workspace(1)).ExecuteUpdateAsync(set => set.SetProperty(key => key.KeyId, 1), ct), CancellationToken.None);
        Assert.Equal(1, await Rotation(store).Workspaces(CancellationToken.None));
        Assert.Equal(2, (await Rotation(store).Status(CancellationToken.None)).Workspaces.Count);
    }

    [Fact]
    public async Task A_given_root_key_is_only_changed_by_who_gives_it()
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var old = ((LocalRootKeys)store.Node.Engine.Vault.Roots).Known[0];
        var alone = new LocalRootKeys(store.Options, old.Reveal());
        Assert.Null(await new KeyRotation(store.Node.Engine, alone).Root(CancellationToken.None));
        var both = new LocalRootKeys(store.Options, $"{RootKey.New().Reveal()},{old.Reveal()}");
        Assert.Equal(2, await new KeyRotation(store.Node.Engine, both).Root(CancellationToken.None));
        await using var db = store.Node.Engine.ReadSystem();
        Assert.All(await db.Table<WorkspaceKeyRow>().ToListAsync(), row => Assert.Equal(both.Current, row.RootId));
    }

    private static KeyRotation Rotation(Store store) => new(store.Node.Engine, (LocalRootKeys)store.Node.Engine.Vault.Roots);
}
