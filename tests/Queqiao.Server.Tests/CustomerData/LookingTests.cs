using System.Net;
using System.Text.Json;
using Queqiao.Server.CustomerData;
using Queqiao.Server.CustomerData.Erasing;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.CustomerData;

/// <summary>What visitors look at, and cards that go back to them.</summary>
public sealed class LookingTests
{
    private static readonly object Product = new { id = "QA-101", name = "Sweatshirt as the page says", price = 1, currency = "CNY" };

    private static async Task<(string Token, string Contact, string Conversation)> Visitor(Site site)
    {
        using var api = new ApiClient(site.Address);
        var token = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId })).Expect(HttpStatusCode.OK).Text("visitorToken");
        var said = await new VisitorClient(site, site.ChannelId, token).Say("hello");
        return (token, (await site.Owner.Row(said.Text("conversationId"))).GetProperty("contact").Text("id"), said.Text("conversationId"));
    }

    private static async Task<HttpStatusCode> Look(Site site, string token, object page)
    {
        using var api = new ApiClient(site.Address);
        return (await api.Post("/widget/v1/context", page, ("Authorization", "Bearer " + token))).Status;
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_page_in_front_of_a_visitor_is_shown_and_kept_only_with_consent(string engine)
    {
        await using var site = await Site.Open(engine);
        var (token, contact, _) = await Visitor(site);
        var path = $"/api/v1/contacts/{contact}/looking";
        Assert.Equal(HttpStatusCode.NoContent, await Look(site, token, new { url = "https://shop.example/p/1?session=secret#top", title = "One", product = Product, orderId = "Q1" }));
        var seen = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.Equal(("https://shop.example/p/1", "One", "QA-101", "Q1", true), (seen.GetProperty("now").Text("url"), seen.GetProperty("now").Text("title"), seen.GetProperty("product").Text("id"), seen.Text("orderId"), seen.GetProperty("claimed").GetBoolean()));
        Assert.Null(seen.Maybe("visits"));

        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/consents", new { purpose = "analytics", given = true })).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NoContent, await Look(site, token, new { url = "https://shop.example/p/2" }));
        var visits = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).GetProperty("visits");
        Assert.Equal(["https://shop.example/p/2"], visits.EnumerateArray().Select(visit => visit.Text("url")));
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/consents", new { purpose = "analytics", given = false })).Expect(HttpStatusCode.OK);
        Assert.Null((await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).Maybe("visits"));

        Assert.Equal(HttpStatusCode.BadRequest, await Look(site, token, new { url = "javascript:alert(1)" }));
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/erase", new { reason = "asked" })).Expect(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Get(path)).Status);
    }

    [Fact]
    public async Task A_channel_tells_pages_of_everybody_of_those_who_agreed_or_of_nobody()
    {
        await using var site = await Site.Open();
        var (token, contact, _) = await Visitor(site);
        var path = $"/api/v1/contacts/{contact}/looking";
        using var api = new ApiClient(site.Address);
        async Task<(bool Told, bool Shown)> Try(string? pages, string page)
        {
            if (pages is not null)
                (await site.Owner.Api.Patch($"/api/v1/channels/{site.ChannelId}", new { settings = new { pages } })).Expect(HttpStatusCode.OK);
            var session = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, visitorToken = token })).Expect(HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.NoContent, await Look(site, token, new { url = "https://shop.example/" + page }));
            var now = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).GetProperty("now");
            return (session.GetProperty("config").GetProperty("pages").GetBoolean(), now.ValueKind == JsonValueKind.Object && now.Text("url").EndsWith(page, StringComparison.Ordinal));
        }
        Assert.Equal((false, false), await Try("off", "a"));
        Assert.Equal((false, false), await Try("consent", "b"));
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/consents", new { purpose = "analytics", given = true })).Expect(HttpStatusCode.OK);
        Assert.Equal((true, true), await Try(null, "c"));
        Assert.Equal((true, true), await Try("shown", "d"));

        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/consents", new { purpose = "analytics", given = false })).Expect(HttpStatusCode.OK);
        Assert.Equal((true, true), await Try(null, "e")); // of now only: what was kept is gone, and stays gone with another yes
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/consents", new { purpose = "analytics", given = true })).Expect(HttpStatusCode.OK);
        Assert.Empty((await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).GetProperty("visits").EnumerateArray());
        await Try(null, "f");
        site.Time.Move(TimeSpan.FromHours(25));
        var later = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.Equal((JsonValueKind.Null, 1), (later.GetProperty("now").ValueKind, later.GetProperty("visits").GetArrayLength()));
        site.Time.Move(TimeSpan.FromDays(30));
        await site.Storage.RunSystem(async (unit, ct) =>
        {
            await site.The<JobQueue>().Add(unit, NewJob.Of(0, ForgetCopies.Name, new { }), ct);
            return 0;
        }, CancellationToken.None);
        await site.RunDueJobs();
        await using var raw = await site.Raw();
        await using var count = raw.CreateCommand();
        count.CommandText = "SELECT (SELECT count(*) FROM visited_page) + (SELECT count(*) FROM visitor_context)";
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Of_somebody_who_has_not_written_nothing_is_kept_and_the_firms_word_comes_before_the_pages()
    {
        await using var site = await Site.Open();
        using var api = new ApiClient(site.Address);
        var silent = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId })).Expect(HttpStatusCode.OK).Text("visitorToken");
        Assert.Equal(HttpStatusCode.NoContent, await Look(site, silent, new { url = "https://shop.example/p/1" }));
        await site.The<ICustomerData>().ConnectDemo(1, default);
        var (token, contact, _) = await Visitor(site);
        await Look(site, token, new { url = "https://shop.example/p/1", product = Product });
        var seen = (await site.Owner.Api.Get($"/api/v1/contacts/{contact}/looking")).Expect(HttpStatusCode.OK);
        Assert.Equal((15900, false), (seen.GetProperty("product").GetProperty("price").GetInt32(), seen.GetProperty("claimed").GetBoolean()));
        Assert.Equal(HttpStatusCode.OK, (await site.Owner.Api.Get("/api/v1/customer-data/products?q=QA-101")).Status);
    }

    [Fact]
    public async Task A_card_is_a_message_that_everybody_can_read()
    {
        await using var site = await Site.Open();
        var (token, _, conversation) = await Visitor(site);
        var card = new { kind = "order", id = "Q1", title = "云絮圆领卫衣", amount = 15900, currency = "CNY", status = "已发货", url = "https://shop.example/o/Q1", lines = new[] { new { text = "雾蓝 M", value = "× 1" } } };
        var path = $"/api/v1/conversations/{conversation}/messages";
        (await site.Owner.Api.Post(path, new { clientId = "card-1", card })).Expect(HttpStatusCode.Created);
        var item = (await site.Owner.Log(conversation)).Single(one => one.Maybe("clientId") == "card-1");
        Assert.Equal("Q1 云絮圆领卫衣\n雾蓝 M × 1\n¥159.00 · 已发货\nhttps://shop.example/o/Q1", item.Text("text"));
        Assert.Equal(("order", 15900), (item.GetProperty("card").Text("kind"), item.GetProperty("card").GetProperty("amount").GetInt32()));
        Assert.Equal(0, item.GetProperty("attachments").GetArrayLength());

        using var api = new ApiClient(site.Address);
        var page = (await api.Get("/widget/v1/messages?after=0", ("Authorization", "Bearer " + token))).Expect(HttpStatusCode.OK);
        var shown = page.GetProperty("items").EnumerateArray().Single(one => one.Maybe("clientId") == "card-1");
        Assert.Equal(("card", "Q1"), (shown.GetProperty("attachments")[0].Text("kind"), shown.GetProperty("attachments")[0].GetProperty("card").Text("id")));
        Assert.False(shown.TryGetProperty("card", out _));

        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path, new { clientId = "card-2", card, @private = true })).Status);
        Assert.True((await site.Owner.Api.Post(path, new { clientId = "card-3", card = new { kind = "order", id = "Q1", title = "x", url = "javascript:alert(1)" } })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").TryGetProperty("card.url", out _));
        Assert.True((await site.Owner.Api.Post(path, new { clientId = "card-4", card = new { kind = "order", id = "Q1", title = "x", amount = 1 } })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").TryGetProperty("card.amount", out _));
    }
}
