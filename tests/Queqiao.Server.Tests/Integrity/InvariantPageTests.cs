using System.Net;
using System.Text.Json;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Platform.Integrity;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Integrity;

/// <summary>What must hold at every moment, looked at on live data: it says so when it holds, and each planted harm is found and named.</summary>
public sealed class InvariantPageTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Each_invariant_is_checked_and_each_harm_is_named(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("你好")).Text("conversationId");
        await site.Owner.Say(conversation, "在的");
        await site.Owner.Say(conversation, "内部：老客户", isPrivate: true);
        var other = (await (await site.Visitor()).Say("第二个人")).Text("conversationId");
        Assert.Empty((await site.Owner.Api.Get("/api/v1/system/invariants")).Expect(HttpStatusCode.OK).Items()); // nobody has looked yet

        var well = await Look(site);
        Assert.Equal([(1, "holds"), (2, "holds"), (3, "nothing"), (4, "nothing"), (5, "holds"), (6, "holds")], well.Select(one => (one.Key, one.Value.Text("state"))));
        Assert.Equal(6, (await site.Owner.Api.Get("/api/v1/system/invariants")).Body.Items().Count());

        await BotSays(site, Guid.Parse(other));
        Assert.Equal("holds", (await Look(site))[3].Text("state"));
        await site.Owner.Assign(other, site.Owner.Id);
        await BotSays(site, Guid.Parse(other)); // past every rule
        Broken((await Look(site))[3], other);

        await Harm(site, $"UPDATE entry SET public_prev = 1 WHERE type = 'note'");
        Broken((await Look(site))[2], conversation + ".");
        await Harm(site, $"UPDATE conversation SET unread = 77 WHERE id = {Id(engine, other)}");
        Broken((await Look(site))[6], other);
        await Harm(site, $"DELETE FROM entry WHERE type = 'note'");
        Broken((await Look(site))[1], conversation);
        Broken((await Look(site))[1], "slot ");
    }

    [Fact]
    public async Task By_the_clock_every_workspace_is_looked_at_and_only_administrators_see_it()
    {
        await using var site = await Site.Open();
        await site.Workspace(2);
        await new CheckInvariants(site.The<Invariants>(), site.Storage).Run(null!, CancellationToken.None);
        Assert.Equal(6, (await site.The<Invariants>().Known(1, CancellationToken.None)).Count);
        Assert.Equal(6, (await site.The<Invariants>().Known(2, CancellationToken.None)).Count);
        var agent = await site.Agent("agent");
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Get("/api/v1/system/invariants")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post("/api/v1/system/invariants", new { })).Status);
    }

    private static async Task<SortedDictionary<int, JsonElement>> Look(Site site) =>
        new((await site.Owner.Api.Post("/api/v1/system/invariants", new { })).Expect(HttpStatusCode.OK).Items().ToDictionary(one => (int)one.Long("no")));

    private static void Broken(JsonElement invariant, string about)
    {
        Assert.Equal("broken", invariant.Text("state"));
        Assert.Contains(invariant.GetProperty("sample").EnumerateArray(), one => one.GetString()!.StartsWith(about, StringComparison.Ordinal));
    }

    private static Task<LogOutcome> BotSays(Site site, Guid conversation) => site.The<ConversationLog>().Append(reply => new LogCommand
    {
        Ws = 1, ConversationId = conversation, By = new Sender(SenderKind.Bot, null, "小鹊"), Decide = _ => new MessagePosted("out", "我是机器人", "b"), Reply = reply,
    });

    private static string Id(string engine, string id) => engine == Engines.Postgres ? $"'{id}'" : $"x'{Convert.ToHexString(Guid.Parse(id).ToByteArray(true))}'";

    private static async Task Harm(Site site, string sql)
    {
        await using System.Data.Common.DbConnection connection = site.Database is { } database
            ? new Npgsql.NpgsqlConnection(database.Admin) : new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.Folder, "queqiao.db")};Pooling=false");
        await connection.OpenAsync();
        await connection.Run(sql);
    }
}
