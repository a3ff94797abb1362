using System.Net;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Automation;

public sealed class CannedReplyTests
{
    [Fact]
    public async Task Agents_have_their_own_and_see_the_shared_ones()
    {
        await using var site = await Site.Open();
        var ming = await site.Agent("agent", name: "Ming");
        var shared = (await site.Owner.Api.Post("/api/v1/canned-replies", new { shortcut = "/Hello", title = "Greeting", body = "您好，{{contact.name}}", shared = true })).Expect(HttpStatusCode.Created);
        Assert.Equal(("hello", false, true), (shared.Text("shortcut"), shared.GetProperty("own").GetBoolean(), shared.GetProperty("mayChange").GetBoolean()));
        var own = (await ming.Api.Post("/api/v1/canned-replies", new { shortcut = "再见", title = "Bye", body = "再见" })).Expect(HttpStatusCode.Created);

        Assert.Equal(["hello", "再见"], (await ming.Api.Get("/api/v1/canned-replies")).Expect(HttpStatusCode.OK).Items().Select(item => item.Text("shortcut")));
        Assert.Equal(["hello"], (await site.Owner.Api.Get("/api/v1/canned-replies")).Expect(HttpStatusCode.OK).Items().Select(item => item.Text("shortcut")));
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Patch("/api/v1/canned-replies/" + own.Text("id"), new { body = "x" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ming.Api.Patch("/api/v1/canned-replies/" + shared.Text("id"), new { body = "x" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await ming.Api.Post("/api/v1/canned-replies", new { shortcut = "all", title = "x", body = "x", shared = true })).Status);
        Assert.Equal("您好", (await site.Owner.Api.Patch("/api/v1/canned-replies/" + shared.Text("id"), new { body = "您好" })).Expect(HttpStatusCode.OK).Text("body"));
        Assert.Equal(HttpStatusCode.NoContent, (await ming.Api.Delete("/api/v1/canned-replies/" + own.Text("id"))).Status);
    }

    [Fact]
    public async Task A_team_keeps_its_own_and_shortcuts_are_unique_where_they_are_seen()
    {
        await using var site = await Site.Open();
        var (ming, wang) = (await site.Agent("agent", name: "Ming"), await site.Agent("agent", name: "Wang"));
        var team = (await site.Owner.Api.Post("/api/v1/teams", new { name = "Sales" })).Expect(HttpStatusCode.Created).Text("id");
        (await site.Owner.Api.Patch("/api/v1/teams/" + team, new { members = new[] { new { id = ming.Id } } })).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Post("/api/v1/canned-replies", new { shortcut = "price", title = "Price", body = "99", shared = true, teamId = team })).Expect(HttpStatusCode.Created);

        Assert.Single((await ming.Api.Get("/api/v1/canned-replies")).Expect(HttpStatusCode.OK).Items());
        Assert.Empty((await wang.Api.Get("/api/v1/canned-replies")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(HttpStatusCode.Conflict, (await site.Owner.Api.Post("/api/v1/canned-replies", new { shortcut = "PRICE", title = "x", body = "x", shared = true })).Status);
        (await wang.Api.Post("/api/v1/canned-replies", new { shortcut = "price", title = "mine", body = "x" })).Expect(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.Conflict, (await wang.Api.Post("/api/v1/canned-replies", new { shortcut = "price", title = "mine", body = "x" })).Status);
    }

    [Theory]
    [InlineData("with space", "t", "b"), InlineData("", "t", "b"), InlineData("ok", " ", "b"), InlineData("ok", "t", "\n"), InlineData("a/b", "t", "b")]
    public async Task What_cannot_be_meant_is_refused(string shortcut, string title, string body)
    {
        await using var site = await Site.Open();
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post("/api/v1/canned-replies", new { shortcut, title, body })).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Pages_follow_each_other_on_both_databases(string engine)
    {
        await using var site = await Site.Open(engine);
        for (var n = 0; n < 5; n++)
            (await site.Owner.Api.Post("/api/v1/canned-replies", new { shortcut = "s" + n, title = "t", body = "b", shared = n % 2 == 0 })).Expect(HttpStatusCode.Created);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await site.Owner.Api.Get("/api/v1/canned-replies?limit=2" + (cursor is null ? "" : "&cursor=" + cursor))).Expect(HttpStatusCode.OK);
            seen.AddRange(page.Items().Select(item => item.Text("shortcut")));
            cursor = page.Maybe("nextCursor");
        }
        while (cursor is not null);
        Assert.Equal(["s0", "s1", "s2", "s3", "s4"], seen);
    }
}
