using System.Net;
using System.Text.Json;
using Queqiao.Server.Contacts;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Contacts;

/// <summary>One person on several channels, through the server.</summary>
public sealed class RecognisingTests
{
    private static long Soon => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600;

    private sealed record Shop(Site Site, string Channel, SignedUser Key) : IDisposable
    {
        public static async Task<Shop> On(Site site, string? channel = null)
        {
            channel ??= site.ChannelId.ToString();
            var key = (await site.Owner.Api.Post($"/api/v1/channels/{channel}/user-keys", new { algorithm = "HS256" })).Expect(HttpStatusCode.Created);
            return new Shop(site, channel, new SignedUser { Secret = key.Text("secret") });
        }

        public async Task<VisitorClient> Visitor(object claims)
        {
            using var api = new ApiClient(Site.Address);
            var session = (await api.Post("/widget/v1/sessions", new { channelId = Channel, user = new { jwt = Key.Jwt(claims) }, locale = "en" })).Expect(HttpStatusCode.OK);
            return new VisitorClient(Site, Guid.Parse(Channel), session.Text("visitorToken"));
        }

        public void Dispose() => Key.Dispose();
    }

    private static async Task<string> Channel(Site site, object? settings = null) =>
        (await site.Owner.Api.Post("/api/v1/channels", new { kind = "web", name = "App", settings })).Expect(HttpStatusCode.Created).Text("id");

    /// <summary>A customer on a channel that tells an id of its own.</summary>
    private static async Task<Guid> Comes(Site site, string channel, string id, params ClaimedIdentity[] told)
    {
        var contact = await site.Storage.Run(1, (unit, ct) => site.The<IContacts>().Arrive(unit, new Arrival(Guid.Parse(channel), id) { Source = "channel", Identities = told }, ct), default);
        await site.RunDueJobs();
        return contact;
    }

    private static async Task<JsonElement> Contact(Site site, object id) => (await site.Owner.Api.Get($"/api/v1/contacts/{id}")).Expect(HttpStatusCode.OK);

    private static async Task<string> ContactOf(Site site, JsonElement said) => (await site.Owner.Row(said.Text("conversationId"))).GetProperty("contact").Text("id");

    [Theory, OnSqlite, OnPostgres]
    public async Task The_unionid_that_the_shop_signs_and_WeChat_tells_joins_and_can_be_undone(string engine)
    {
        await using var site = await Site.Open(engine);
        using var shop = await Shop.On(site);
        var wechat = await Channel(site);
        var said = await (await shop.Visitor(new { sub = "u-1", name = "王芳", exp = Soon, identities = new[] { new { kind = "wechat_unionid", value = "uni-7" } } })).Say("订单到哪了");
        await site.RunDueJobs();
        var inShop = await ContactOf(site, said);
        var inWeChat = await Comes(site, wechat, "openid-1", new ClaimedIdentity("wechat_openid", "openid-1"), new ClaimedIdentity("wechat_unionid", "uni-7"));

        var person = await Contact(site, inWeChat);
        Assert.Equal((inShop, "王芳"), (person.Text("id"), person.Text("name")));
        var merge = Assert.Single(person.GetProperty("merged").EnumerateArray());
        var key = merge.GetProperty("key");
        Assert.Equal(("wechat_unionid", JsonValueKind.Null), (key.Text("kind"), merge.GetProperty("by").ValueKind));
        Assert.Equal("uni-7", person.GetProperty("identities").EnumerateArray().Single(one => one.Text("id") == key.Text("identityId")).Text("externalId"));
        var history = (await site.Owner.Api.Get($"/api/v1/contacts/{inShop}/timeline")).Expect(HttpStatusCode.OK).Items();
        Assert.Equal("wechat_unionid", history.Single(item => item.Text("type") == "merged").GetProperty("merge").Text("key"));

        // Somebody takes them apart: they stay apart, whatever comes again.
        (await site.Owner.Api.Post($"/api/v1/contacts/{inShop}/unmerge", new { mergeId = merge.Text("id") })).Expect(HttpStatusCode.OK);
        site.Time.Move(TimeSpan.FromDays(2));
        await Comes(site, wechat, "openid-1", new ClaimedIdentity("wechat_unionid", "uni-7"));
        Assert.Equal(inWeChat.ToString(), (await Contact(site, inWeChat)).Text("id"));
        var suggestion = Assert.Single((await site.Owner.Api.Get($"/api/v1/contacts/{inWeChat}/duplicates")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("same_identity", suggestion.GetProperty("reasons")[0].GetString());
    }

    [Fact]
    public async Task One_account_on_two_sites_of_one_issuer_is_one_person()
    {
        await using var site = await Site.Open();
        var (first, second, foreign) = (await Channel(site, new { userIssuer = "https://id.shop.cn" }), await Channel(site, new { userIssuer = "https://id.shop.cn" }), await Channel(site, new { userIssuer = "https://other.cn" }));
        var people = new List<string>();
        foreach (var (channel, issuer) in new[] { (first, "https://id.shop.cn"), (second, "https://id.shop.cn"), (foreign, "https://other.cn") })
        {
            using var shop = await Shop.On(site, channel);
            var said = await (await shop.Visitor(new { sub = "42", iss = issuer, exp = Soon })).Say("hello");
            await site.RunDueJobs();
            people.Add((await Contact(site, await ContactOf(site, said))).Text("id"));
        }
        Assert.Equal(people[0], people[1]);
        Assert.NotEqual(people[0], people[2]);
    }

    [Fact]
    public async Task Forged_and_unchecked_claims_join_nobody()
    {
        await using var site = await Site.Open();
        using var shop = await Shop.On(site);
        var mail = await Channel(site);
        var victim = await Comes(site, mail, "fang@example.com", new ClaimedIdentity("email", "fang@example.com"));
        // The site says that it has not checked the address; and nobody gets past the site with an account of their own making.
        var thief = await ContactOf(site, await (await shop.Visitor(new { sub = "thief", email = "fang@example.com", email_verified = false, exp = Soon, identities = new[] { new { kind = "account", value = "https://id.shop.cn|1" }, new { kind = "link", value = "1" } } })).Say("hi"));
        await site.RunDueJobs();
        Assert.Equal(victim.ToString(), (await Contact(site, victim)).Text("id"));
        var known = await Contact(site, thief);
        Assert.Equal(thief, known.Text("id"));
        Assert.Equal([("email", false), ("user", true)], known.GetProperty("identities").EnumerateArray().Select(one => (one.Text("kind"), one.GetProperty("verified").GetBoolean())).Order());
        Assert.Equal("same_email", Assert.Single((await site.Owner.Api.Get($"/api/v1/contacts/{victim}/duplicates")).Expect(HttpStatusCode.OK).Items()).GetProperty("reasons")[0].GetString());
    }

    [Fact]
    public async Task Two_users_on_one_phone_and_a_recycled_number_stay_apart()
    {
        await using var site = await Site.Open();
        using var shop = await Shop.On(site);
        var whatsApp = await Channel(site);
        var anna = await ContactOf(site, await (await shop.Visitor(new { sub = "anna", phone = "+8613800001111", exp = Soon })).Say("hi"));
        var ben = await ContactOf(site, await (await shop.Visitor(new { sub = "ben", phone = "+8613800001111", exp = Soon })).Say("hi"));
        var caller = await Comes(site, whatsApp, "8613800001111", new ClaimedIdentity("phone", "+8613800001111"));
        Assert.Equal([anna, ben, caller.ToString()], [(await Contact(site, anna)).Text("id"), (await Contact(site, ben)).Text("id"), (await Contact(site, caller)).Text("id")]);

        var before = await Comes(site, whatsApp, "8613900002222", new ClaimedIdentity("phone", "+8613900002222"));
        site.Time.Move(TimeSpan.FromDays(120));
        var after = await ContactOf(site, await (await shop.Visitor(new { sub = "new owner", phone = "+8613900002222", exp = site.Time.GetUtcNow().ToUnixTimeSeconds() + 600 })).Say("hi"));
        await site.RunDueJobs();
        Assert.NotEqual(before.ToString(), (await Contact(site, after)).Text("id"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Newcomers_at_the_same_time_find_each_other(string engine)
    {
        await using var site = await Site.Open(engine);
        var channel = await Channel(site);
        var contacts = site.The<IContacts>();
        var came = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => site.Storage.Run(1, (unit, ct) => contacts.Arrive(unit, new Arrival(Guid.Parse(channel), "open-" + number)
        {
            Source = "channel", Identities = [new("wechat_unionid", "uni-" + (number % 2))],
        }, ct), default)));
        await site.RunDueJobs();
        var roots = new List<string>();
        foreach (var one in came)
            roots.Add((await Contact(site, one)).Text("id"));
        Assert.Equal(2, roots.Distinct().Count());
        Assert.Equal(roots[0], roots[2]);
        Assert.NotEqual(roots[0], roots[1]);
    }

    [Fact]
    public async Task A_code_from_the_shop_typed_elsewhere_joins_once()
    {
        await using var site = await Site.Open();
        using var shop = await Shop.On(site);
        var visitor = await shop.Visitor(new { sub = "u-1", name = "王芳", exp = Soon });
        var inShop = await ContactOf(site, await visitor.Say("在吗"));
        var code = (await visitor.Post("/widget/v1/links", new { })).Expect(HttpStatusCode.Created).Text("text");
        var anonymous = await site.Visitor(Guid.Parse(await Channel(site)));
        Assert.Equal(HttpStatusCode.Forbidden, (await anonymous.Post("/widget/v1/links", new { })).Status);
        var elsewhere = await ContactOf(site, await anonymous.Say($"{code[..3]} {code[3..6]}-{code[6..]}"));
        await Until.True(async () =>
        {
            await site.RunDueJobs();
            return (await Contact(site, elsewhere)).Text("id") == inShop;
        }, "the code has been heard");
        Assert.Equal("link", (await Contact(site, inShop)).GetProperty("merged")[0].GetProperty("key").Text("kind"));

        // It was good once, and guesses are not heard for ever.
        var stranger = await shop.Visitor(new { sub = "u-2", exp = Soon });
        Assert.Equal("contact_link_unknown", (await stranger.Post("/widget/v1/links/use", new { code })).Code);
        var fresh = (await site.Owner.Api.Post($"/api/v1/contacts/{elsewhere}/links", new { })).Expect(HttpStatusCode.Created).Text("code");
        for (var guess = 0; guess < 4; guess++)
            await stranger.Post("/widget/v1/links/use", new { code = "00000000" + guess });
        Assert.Equal("contact_link_unknown", (await stranger.Post("/widget/v1/links/use", new { code = fresh })).Code);
        // Nor does a code make one person of two whom the site tells apart.
        var other = await shop.Visitor(new { sub = "u-3", exp = Soon });
        Assert.Equal("contact_user_ids_differ", (await other.Post("/widget/v1/links/use", new { code = fresh })).Code);
    }

    [Fact]
    public async Task One_agent_has_all_conversations_of_one_person()
    {
        await using var site = await Site.Open();
        var (app, wechat) = (await Channel(site), await Channel(site));
        using var shop = await Shop.On(site, app);
        using var other = await Shop.On(site, wechat);
        object User(string sub) => new { sub, exp = Soon, identities = new[] { new { kind = "wechat_unionid", value = "uni-1" } } };
        var first = (await (await shop.Visitor(User("a"))).Say("在吗")).Text("conversationId");
        var lin = await site.Agent("agent");
        await site.Owner.Assign(first, lin.Id);
        var second = (await (await other.Visitor(User("b"))).Say("还是我")).Text("conversationId");
        await site.RunDueJobs();
        Assert.Equal(lin.Id.ToString(), (await site.Owner.Row(second)).GetProperty("assignee").Text("id"));
    }
}
