using System.Net;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Channels;

/// <summary>What an agent changes or takes back is changed or taken back at the customer's; where that cannot be, nobody pretends.</summary>
public sealed class RevisedMessageTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Changed_and_taken_back_at_the_platform_too(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "telegram");
        var (site, telegram) = (played.Site, played.Platform);
        await played.Deliver(telegram.Says(telegram.Person("Max"), "Hello"));
        var conversation = await played.Conversation();
        var channel = (await site.Owner.Row(conversation)).GetProperty("channel");
        Assert.Equal((true, true), (channel.GetProperty("edits").GetBoolean(), channel.GetProperty("recalls").GetBoolean()));
        var at = $"/api/v1/conversations/{conversation}/messages/";

        var seq = await played.Say(conversation, "It ships on Monday");
        await played.Settle(() => telegram.Sent.Count == 1, "the answer is with Telegram");
        (await site.Owner.Api.Patch(at + seq, new { text = "It ships on Tuesday" })).Expect(HttpStatusCode.OK);
        await played.Settle(() => telegram.Sent[0].Text == "It ships on Tuesday", "Telegram shows the new text");
        Assert.Equal(HttpStatusCode.OK, (await site.Owner.Api.Delete(at + seq)).Status);
        await played.Settle(() => telegram.Sent[0].IsGone, "Telegram shows it no more");
        Assert.False((await played.Message(conversation, seq)).GetProperty("delivery").TryGetProperty("code", out _));

        // A text that needs three messages cannot take the place of one: the agent hears that the customer still reads the old one.
        var second = await played.Say(conversation, "Anything else?");
        await played.Settle(() => telegram.Sent.Count == 2, "the second answer is with Telegram");
        Assert.Equal(HttpStatusCode.OK, (await site.Owner.Api.Patch(at + second, new { text = new string('x', 9000) })).Status);
        await Until.True(async () =>
        {
            await site.RunDueJobs();
            return (await played.Message(conversation, second)).GetProperty("delivery").TryGetProperty("code", out var code) && code.GetString() == "not_changed";
        }, "the agent is told");
        Assert.Equal("Anything else?", telegram.Sent[1].Text);
        Assert.Empty(site.Troubles);
    }

    [Theory, OnSqlite]
    public async Task Marks_reach_a_platform_that_has_a_form_of_its_own_for_them(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "telegram");
        var (site, telegram) = (played.Site, played.Platform);
        await played.Deliver(telegram.Says(telegram.Person("Max"), "Hello"));
        var conversation = await played.Conversation();
        Assert.Equal(["bold", "italic", "code", "quote", "link"], (await site.Owner.Row(conversation)).GetProperty("channel").GetProperty("shows").EnumerateArray().Select(one => one.GetString()));
        var at = $"/api/v1/conversations/{conversation}/messages";
        var seq = (await site.Owner.Api.Post(at, new { clientId = "marks", text = "It is **in stock** & ships\n- <today>", format = "markdown" })).Expect(HttpStatusCode.Created).GetProperty("seq").GetInt64();
        await played.Settle(() => telegram.Sent.Count == 1, "the answer is with Telegram");
        Assert.Contains("It is <b>in stock</b> &amp; ships\\n- &lt;today&gt;", telegram.Sent[0].Raw);
        Assert.Equal("It is in stock & ships\n- <today>", telegram.Sent[0].Text);
        (await site.Owner.Api.Patch($"{at}/{seq}", new { text = "It is *sold out*", format = "markdown" })).Expect(HttpStatusCode.OK);
        await played.Settle(() => telegram.Sent[0].Text == "It is sold out", "Telegram read the new marks");

        // What has to be cut goes as words.
        (await site.Owner.Api.Post(at, new { clientId = "long", text = "**x** " + new string('y', 5000), format = "markdown" })).Expect(HttpStatusCode.Created);
        await played.Settle(() => telegram.Sent.Count == 3, "it went in two");
        Assert.All(telegram.Sent.Skip(1), one => Assert.DoesNotContain("parse_mode", one.Raw));
        Assert.Empty(site.Troubles);
    }

    [Theory, OnSqlite]
    public async Task What_has_not_left_yet_leaves_changed_or_not_at_all(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "telegram");
        var (site, telegram) = (played.Site, played.Platform);
        await played.Deliver(telegram.Says(telegram.Person("Max"), "Hello"));
        var conversation = await played.Conversation();
        var at = $"/api/v1/conversations/{conversation}/messages/";
        var (first, second) = (await played.Say(conversation, "wrong"), await played.Say(conversation, "a secret"));
        (await site.Owner.Api.Patch(at + first, new { text = "right" })).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await site.Owner.Api.Delete(at + second)).Status);
        await played.Settle(() => telegram.Sent.Count > 0, "the answer is with Telegram");
        await Until.True(async () =>
        {
            await site.RunDueJobs();
            return (await played.Message(conversation, second)).GetProperty("delivery").Text("state") == "failed";
        }, "the other one was not sent");
        Assert.Equal(["right"], telegram.Sent.Select(one => one.Text));
    }

    [Theory, OnSqlite]
    public async Task Where_the_platform_cannot_nobody_may(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "whatsapp");
        var (site, whatsapp) = (played.Site, played.Platform);
        await played.Deliver(whatsapp.Says(whatsapp.Person("Emma"), "Hi"));
        var conversation = await played.Conversation();
        // Read marks name the customer's message; typing is passed on, but not with every key.
        (await site.Owner.Api.Post($"/api/v1/conversations/{conversation}/read", new { seq = 9 })).Expect(HttpStatusCode.NoContent);
        await Until.True(() => whatsapp.Signals.Any(one => one.StartsWith("read wamid", StringComparison.Ordinal)), "WhatsApp shows that it was read");

        Assert.False((await site.Owner.Row(conversation)).GetProperty("channel").GetProperty("edits").GetBoolean());
        var seq = await played.Say(conversation, "Yes");
        Assert.Equal("channel_cannot_change", (await site.Owner.Api.Patch($"/api/v1/conversations/{conversation}/messages/{seq}", new { text = "No" })).Code);
    }
}
