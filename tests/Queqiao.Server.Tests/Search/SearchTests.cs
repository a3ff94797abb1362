using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Search;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Search;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Search;

public sealed class SearchTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Texts_are_found_as_people_write_them(string engine)
    {
        await using var store = await Store.Open(engine);
        var node = store.Node;
        foreach (var text in new[] { "我要退款呢", "訂單還沒到", "Ｒｅｆｕｎｄ please", "My iPhone手机壳 is broken", "电话 138-0013-8000", "单号DD20240601", "two Boxes 😡", "全额退款可以吗" })
        {
            await node.CustomerSays("v", text, text);
            store.Clock.Move(TimeSpan.FromSeconds(1));
        }
        using var search = await Searching.In(store);
        await search.CatchUp();

        Assert.Equal(["全额退款可以吗", "我要退款呢"], await search.Texts("退款"));
        Assert.Equal(["全额退款可以吗", "我要退款呢"], await search.Texts("退款", limit: 1));
        Assert.Equal(["訂單還沒到"], await search.Texts("订单"));
        Assert.Equal(["我要退款呢"], await search.Texts("要退"));
        Assert.Equal(["Ｒｅｆｕｎｄ please"], await search.Texts("REFUND"));
        Assert.Equal(["Ｒｅｆｕｎｄ please"], await search.Texts("please ref"));
        Assert.Equal(["My iPhone手机壳 is broken"], await search.Texts("手机壳 iphone"));
        Assert.Equal(["电话 138-0013-8000"], await search.Texts("8000"));
        Assert.Equal(["电话 138-0013-8000"], await search.Texts("13800138"));
        Assert.Equal(["单号DD20240601"], await search.Texts("dd2024"));
        Assert.Equal(["two Boxes 😡"], await search.Texts("box 😡"));
        Assert.Equal(["全额退款可以吗"], await search.Texts("\"全额退款\""));
        Assert.Empty(await search.Texts("\"please refund\""));
        Assert.Empty(await search.Texts("退货"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Each_conversation_is_shown_once_over_all_pages(string engine)
    {
        await using var store = await Store.Open(engine);
        var random = new Random(4);
        for (var n = 0; n < 120; n++)
        {
            await store.Node.CustomerSays($"v{random.Next(17)}", random.Next(3) == 0 ? "退款 " + n : "hello " + n, "c" + n);
            store.Clock.Move(TimeSpan.FromMilliseconds(random.Next(3)));
        }
        using var search = await Searching.In(store);
        await search.CatchUp();

        var all = new List<FoundConversation>();
        long? before = null;
        do
        {
            var page = await search.Search.Conversations(Searching.Asked("退款"), before, 4, CancellationToken.None);
            all.AddRange(page.Items);
            before = page.Next;
        }
        while (before is not null);
        var hits = (await store.CheckLog()).Messages.Where(message => message.Message.Text.StartsWith("退款", StringComparison.Ordinal)).ToList();
        Assert.Equal(all.Count, all.Select(item => item.Head.Id).Distinct().Count());
        Assert.Equal(hits.Select(hit => hit.Entry.ConversationId).Distinct().Order(), all.Select(item => item.Head.Id).Order());
        Assert.All(all, item => Assert.Equal(hits.Where(hit => hit.Entry.ConversationId == item.Head.Id).Max(hit => hit.Entry.Seq), item.Hits[0].Entry.Seq));
        Assert.Equal(all.OrderByDescending(item => item.Hits[0].Id).Select(item => item.Head.Id), all.Select(item => item.Head.Id));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Notes_are_for_who_asks_for_them_and_times_and_filters_narrow(string engine)
    {
        await using var store = await Store.Open(engine);
        var id = (await store.Node.CustomerSays("v", "退款一", "a")).ConversationOf();
        store.Clock.Move(TimeSpan.FromMinutes(1));
        await store.Node.Do(id, head => head.AddNote("内部说退款", "n"));
        store.Clock.Move(TimeSpan.FromMinutes(1));
        var late = store.Clock.Now;
        await store.Node.CustomerSays("v", "退款二", "b");
        using var search = await Searching.In(store);
        await search.CatchUp();

        var asked = Searching.Asked("退款");
        Assert.Equal(["退款二", "内部说退款", "退款一"], await search.Texts(asked));
        Assert.Equal(["退款二", "退款一"], await search.Texts(asked with { Kinds = [TextKind.Message] }));
        Assert.Equal(["退款二"], await search.Texts(asked with { From = late }));
        Assert.Equal(["内部说退款", "退款一"], await search.Texts(asked with { To = late }));
        Assert.Empty(await search.Texts(asked with { Filter = rows => rows.Where(head => head.Status == ConversationStatus.Resolved) }));
        var page = await search.Search.Conversations(asked with { Kinds = [TextKind.Note] }, null, 10, CancellationToken.None);
        Assert.Equal("内部说退款", Assert.Single(Assert.Single(page.Items).Hits).Snippet.Text);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Files_are_found_by_their_names(string engine)
    {
        await using var store = await Store.Open(engine);
        var id = (await store.Node.CustomerSays("v", "你好", "a")).ConversationOf();
        SentFile[] files = [new(store.Ids.New(), "file", "Rechnung_2024-退款.pdf", "application/pdf", 10, null, null, null)];
        await store.Node.Do(id, head => head.AddNote("", "n", files));
        using var search = await Searching.In(store);
        await search.CatchUp();
        Assert.Equal(["Rechnung_2024-退款.pdf"], await search.Texts("rechnung"));
        Assert.Equal(["Rechnung_2024-退款.pdf"], await search.Texts("退款 pdf"));
    }

    /// <summary>What one finds is what one may see: on random conversations, for every agent, the same as reading everything.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task Nothing_outside_the_scope_is_found(string engine)
    {
        await using var store = await Store.Open(engine);
        await store.Settle(2);
        var random = new Random(9);
        string[] words = ["退款", "订单", "refund", "发货", "coupon"];
        var conversations = new HashSet<Guid>();
        for (var n = 0; n < 200; n++)
            conversations.Add((await store.Node.CustomerSays($"v{random.Next(40)}", $"{words[random.Next(5)]} {words[random.Next(5)]} {n}", "c" + n)).ConversationOf());
        foreach (var id in conversations)
        {
            if (random.Next(3) is > 0 and var who)
                await store.Node.Do(id, head => head.AssignTo(who == 1 ? store.Lin : store.Wang));
        }
        using var search = await Searching.In(store);
        await search.CatchUp();

        var log = (await store.CheckLog()).Messages;
        foreach (var scope in new[] { Scope<ConversationHead>.Workspace(1), Searching.ScopeOf(store.Lin), Searching.ScopeOf(store.Wang), Scope<ConversationHead>.Workspace(2) })
        {
            HashSet<Guid> visible;
            await using (var db = store.Node.Engine.ReadSystem())
                visible = [.. db.Visible(scope).Select(head => head.Id)];
            foreach (var word in words)
            {
                var expected = log.Where(message => visible.Contains(message.Entry.ConversationId) && message.Message.Text.Contains(word, StringComparison.Ordinal)).Select(message => message.Message.Text);
                Assert.Equal(expected.Order(StringComparer.Ordinal), (await search.Texts(word, scope, limit: 7)).Order(StringComparer.Ordinal));
                var grouped = await search.Search.Conversations(Searching.Asked(word, scope), null, 50, CancellationToken.None);
                Assert.All(grouped.Items, item => Assert.Contains(item.Head.Id, visible));
            }
        }
    }

    /// <summary>The index by itself says nothing: neither the file nor the table holds a word, and equal words of two workspaces differ.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task The_index_holds_no_word(string engine)
    {
        await using var store = await Store.Open(engine);
        using var search = await Searching.In(store);
        var keys = new WordKeys(store.Node.Engine.Vault);
        await store.Settle(2);
        var words = keys.Of(1);
        words.Add("canaryword 金丝雀 kanarienvogel1234567890");
        var tokens = words.Take()[0];
        var other = keys.Of(2);
        other.Add("canaryword 金丝雀 kanarienvogel1234567890");
        var taken = other.Take();
        Assert.Empty(tokens.Intersect(taken[0]));
        await store.Node.Engine.RunSystem(async (unit, ct) =>
        {
            await search.Index.Put(unit, [new IndexedText(1, TextKind.Message, new TextPlace(store.Ids.New(), 1, store.Clock.Now), tokens)], ct);
            return 0;
        }, CancellationToken.None);
        Assert.Equal((1, 1), await search.Count());

        foreach (var bytes in await Raw(store))
        {
            foreach (var word in new[] { "canary", "金丝", "kanarien", "1234567" })
                Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(word)) < 0, $"'{word}' stands in the index");
        }
    }

    private static async Task<List<byte[]>> Raw(Store store)
    {
        if (store.Engine == Engines.Sqlite)
        {
            await using var checkpoint = store.Node.Engine.ReadSystem();
            return [.. Directory.GetFiles(store.Options.DataFolder, "*.db*").Select(file =>
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                return bytes;
            })];
        }
        await using var owner = new Npgsql.NpgsqlConnection(store.Database.Owner);
        await owner.OpenAsync();
        await using var command = owner.CreateCommand();
        command.CommandText = "SELECT string_agg(t::text, E'\\n') FROM search_text t";
        return [System.Text.Encoding.UTF8.GetBytes((string)(await command.ExecuteScalarAsync())!)];
    }
}
