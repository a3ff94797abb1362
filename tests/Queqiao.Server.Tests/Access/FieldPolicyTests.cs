using System.Net;
using System.Text.Json;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Access;

/// <summary>Wherever people's data goes out it goes out as the role says, and in clear only for a reason.</summary>
public sealed class FieldPolicyTests
{
    private const string Phone = "13812345678";
    private const string Email = "zhang@example.com";

    [Theory, OnSqlite, OnPostgres]
    public async Task What_is_masked_is_masked_everywhere_and_revealed_for_a_reason(string engine)
    {
        await using var site = await Site.Open(engine);
        var (agent, conversation, contact) = await Scene(site, "reveal", revealsPerDay: 2);
        await using var console = await agent.Socket();
        await console.Send(new { op = "watch", list = "all" });
        await console.Send(new { op = "watch", conversation, after = 0 });
        await console.Next(frame => frame.IsEvent("message.created"), "the past is caught up with");
        await site.Owner.Say(conversation, $"客户电话 {Phone}", isPrivate: true);
        await console.Next(_ => console.Frames.Count(frame => frame.IsEvent("message.created")) == 2 && console.Frames.Any(frame => frame.IsEvent("list.changed") && frame.GetRawText().Contains("138****5678", StringComparison.Ordinal)), "it is heard");
        await Until.True(async () => (await agent.Api.Get("/api/v1/search?q=回电&limit=5")).Body.Items().Any(), "it is indexed");

        var api = agent.Api;
        foreach (var path in new[]
        {
            $"/api/v1/conversations/{conversation}", $"/api/v1/conversations/{conversation}/messages", "/api/v1/conversations", $"/api/v1/conversations/{conversation}/transcript?format=json",
            $"/api/v1/contacts/{contact}", "/api/v1/contacts", $"/api/v1/contacts/{contact}/timeline", $"/api/v1/contacts/{contact}/duplicates", $"/api/v1/contacts/{contact}/notes", "/api/v1/search?q=回电", "/api/v1/search?q=回电&type=messages",
        })
        {
            var text = (await api.Get(path)).Expect(HttpStatusCode.OK).GetRawText();
            Assert.False(Leaks(text), $"{path} tells: {text}");
        }
        Assert.DoesNotContain(console.Frames, frame => Leaks(frame.GetRawText()));
        // Nor digit by digit, nor letter by letter.
        Assert.Empty((await api.Get("/api/v1/search?q=1381234")).Expect(HttpStatusCode.OK).Items());
        Assert.Empty((await api.Get("/api/v1/contacts?q=小三")).Expect(HttpStatusCode.OK).Items());
        Assert.True((await api.Patch($"/api/v1/contacts/{contact}", new { name = "张**" })).Body.GetProperty("errors").TryGetProperty("name", out _)); // not saved with its stars

        var own = (await agent.Say(conversation, "回拨 " + Phone)).Long("seq");
        Assert.True((await api.Patch($"/api/v1/conversations/{conversation}/messages/{own}", new { text = "回拨 138****5678，谢谢" })).Body.GetProperty("errors").TryGetProperty("text", out _));
        Assert.Equal("validation", (await api.Post($"/api/v1/contacts/{contact}/reveal", new { fields = new[] { "phone" }, reason = " " })).Code);
        var shown = (await api.Post($"/api/v1/contacts/{contact}/reveal", new { fields = new[] { "phone" }, reason = "回电确认地址" })).Expect(HttpStatusCode.OK).GetRawText();
        Assert.Contains(Phone, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Email, shown, StringComparison.Ordinal); // only what was asked for
        Assert.Contains(Phone, (await api.Post($"/api/v1/conversations/{conversation}/messages/2/reveal", new { reason = "核对" })).Expect(HttpStatusCode.OK).GetRawText(), StringComparison.Ordinal);
        Assert.Equal("too_often_today", (await api.Post($"/api/v1/contacts/{contact}/reveal", new { fields = new[] { "phone" }, reason = "again" })).Code);
        var audit = (await site.Owner.Api.Get("/api/v1/audit?action=contact.revealed")).Expect(HttpStatusCode.OK).Items().Single();
        Assert.Contains("回电确认地址", audit.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Phone, audit.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_hidden_is_not_there_and_cannot_be_revealed()
    {
        await using var site = await Site.Open();
        var (agent, conversation, contact) = await Scene(site, "hidden");
        var row = await agent.Row(conversation);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("contact").GetProperty("name").ValueKind);
        Assert.All(await agent.Log(conversation), item => Assert.True(item.Maybe("text") is null or ""));
        Assert.Empty((await agent.Api.Get("/api/v1/search?q=回电")).Expect(HttpStatusCode.OK).Items());
        Assert.Empty((await agent.Api.Get($"/api/v1/contacts?q={Phone}")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("reveal_not_allowed", (await agent.Api.Post($"/api/v1/contacts/{contact}/reveal", new { fields = new[] { "phone" }, reason = "why" })).Code);
        Assert.Equal("reveal_not_allowed", (await agent.Api.Post($"/api/v1/conversations/{conversation}/messages/2/reveal", new { reason = "why" })).Code);
    }

    /// <summary>An open console hears of another mask without being asked to sign in again.</summary>
    [Fact]
    public async Task A_role_that_is_changed_reaches_open_sockets()
    {
        await using var site = await Site.Open();
        var (agent, _, _) = await Scene(site, "masked");
        await using var console = await agent.Socket();
        var role = (await site.Owner.Api.Get("/api/v1/roles")).Body.Items().Single(one => one.Text("name") == "外包").Text("id");
        (await site.Owner.Api.Patch($"/api/v1/roles/{role}", new { policy = Policy("clear", null) })).Expect(HttpStatusCode.OK);
        Assert.Equal(4401, (await console.Ended()).Code);
        await using var again = await agent.Socket(); // the same session comes in again
    }

    [PostgresFact]
    public async Task A_role_that_is_changed_on_another_server_reaches_sockets_here()
    {
        await using var site = await Site.Open(Engines.Postgres);
        await using var other = await site.Join();
        var (agent, _, _) = await Scene(site, "masked");
        await using var console = await agent.On(other).Socket();
        var role = (await site.Owner.Api.Get("/api/v1/roles")).Body.Items().Single(one => one.Text("name") == "外包").Text("id");
        (await site.Owner.Api.Patch($"/api/v1/roles/{role}", new { policy = Policy("clear", null) })).Expect(HttpStatusCode.OK);
        Assert.Equal(4401, (await console.Ended()).Code);
        Assert.Equal("clear", (await agent.On(other).Api.Get("/api/v1/session")).Text("fields", "phone"));
    }

    /// <summary>Stars that mask are not written back; stars that make bold are.</summary>
    [Fact]
    public async Task A_message_for_later_is_changed_by_whoever_sees_it_masked()
    {
        await using var site = await Site.Open();
        var (agent, conversation, _) = await Scene(site, "masked");
        var path = $"/api/v1/conversations/{conversation}/scheduled";
        var one = (await site.Owner.Api.Post(path, new { at = site.Time.GetUtcNow().AddHours(1), text = $"**请**打 **{Phone}**", format = "markdown" })).Expect(HttpStatusCode.Created).Text("id");
        var shown = (await agent.Api.Get(path)).Expect(HttpStatusCode.OK).Items().Single().Text("text");
        Assert.False(Leaks(shown));
        foreach (var text in new[] { shown, shown.Replace("请", "您", StringComparison.Ordinal), shown[..^2], shown[^10..] })
            Assert.Equal("validation", (await agent.Api.Patch($"{path}/{one}", new { text })).Code);
        var bold = (await agent.Api.Patch($"{path}/{one}", new { text = "**请**打 **我们**" })).Expect(HttpStatusCode.OK);
        Assert.Equal(("**请**打 **我们**", "markdown"), (bold.Text("text"), bold.Maybe("format")));
        var plain = (await agent.Api.Patch($"{path}/{one}", new { text = "2**3", format = "plain" })).Expect(HttpStatusCode.OK);
        Assert.Equal(("2**3", null), (plain.Text("text"), plain.Maybe("format")));
    }

    private static bool Leaks(string text) => text.Contains(Phone, StringComparison.Ordinal) || text.Contains(Email, StringComparison.Ordinal) || text.Contains("张小三", StringComparison.Ordinal);

    private static object Policy(string level, int? revealsPerDay) => new
    {
        permissions = new[] { "conversations.read", "conversations.reply", "contacts.read", "contacts.edit" }, scope = new { who = new[] { "all" } }, handling = (object?)null,
        fields = new { name = level, phone = level, email = level, identities = level, fields = level, messages = level }, conditions = new { revealsPerDay },
    };

    private static async Task<(AgentClient Agent, string Conversation, string Contact)> Scene(Site site, string level, int? revealsPerDay = null)
    {
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say($"请回电 {Phone} 或 {Email}")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        var api = site.Owner.Api;
        (await api.Patch($"/api/v1/contacts/{contact}", new { name = "张小三" })).Expect(HttpStatusCode.OK);
        foreach (var (kind, externalId) in new[] { ("phone", Phone), ("email", Email) })
            (await api.Post($"/api/v1/contacts/{contact}/identities", new { kind, externalId })).Expect(HttpStatusCode.Created);
        (await api.Post($"/api/v1/contacts/{contact}/notes", new { text = "备用 " + Phone })).Expect(HttpStatusCode.Created);
        var role = (await api.Post("/api/v1/roles", new { name = "外包", policy = Policy(level, revealsPerDay) })).Expect(HttpStatusCode.Created).Text("id");
        var agent = await site.Agent("agent");
        Assert.Equal(HttpStatusCode.NoContent, (await api.Send(HttpMethod.Put, $"/api/v1/agents/{agent.Id}/roles", new { roles = new[] { role } })).Status);
        return (agent, conversation, contact);
    }
}
