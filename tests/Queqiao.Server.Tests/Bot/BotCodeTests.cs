using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Bot.Codes;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Channels;
using Queqiao.Server.Contacts;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>Who somebody is, proven by a code, before anything personal is said.</summary>
public sealed class BotCodeTests
{
    private const string Flow = """
        flow vip
        title 会员资料
        language zh
        when 查我的会员资料 | 我的会员等级

        step who
          verify
          ok -> show
          failed -> person

        step show
          end 已核实，您的会员资料在这里。

        step person
          person 身份没有核实
        """;

    [Theory, OnSqlite, OnPostgres]
    public async Task A_stranger_proves_a_telephone_number_and_is_known_by_it(string engine)
    {
        await using var site = await Open(engine);
        var sms = site.The<PlayedPlatforms>().Find("twilio-sms")!;
        var person = sms.Person("小雨");
        var visitor = await site.Visitor();
        var id = (await visitor.Say("查我的会员资料")).Text("conversationId");
        Assert.Contains("手机号", await Said(visitor, 1), StringComparison.Ordinal);
        await visitor.Say(person.Id);
        var asked = await Said(visitor, 2);
        Assert.Contains("****", asked, StringComparison.Ordinal);
        var code = Regex.Match(Assert.Single(sms.Sent).Text!, @"\d{6}").Value;
        Assert.DoesNotContain(code, JsonSerializer.Serialize(await site.Owner.Log(id)), StringComparison.Ordinal);

        await visitor.Say(code == "000000" ? "000001" : "000000");
        Assert.Contains("不对", await Said(visitor, 3), StringComparison.Ordinal);
        await visitor.Say("怎么开发票"); // a question in between
        Assert.Contains("申请发票", await Said(visitor, 4), StringComparison.Ordinal);
        await visitor.Say($"验证码是 {code}");
        await Until.True(async () => (await Texts(visitor)).Any(text => text.StartsWith("已核实", StringComparison.Ordinal)), "proven");
        var contact = (await site.Owner.Api.Get($"/api/v1/contacts/{(await site.Owner.Row(id)).GetProperty("contact").Text("id")}")).Expect(HttpStatusCode.OK);
        Assert.Contains(contact.GetProperty("identities").EnumerateArray(), one => one.Text("kind") == "phone" && one.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Guessing_ends_with_a_person_and_codes_are_not_sent_without_end()
    {
        await using var site = await Open(Engines.Sqlite);
        var sms = site.The<PlayedPlatforms>().Find("twilio-sms")!;
        var person = sms.Person("小雨");
        var visitor = await site.Visitor();
        var id = (await visitor.Say("查我的会员资料")).Text("conversationId");
        await Said(visitor, 1);
        await visitor.Say(person.Id);
        await Said(visitor, 2);
        var code = Regex.Match(Assert.Single(sms.Sent).Text!, @"\d{6}").Value;
        for (var i = 0; i < CodeRules.MostTries; i++)
        {
            await visitor.Say(code == "000000" ? "000001" : "000000");
            await Said(visitor, 3 + i);
        }
        await Until.True(async () => (await site.Owner.Row(id)).Text("status") == "queued", "given to people");

        // Another visitor, the same number: what is sent to one address has an end, whoever asks.
        for (var n = 0; n < 3; n++)
        {
            var other = await site.Visitor();
            await other.Say("查我的会员资料");
            await Said(other, 1);
            await other.Say(person.Id);
            var said = await Said(other, 2);
            Assert.Equal(n == 2, said.Contains("频繁", StringComparison.Ordinal));
        }
        Assert.Equal(3, sms.Sent.Count);
    }

    [Fact]
    public void What_is_read_as_a_code_or_an_address_and_who_needs_none()
    {
        Assert.Equal("123456", CodeRules.CodeIn("验证码１２３ ４５６"));
        Assert.Null(CodeRules.CodeIn("13812345678"));
        Assert.Equal("+8613812345678", CodeRules.AddressIn("我的手机 138 1234 5678", DateTimeOffset.UnixEpoch));
        Assert.Equal("lin@example.com", CodeRules.AddressIn("Lin@Example.com", DateTimeOffset.UnixEpoch));
        Assert.Null(CodeRules.AddressIn("010-12345678", DateTimeOffset.UnixEpoch)); // nobody reads texts there
        Assert.True(CodeRules.WantsAnother("没收到，重发一个"));
        var here = Guid.NewGuid();
        PersonIdentity Of(string kind, string value, bool verified = true, Guid? channel = null, string? source = null) => new(kind, value, verified, channel) { Source = source };
        Assert.True(CodeRules.IsProvenHere([Of("user", "u1", channel: here, source: "site")], here));
        Assert.False(CodeRules.IsProvenHere([Of("user", "u1", channel: Guid.NewGuid(), source: "site")], here)); // proven elsewhere only
        Assert.False(CodeRules.IsProvenHere([Of("phone", "+861", channel: here, source: "link")], here)); // by a code: for half an hour
        var both = new CodeSettings(Guid.NewGuid(), "", Guid.NewGuid());
        Assert.Equal("+8613812345678", CodeRules.KnownAddress([Of("email", "a@b.example"), Of("phone", "13812345678")], both));
        Assert.Equal("a@b.example", CodeRules.KnownAddress([Of("email", "a@b.example"), Of("phone", "13812345678", verified: false)], both));
        Assert.Null(CodeRules.KnownAddress([Of("email", "a@b.example")], both with { MailChannelId = null }));
    }

    private static async Task<Site> Open(string engine)
    {
        var site = await Site.Open(engine, also: services =>
        {
            services.AddSingleton<IBotKnowledgeSource>(new Shop());
            services.AddPlayedPlatforms();
        });
        var api = site.Owner.Api;
        var sms = (await api.Post("/api/v1/channels", new { kind = "twilio-sms", name = "短信", settings = site.The<PlayedPlatforms>().SettingsOf("twilio-sms") })).Expect(HttpStatusCode.Created).Text("id");
        var bot = (await api.Post("/api/v1/bots", new { name = "小鹊", enabled = true, profile = new { codes = new { smsChannelId = sms } } })).Expect(HttpStatusCode.Created).Text("id");
        var flow = (await api.Post("/api/v1/bots/flows", new { text = Flow })).Expect(HttpStatusCode.Created).Text("id");
        (await api.Post($"/api/v1/bots/flows/{flow}/publish", new { })).Expect(HttpStatusCode.OK);
        (await api.Send(HttpMethod.Put, $"/api/v1/bots/{bot}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        return site;
    }

    private static async Task<List<string>> Texts(VisitorClient visitor) =>
        [.. (await visitor.Log()).Where(item => item.Text("kind") == "message" && item.GetProperty("sender").Text("kind") == "bot").Select(item => item.Text("text"))];

    private static async Task<string> Said(VisitorClient visitor, int n)
    {
        List<string> texts = [];
        await Until.True(async () => (texts = await Texts(visitor)).Count >= n, $"the bot's message {n}");
        return texts[n - 1];
    }
}
