using System.Net;
using System.Text.Json;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

/// <summary>What a customer is called reaches their conversations: open lists at once, old ones too.</summary>
public sealed class NamingTests
{
    private static async Task<string?> NameOf(Site site, string conversation) => (await site.Owner.Row(conversation)).GetProperty("contact").Maybe("name");

    private static async Task<string> ContactOf(Site site, string conversation) => (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");

    [Theory, OnSqlite, OnPostgres]
    public async Task A_new_name_reaches_every_conversation_and_open_lists(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var old = (await visitor.Say("first")).Text("conversationId");
        await site.Owner.Status(old, "resolved");
        site.Time.Move(TimeSpan.FromDays(4));
        var now = (await visitor.Say("second")).Text("conversationId");
        Assert.NotEqual(old, now);
        var contact = await ContactOf(site, now);
        var before = await site.Owner.Row(now);
        await using var socket = await site.Owner.Socket();
        await socket.Send(new { op = "watch", conversation = now, after = before.Long("seq") });

        (await site.Owner.Api.Patch("/api/v1/contacts/" + contact, new { name = "王芳" })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();

        await socket.Next(frame => frame.TryGetProperty("data", out var data) && data.TryGetProperty("event", out var about) && about.Maybe("type") == "contact_renamed" && about.Maybe("to") == "王芳", "the name was told");
        Assert.Equal(("王芳", "王芳"), (await NameOf(site, old), await NameOf(site, now)));
        // nothing happened in it: it stays where it was in the lists, and nobody has anything new to read
        var after = await site.Owner.Row(now);
        Assert.Equal((before.Text("lastActivityAt"), before.Long("unread")), (after.Text("lastActivityAt"), after.Long("unread")));
        Assert.DoesNotContain(await visitor.Log(), item => JsonSerializer.Serialize(item).Contains("contact_renamed", StringComparison.Ordinal));

        // the same name again is no news, another one is, and none is one too
        var seq = after.Long("seq");
        (await site.Owner.Api.Patch("/api/v1/contacts/" + contact, new { name = "王芳" })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Equal(seq, (await site.Owner.Row(now)).Long("seq"));
        (await site.Owner.Api.Patch("/api/v1/contacts/" + contact, new { name = "" })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Null(await NameOf(site, now));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_is_merged_is_called_as_the_person_is_and_gets_their_own_name_back(string engine)
    {
        await using var site = await Site.Open(engine);
        var (one, other) = ((await (await site.Visitor()).Say("one")).Text("conversationId"), (await (await site.Visitor()).Say("other")).Text("conversationId"));
        var (a, b) = (await ContactOf(site, one), await ContactOf(site, other));
        await site.Owner.Api.Patch("/api/v1/contacts/" + b, new { name = "Chen" });
        await site.RunDueJobs();
        Assert.Equal((null, "Chen"), (await NameOf(site, one), await NameOf(site, other)));

        (await site.Owner.Api.Post($"/api/v1/contacts/{a}/merge", new { otherId = b })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Equal(("Chen", "Chen"), (await NameOf(site, one), await NameOf(site, other)));
        (await site.Owner.Api.Patch("/api/v1/contacts/" + a, new { name = "陈" })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Equal(("陈", "陈"), (await NameOf(site, one), await NameOf(site, other)));

        (await site.Owner.Api.Post($"/api/v1/contacts/{a}/unmerge", new { })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Equal(("陈", "Chen"), (await NameOf(site, one), await NameOf(site, other)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_was_erased_in_the_meantime_gets_no_name(string engine)
    {
        await using var site = await Site.Open(engine);
        var conversation = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        var contact = await ContactOf(site, conversation);
        await site.Owner.Api.Patch("/api/v1/contacts/" + contact, new { name = "Zephyrine" });
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/erase", new { reason = "asked" })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();
        Assert.Null(await NameOf(site, conversation));
        Assert.DoesNotContain(site.Troubles, line => line.Contains("Damaged", StringComparison.Ordinal));
    }
}
