using System.Net;
using Queqiao.Channels;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Files that lie with a platform, echoes of what was said elsewhere, and templates for closed windows.</summary>
public sealed class OutsideMessageTests
{
    [Theory, OnSqlite]
    public async Task A_picture_is_fetched_also_when_the_platform_was_away(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "telegram");
        var (site, telegram) = (played.Site, played.Platform);
        telegram.Trouble = Trouble.Broken;
        await played.Deliver(telegram.SendsImage(telegram.Person("Max"), "https://played.invalid/telegram", Samples.Png())!);
        var conversation = await played.Conversation();
        var message = (await site.Owner.Api.Get($"/api/v1/conversations/{conversation}/messages?limit=10")).Expect(HttpStatusCode.OK).Items().Last(one => one.Text("kind") == "message");
        var seq = message.GetProperty("seq").GetInt64();
        await played.Settle(() => true, "the first try");
        Assert.Equal("coming", (await played.Message(conversation, seq)).GetProperty("media")[0].Text("state"));
        telegram.Trouble = Trouble.None;
        site.Time.Move(TimeSpan.FromMinutes(15));
        await Until.True(async () =>
        {
            await site.RunDueJobs();
            var now = await played.Message(conversation, seq);
            return now.TryGetProperty("attachments", out var files) && files.GetArrayLength() == 1 && files[0].Text("kind") == "image";
        }, "the picture is here");
    }

    [Theory, OnSqlite]
    public async Task What_was_said_elsewhere_shows_and_our_own_echo_does_not_double(string engine)
    {
        await using var provider = await FakeProvider.Start();
        await using var site = await FakeProvider.Site(engine);
        using var outside = await OutsideSite.Open(site, provider.Address.ToString());
        await outside.Deliver(OutsideSite.Message("m1", "在吗"));
        await outside.Digest();
        var conversation = (await outside.Messages())[0].Text("conversationId");
        Assert.Equal(HttpStatusCode.Created, (await site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "a1", text = "在的" })).Status);
        await Until.True(async () => await outside.Count("delivery") == 1, "the answer waits");
        var channel = (await site.The<IChannels>().Find(outside.Channel, default))!;
        MessageReceived Echo(string id, string text) => new() { Type = "echo", DedupeKey = id, MessageId = id, Direction = EventDirection.Outbound, Person = new Queqiao.Channels.Person("u1"), Text = text };

        // The answer has not been written down: an echo may be ours, so it waits.
        await Assert.ThrowsAsync<NotYetException>(() => site.The<IChannelIntake>().Take(channel, [Echo("other-1", "在别处回复")], default));
        await site.RunDueJobs();
        var ours = "ext-" + provider.Taken.Single().Text("id");
        await site.The<IChannelIntake>().Take(channel, [Echo(ours, "在的"), Echo("other-1", "在别处回复"), Echo("other-1", "在别处回复")], default);
        Assert.Equal(["在吗", "在的", "在别处回复"], await outside.Texts());
        Assert.True((await outside.Messages())[2].GetProperty("elsewhere").GetBoolean());
        await site.RunDueJobs();
        Assert.Single(provider.Taken); // it is with the customer already
    }

    [Theory, OnSqlite]
    public async Task A_template_goes_where_nothing_else_may(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "whatsapp");
        var (site, whatsapp) = (played.Site, played.Platform);
        await played.Deliver(whatsapp.Says(whatsapp.Person("Emma"), "Hi"));
        var conversation = await played.Conversation();
        site.Time.Move(TimeSpan.FromHours(25));
        var path = $"/api/v1/conversations/{conversation}/messages";
        Assert.Equal("window_closed", (await site.Owner.Api.Post(path, new { clientId = "a1", text = "Hello?" })).Code);
        var reply = (await site.Owner.Api.Get($"/api/v1/conversations/{conversation}")).Expect(HttpStatusCode.OK).GetProperty("reply");
        Assert.Equal((false, true), (reply.GetProperty("canSend").GetBoolean(), reply.GetProperty("templates").GetBoolean()));
        Assert.Equal(HttpStatusCode.Created, (await site.Owner.Api.Post(path, new { clientId = "a2", template = new { name = "order_shipped", language = "en", values = new[] { "Emma", "SF123" } } })).Status);
        await played.Settle(() => whatsapp.Sent.Count == 1, "the template is with WhatsApp");
        Assert.Equal(("template", "order_shipped"), (whatsapp.Sent[0].Type, whatsapp.Sent[0].Text));
    }
}
