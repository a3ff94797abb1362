using System.Net;
using System.Text.Json;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Search;

/// <summary>Search over HTTP, with the listener at work by itself.</summary>
public sealed class SearchApiTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task What_was_said_is_found_with_its_place_and_marks(string engine)
    {
        await using var site = await Site.Open(engine);
        var conversation = (await (await site.Visitor()).Say("你好，我要退款呢")).Text("conversationId");
        var found = await Found(site.Owner, "q=退款", items => items.Count == 1);
        var item = Assert.Single(found.Items());
        Assert.Equal(conversation, item.GetProperty("conversation").Text("id"));
        var hit = Assert.Single(item.GetProperty("hits").EnumerateArray());
        Assert.Equal(("message", "in", 2L, "你好，我要退款呢"), (hit.Text("kind"), hit.Text("direction"), hit.Long("seq"), hit.GetProperty("snippet").Text("text")));
        Assert.Equal("[[5,7]]", hit.GetProperty("snippet").GetProperty("marks").GetRawText());
        Assert.False(found.GetProperty("cut").GetBoolean());
        Assert.False(found.TryGetProperty("nextCursor", out _));
        var status = (await site.Owner.Api.Get("/api/v1/search/status")).Expect(HttpStatusCode.OK);
        Assert.Equal(1.0, status.GetProperty("progress").GetDouble());
        Assert.Empty(site.Troubles);
    }

    [Fact]
    public async Task Who_may_not_see_finds_nothing_and_visitors_have_no_way_in()
    {
        await using var site = await Site.Open();
        var lin = await site.Agent("agent");
        var wang = await site.Agent("agent");
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("退款")).Text("conversationId");
        await site.Owner.Assign(conversation, wang.Id);
        await site.Owner.Say(conversation, "内部退款备注", isPrivate: true);
        await Found(site.Owner, "q=退款&type=messages", items => items.Count == 2);

        var hidden = await Ask(lin, "q=退款&type=messages");
        Assert.StartsWith("""{"items":[],"cut":false,""", hidden.GetRawText(), StringComparison.Ordinal); // no hint that there is more
        Assert.Equal(2, (await Ask(wang, "q=退款&type=messages")).Items().Count());
        Assert.Equal("内部退款备注", Assert.Single((await Ask(wang, "q=备注")).Items()).GetProperty("hits")[0].GetProperty("snippet").Text("text"));
        Assert.Empty((await Ask(wang, "q=备注&notes=false")).Items());
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.Api.Get("/api/v1/search?q=退款")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await visitor.Api.Get("/api/v1/search?q=退款", visitor.Bearer)).Status);
    }

    [Fact]
    public async Task Pages_filters_and_refusals()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = "";
        for (var n = 0; n < 5; n++)
            conversation = (await visitor.Say("coupon " + n)).Text("conversationId");
        await Found(site.Owner, "q=coupon&type=messages", items => items.Count == 5);

        var first = await Ask(site.Owner, "q=coupon&type=messages&limit=3");
        var cursor = first.Text("nextCursor");
        var second = await Ask(site.Owner, "q=coupon&type=messages&limit=3&cursor=" + cursor);
        Assert.Equal([6L, 5L, 4L, 3L, 2L], first.Items().Concat(second.Items()).Select(item => item.GetProperty("hits")[0].Long("seq")));
        var lin = await site.Agent("agent");
        Refused((await lin.Api.Get("/api/v1/search?q=coupon&cursor=" + cursor)).Body, "cursor"); // somebody else's
        Refused((await lin.Api.Get("/api/v1/search?q=coupon&cursor=abc")).Body, "cursor");
        Refused((await lin.Api.Get("/api/v1/search?q=coupon&from=yesterday")).Body, "from");
        Refused((await lin.Api.Get("/api/v1/search?q=coupon&type=x")).Body, "type");
        Refused((await lin.Api.Get("/api/v1/search?q=" + new string('x', 201))).Body, "q");
        Assert.Equal("unknown_parameter", (await lin.Api.Get("/api/v1/search?q=a&query=b")).Code);
        Assert.Empty((await Ask(lin, "q=，。")).Items());
        Assert.Single((await Ask(lin, "q=coupon&assignee=none&status=queued")).Items());
        Assert.Empty((await Ask(lin, "q=coupon&assignee=me")).Items());
        Assert.Empty((await Ask(lin, "q=coupon&status=resolved")).Items());
        Assert.Equal(HttpStatusCode.Forbidden, (await lin.Api.Post("/api/v1/search/rebuild", new { })).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await site.Owner.Api.Post("/api/v1/search/rebuild", new { })).Status);
        Assert.Equal(conversation, Assert.Single((await Ask(lin, "q=coupon")).Items()).GetProperty("conversation").Text("id"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Edits_are_found_and_what_was_recalled_is_not(string engine)
    {
        await using var site = await Site.Open(engine);
        var conversation = (await (await site.Visitor()).Say("你好")).Text("conversationId");
        var first = (await site.Owner.Say(conversation, "退货地址在广州")).Long("seq");
        var second = (await site.Owner.Say(conversation, "退货运费我们出")).Long("seq");
        await Found(site.Owner, "q=退货&type=messages", items => items.Count == 2);

        (await site.Owner.Api.Patch($"/api/v1/conversations/{conversation}/messages/{first}", new { text = "换货地址在深圳" })).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Delete($"/api/v1/conversations/{conversation}/messages/{second}")).Expect(HttpStatusCode.OK);
        Assert.Empty((await Ask(site.Owner, "q=退货&type=messages")).Items()); // at once: what is checked is what is there now
        var found = await Found(site.Owner, "q=换货&type=messages", items => items.Count == 1);
        var hit = Assert.Single(found.Items()).GetProperty("hits")[0];
        Assert.Equal((first, "换货地址在深圳"), (hit.Long("seq"), hit.GetProperty("snippet").Text("text")));
        (await site.Owner.Api.Post("/api/v1/search/rebuild", new { })).Expect(HttpStatusCode.Accepted);
        await Until.True(async () => !(await Ask(site.Owner, "q=换货")).GetProperty("rebuilding").GetBoolean(), "the rebuild ends");
        Assert.Single((await Ask(site.Owner, "q=换货")).Items());
        Assert.Empty((await Ask(site.Owner, "q=运费")).Items());
    }

    [Fact]
    public async Task The_list_of_conversations_is_searched_too()
    {
        await using var site = await Site.Open();
        var lin = await site.Agent("agent");
        var one = (await (await site.Visitor()).Say("第一个 coupon")).Text("conversationId");
        var other = (await (await site.Visitor()).Say("第二个 coupon")).Text("conversationId");
        (await (await site.Visitor()).Say("第三个")).Text("conversationId");
        await site.Owner.Assign(other, site.Owner.Id);
        await Found(site.Owner, "q=coupon", items => items.Count == 2);

        async Task<IEnumerable<string>> List(AgentClient agent, string query) => (await agent.Api.Get("/api/v1/conversations?" + query)).Expect(HttpStatusCode.OK).Items().Select(row => row.Text("id"));
        Assert.Equal([other, one], await List(site.Owner, "q=coupon"));
        Assert.Equal([other], await List(site.Owner, "q=coupon&assignee=me"));
        Assert.Equal([one], await List(lin, "q=coupon"));
        Assert.Empty(await List(lin, "q=xylophone"));
        Assert.Empty(await List(lin, "q=，"));
        Refused((await lin.Api.Get("/api/v1/conversations?q=" + new string('x', 201))).Body, "q");
    }

    private static void Refused(JsonElement problem, string field) => Assert.Equal(field, Assert.Single(problem.GetProperty("errors").EnumerateObject()).Name);

    private static async Task<JsonElement> Ask(AgentClient agent, string query) => (await agent.Api.Get("/api/v1/search?" + query)).Expect(HttpStatusCode.OK);

    private static async Task<JsonElement> Found(AgentClient agent, string query, Func<IReadOnlyList<JsonElement>, bool> enough)
    {
        JsonElement answer = default;
        await Until.True(async () => enough([.. (answer = await Ask(agent, query)).Items()]), "the index follows");
        return answer;
    }
}
