using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Sessions;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Gateway;

/// <summary>Sockets live no longer than what let them in: sessions, API tokens, roles.</summary>
public sealed class AccessTests
{
    private static async Task<LiveSocket> ByToken(Site site, string token)
    {
        var socket = await LiveSocket.Open(site.Address, ("Authorization", "Bearer " + token));
        await socket.Send(new { op = "hello" });
        await socket.Op("ready");
        return socket;
    }

    [Fact]
    public async Task A_token_opens_a_socket_that_ends_when_it_is_revoked()
    {
        await using var site = await Site.Open();
        var made = (await site.Owner.Api.Post("/api/v1/tokens", new { name = "CRM", permissions = new[] { "conversations.read" } })).Expect(HttpStatusCode.Created);
        await using var socket = await ByToken(site, made.Text("token"));
        await using var mine = await site.Owner.Socket();
        (await site.Owner.Api.Delete("/api/v1/tokens/" + made.Text("id"))).Expect(HttpStatusCode.NoContent);
        Assert.Equal(4401, (await socket.Ended()).Code);
        await mine.Send(new { op = "ping" });
        await mine.Op("pong");
    }

    [Fact]
    public async Task A_token_without_the_right_to_read_conversations_opens_none()
    {
        await using var site = await Site.Open();
        var made = (await site.Owner.Api.Post("/api/v1/tokens", new { name = "CRM", permissions = new[] { "agents.read" } })).Expect(HttpStatusCode.Created);
        await using var socket = await LiveSocket.Open(site.Address, ("Authorization", "Bearer " + made.Text("token")));
        await socket.Send(new { op = "hello" });
        Assert.Equal(4401, (await socket.Ended()).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_is_disabled_is_cut_off_and_their_conversations_stay_with_supervisors(string engine)
    {
        await using var site = await Site.Open(engine);
        var agent = await site.Agent("agent");
        var supervisor = await site.Agent("supervisor");
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("在吗")).Text("conversationId");
        await agent.Assign(conversation, agent.Id);
        await using var socket = await agent.Socket();
        (await site.Owner.Api.Patch($"/api/v1/agents/{agent.Id}", new { disabled = true })).Expect(HttpStatusCode.OK);
        Assert.Equal(4401, (await socket.Ended()).Code);
        Assert.Equal(agent.Id.ToString(), (await supervisor.Row(conversation)).GetProperty("assignee").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Another_role_is_heard_of_at_once_and_on_another_node_at_the_next_sweep()
    {
        await using var site = await Site.Open();
        var agent = await site.Agent("agent");
        await using var first = await agent.Socket();
        (await site.Owner.Api.Patch($"/api/v1/agents/{agent.Id}", new { role = "supervisor" })).Expect(HttpStatusCode.OK);
        Assert.Equal(4401, (await first.Ended()).Code);
        await using var second = await agent.Socket(); // the session still stands, with what it is worth now

        await site.Storage.Run(1, (unit, ct) => unit.Db.Table<Agent>().Where(row => row.Id == agent.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Role, "viewer"), ct), CancellationToken.None); // as another node does it
        site.Time.Move(TimeSpan.FromSeconds(6));
        await Until.True(() =>
        {
            site.The<Queqiao.Server.Platform.Gateway.Gateway>().Sweep(Environment.TickCount64);
            return second.HasEnded;
        }, "the socket with the old role ended", 20);
        Assert.Equal(4401, (await second.Ended()).Code);
    }

    [Fact]
    public async Task Whoever_has_to_set_up_a_second_factor_first_hears_nothing()
    {
        await using var site = await Site.Open();
        var token = await site.Storage.Run(1, async (unit, ct) =>
        {
            var session = site.The<AgentSessions>().Begin(unit, 1, site.Owner.Id, new DefaultHttpContext(), limitedTo: "second_factor");
            await unit.Db.SaveChangesAsync(ct);
            return session;
        }, CancellationToken.None);
        await using var socket = await LiveSocket.Open(site.Address, ("Cookie", "queqiao=" + token));
        await socket.Send(new { op = "hello" });
        Assert.Equal(4401, (await socket.Ended()).Code);
    }
}
