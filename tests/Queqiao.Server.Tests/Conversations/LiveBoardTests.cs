using System.Net;
using System.Text.Json;
using Queqiao.Server.Conversations.Supervising;
using Queqiao.Server.Identity;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

public sealed class LiveBoardTests
{
    private static async Task<(VisitorClient Visitor, string Conversation)> Asks(Site site)
    {
        using var api = new ApiClient(site.Address);
        var visitor = new VisitorClient(site, site.ChannelId, (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId })).Expect(HttpStatusCode.OK).Text("visitorToken"));
        return (visitor, (await visitor.Say("hello")).Text("conversationId"));
    }

    private static async Task<JsonElement> Board(AgentClient by) => (await by.Api.Get("/api/v1/supervise/board")).Expect(HttpStatusCode.OK);

    private static async Task<List<string>> Behind(AgentClient by, string figure) =>
        [.. (await by.Api.Get("/api/v1/supervise/behind?figure=" + figure)).Expect(HttpStatusCode.OK).Items().Select(row => row.Text("id")).Order(StringComparer.Ordinal)];

    [Theory, OnSqlite, OnPostgres]
    public async Task Every_figure_counts_the_conversations_behind_it(string engine)
    {
        await using var site = await Site.Open(engine);
        var (_, waits) = await Asks(site);
        var (visitor, answered) = await Asks(site);
        var (_, resolved) = await Asks(site);
        var ming = await site.Agent("agent", name: "Ming");
        (await ming.Api.Post($"/api/v1/conversations/{answered}/messages", new { clientId = "a1", text = "hi" })).Expect(HttpStatusCode.Created);
        await visitor.Say("and?");
        (await site.Owner.Api.Post($"/api/v1/conversations/{resolved}/status", new { status = "resolved" })).Expect(HttpStatusCode.OK);

        var supervisor = await site.Agent("supervisor");
        var board = await Board(supervisor);
        Assert.Equal((1, 1, 1), (board.GetProperty("queued").GetInt32(), board.GetProperty("unanswered").GetInt32(), board.GetProperty("open").GetInt32()));
        Assert.NotNull(board.Maybe("longestSince"));
        var mings = Assert.Single(board.GetProperty("agents").EnumerateArray());
        Assert.Equal((ming.Id.ToString(), 1, 1), (mings.Text("agentId"), mings.GetProperty("open").GetInt32(), mings.GetProperty("unanswered").GetInt32()));
        var today = board.GetProperty("today");
        Assert.Equal((3, 1, 1), (today.GetProperty("started").GetInt32(), today.GetProperty("resolved").GetInt32(), today.GetProperty("answered").GetInt32()));

        Assert.Equal([waits], await Behind(supervisor, "queued"));
        Assert.Equal([answered], await Behind(supervisor, "unanswered"));
        Assert.Equal([answered], await Behind(supervisor, "answered"));
        Assert.Equal([resolved], await Behind(supervisor, "resolved"));
        foreach (var figure in BehindFigures.Figures)
        {
            var shown = (await Behind(supervisor, figure)).Count;
            Assert.Equal((figure, shown), (figure, figure == "waiting" ? board.GetProperty("queued").GetInt32() + board.GetProperty("unanswered").GetInt32() : figure is "queued" or "unanswered" or "open" ? board.GetProperty(figure).GetInt32() : today.GetProperty(figure).GetInt32()));
        }
        Assert.Equal(2, (await supervisor.Api.Get("/api/v1/supervise/behind?figure=started&limit=2")).Expect(HttpStatusCode.OK).Items().Count());
        Assert.Equal(HttpStatusCode.Forbidden, (await ming.Api.Get("/api/v1/supervise/board")).Status);
        await site.Workspace(2);
        Assert.Equal(0, (await Board(await site.Agent("owner", ws: 2))).GetProperty("today").GetProperty("started").GetInt32());
    }

    [Theory]
    [InlineData("2026-11-25T15:59:00Z", "Asia/Shanghai", "2026-11-24T16:00:00Z")]
    [InlineData("2026-11-25T16:01:00Z", "Asia/Shanghai", "2026-11-25T16:00:00Z")]
    [InlineData("2026-11-25T00:30:00Z", "America/New_York", "2026-11-24T05:00:00Z")]
    public void A_day_begins_at_the_workspaces_midnight(string now, string zone, string begin) =>
        Assert.Equal(DateTimeOffset.Parse(begin, System.Globalization.CultureInfo.InvariantCulture), WorkDay.BeginOf(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone)).ToUniversalTime());
}
