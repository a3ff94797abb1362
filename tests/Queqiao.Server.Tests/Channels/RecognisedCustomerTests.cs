using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Channels;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Recognising;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;

namespace Queqiao.Server.Tests.Channels;

/// <summary>The main story: a customer of the shop asks in the app and again by WeChat, played.</summary>
public sealed class RecognisedCustomerTests
{
    private static Task<Site> Open(string engine) => Site.Open(engine, also: services => services.AddPlayedPlatforms());

    private static async Task Deliver(Site site, string channel, SimHook hook)
    {
        await site.Deliver(channel, hook);
        await site.RunDueJobs();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Asked_in_the_app_and_again_by_WeChat_it_is_one_person(string engine)
    {
        await using var site = await Open(engine);
        var wechat = site.The<PlayedPlatforms>().Find("wechat-official")!;
        var rain = wechat.Person("小雨");
        var channel = await site.Connect("wechat-official");
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());

        using var shop = new SignedUser { Secret = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/user-keys", new { algorithm = "HS256" })).Expect(HttpStatusCode.Created).Text("secret") };
        using var api = new Identity.ApiClient(site.Address);
        var session = (await api.Post("/widget/v1/sessions", new
        {
            channelId = site.ChannelId, user = new { jwt = shop.Jwt(new { sub = "u-1", name = "王小雨", exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600, identities = new[] { new { kind = "wechat_unionid", value = rain.Unionid } } }) },
        })).Expect(HttpStatusCode.OK);
        var inApp = (await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Say("外套什么时候发货？")).Text("conversationId");
        await Deliver(site, channel, wechat.Says(rain, "没人回我，我在微信再问一次"));

        var row = await site.Owner.Row(inApp);
        var person = (await site.Owner.Api.Get($"/api/v1/contacts/{row.GetProperty("contact").Text("id")}")).Expect(HttpStatusCode.OK);
        var merge = Assert.Single(person.GetProperty("merged").EnumerateArray());
        Assert.Equal("wechat_unionid", merge.GetProperty("key").Text("kind"));
        Assert.Contains(person.GetProperty("identities").EnumerateArray(), one => one.Text("id") == merge.GetProperty("key").Text("identityId") && one.Text("externalId") == rain.Unionid);
        var talks = (await site.Owner.Api.Get($"/api/v1/contacts/{person.Text("id")}/timeline")).Expect(HttpStatusCode.OK).Items().Where(item => item.Text("type") == "conversation").ToList();
        Assert.Equal(2, talks.Select(item => item.GetProperty("conversation").Text("channelId")).Distinct().Count());
        Assert.All(talks, item => Assert.NotEqual("resolved", item.GetProperty("conversation").Text("status")));
    }

    [Fact]
    public async Task A_platform_that_is_away_is_asked_again_and_stops_nobody()
    {
        await using var site = await Open(Engines.Sqlite);
        var wechat = site.The<PlayedPlatforms>().Find("wechat-official")!;
        var channel = await site.Connect("wechat-official");
        wechat.Trouble = Trouble.Broken;
        await Deliver(site, channel, wechat.Says(wechat.Person("小雪"), "在吗"));
        var row = Assert.Single((await site.Owner.Api.Get("/api/v1/conversations?view=all")).Expect(HttpStatusCode.OK).Items());
        wechat.Trouble = Trouble.None;
        site.Time.Move(TimeSpan.FromMinutes(30));
        await site.RunDueJobs();
        var person = (await site.Owner.Api.Get($"/api/v1/contacts/{row.GetProperty("contact").Text("id")}")).Expect(HttpStatusCode.OK);
        Assert.Contains(person.GetProperty("identities").EnumerateArray(), one => one.Text("kind") == "wechat_unionid" && one.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public void Platforms_vouch_for_what_they_know()
    {
        static string Keys(string kind, string id, params (string, string)[] also) =>
            string.Join(' ', PersonKeys.Of(kind, new Queqiao.Channels.Person(id) { Also = also.ToDictionary(one => one.Item1, one => one.Item2) }).Select(key => $"{key.Kind}={key.Value}{(key.Verified ? "" : "?")}"));
        Assert.Equal("wechat_openid=o1 wechat_unionid=u1", Keys("wechat-official", "o1", ("unionid", "u1")));
        Assert.Equal("phone=+8613800001111", Keys("whatsapp", "8613800001111"));
        Assert.Equal("phone=+14155550000?", Keys("twilio-sms", "+14155550000"));
        Assert.Equal("telegram_id=42", Keys("telegram", "42"));
        Assert.Equal("feishu_id=ou_1 feishu_union_id=on_1", Keys("feishu", "ou_1", ("union_id", "on_1"), ("user_id", "e1")));
        Assert.Equal("email=a@b.cn", Keys("api", "7", ("email", "a@b.cn"), ("email2", "x")));
        Assert.Equal("", Keys("dingtalk", ""));
    }
}
