using System.Net;
using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Access;

/// <summary>Nobody is given what they then could not see.</summary>
public sealed class HolderSightTests
{
    [Fact]
    public async Task Work_of_another_channel_is_not_given_to_whoever_does_not_see_it()
    {
        await using var site = await Site.Open();
        var other = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "web", name = "Second" })).Expect(HttpStatusCode.Created).Text("id");
        var policy = new
        {
            permissions = new[] { "conversations.read", "conversations.reply" }, scope = new { who = new[] { "own" }, channels = new[] { other } }, handling = (object?)null,
            fields = new { name = "clear", phone = "clear", email = "clear", identities = "clear", fields = "clear", messages = "clear" }, conditions = new { },
        };
        var role = (await site.Owner.Api.Post("/api/v1/roles", new { name = "二店客服", policy })).Expect(HttpStatusCode.Created).Text("id");
        var agent = await site.Agent("agent");
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Send(HttpMethod.Put, $"/api/v1/agents/{agent.Id}/roles", new { roles = new[] { role } })).Status);
        var here = (await (await site.Visitor()).Say("a")).Text("conversationId");
        var there = (await (await site.Visitor(Guid.Parse(other))).Say("b")).Text("conversationId");

        Assert.Equal([Guid.Parse(there)], await site.The<IConversationQueue>().SeenBy(1, agent.Id, [Guid.Parse(here), Guid.Parse(there)], CancellationToken.None));
        Assert.Null(await site.The<IConversationQueue>().SeenBy(1, site.Owner.Id, [Guid.Parse(here)], CancellationToken.None));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post($"/api/v1/conversations/{here}/assign", new { agentId = agent.Id })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await agent.Api.Get("/api/v1/conversations/" + there)).Status);
        await site.Owner.Assign(there, agent.Id);
        Assert.Equal(HttpStatusCode.OK, (await agent.Api.Get("/api/v1/conversations/" + there)).Status);
    }
}
