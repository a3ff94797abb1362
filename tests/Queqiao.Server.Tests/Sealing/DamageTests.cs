using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Sealing;

/// <summary>Bytes that changed in the store are noticed; they hurt nothing but the entry they are in.</summary>
public sealed class DamageTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_flipped_byte_shows_as_damaged_and_the_others_are_served(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("one")).Text("conversationId");
        await visitor.Say("two");
        await visitor.Say("three");
        for (var at = 1; at <= 70; at += 3) // header, key's id, nonce, text and tag
            await Flip(site, conversation, at);

        var log = await site.Owner.Log(conversation);
        Assert.Equal(["one", "", "three"], log.Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
        var damaged = log.Single(item => item.TryGetProperty("unreadable", out _));
        Assert.Equal(("damaged", "in", 3L), (damaged.Text("unreadable"), damaged.Text("direction"), damaged.Long("seq")));
        Assert.Equal(3, (await visitor.Log()).Count(item => item.Text("kind") == "message"));
        await visitor.Say("four");
        Assert.Contains(site.Troubles, line => line.Contains("Damaged: an entry", StringComparison.Ordinal) && line.Contains(conversation, StringComparison.Ordinal));
        Assert.DoesNotContain(site.Troubles, line => line.Contains("two", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sealed_values_cannot_be_moved_to_another_row()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("one")).Text("conversationId");
        await visitor.Say("two");
        await site.Owner.Say(conversation, "for colleagues", isPrivate: true);
        await Raw(site, "UPDATE entry SET body = (SELECT body FROM entry WHERE seq = 2) WHERE seq = 3"); // said again
        await Raw(site, "UPDATE entry SET type = 'message', public_prev = 3 WHERE type = 'note'"); // told to the customer
        Assert.Equal(["one", "", ""], (await visitor.Log()).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
    }

    /// <summary>Flips one byte, looks, and flips it back unless it is the last look.</summary>
    private static async Task Flip(Site site, string conversation, int at)
    {
        await Change(site, at);
        if (at + 3 > 70)
            return;
        Assert.Equal(["one", "", "three"], (await site.Owner.Log(conversation)).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
        await Change(site, at);
        Assert.Equal(["one", "two", "three"], (await site.Owner.Log(conversation)).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
    }

    private static async Task Change(Site site, int at)
    {
        if (site.Database is { } database)
        {
            await using var owner = new Npgsql.NpgsqlConnection(database.Admin + ";Pooling=false");
            await owner.OpenAsync();
            await owner.Run($"UPDATE entry SET body = set_byte(body, {at}, get_byte(body, {at}) # 1) WHERE seq = 3");
            return;
        }
        await using var raw = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.Folder, "queqiao.db")};Pooling=false");
        await raw.OpenAsync();
        var body = (byte[])(await raw.Run("SELECT body FROM entry WHERE seq = 3"))!;
        body[at] ^= 1;
        await raw.Run($"UPDATE entry SET body = x'{Convert.ToHexStringLower(body)}' WHERE seq = 3");
    }

    private static async Task Raw(Site site, string sql)
    {
        await using var raw = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.Folder, "queqiao.db")};Pooling=false");
        await raw.OpenAsync();
        await raw.Run(sql);
    }
}
