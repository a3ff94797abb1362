using System.Net;
using System.Text.Json;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Conversations;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Queqiao.Text.Retrieving;

namespace Queqiao.Server.Tests.Bot;

/// <summary>An answer that is written for a channel is said there, and nowhere else.</summary>
public sealed class ChannelAnswerTests
{
    private const string WeChat = "wechat-official";

    private static readonly Lazy<Brain> Knows = new(() => Brain.Train(Shop.Small with
    {
        Entries =
        [
            Shop.Small.Entries[0] with { ByChannel = new Dictionary<string, string> { [WeChat] = "点菜单“我的退款”看进度。" } },
            Shop.Small.Entries[1],
            Shop.Small.Entries[2] with { Answer = "", ByChannel = new Dictionary<string, string> { [WeChat] = "点菜单“开发票”。" } },
            .. Shop.Small.Entries.Skip(3),
        ],
    }, []));

    [Fact]
    public void A_channels_own_text_is_said_there_and_the_common_one_elsewhere()
    {
        Assert.Equal("点菜单“我的退款”看进度。", Mind.Think(On(WeChat, "退款多久到账")).Words[0].Text);
        foreach (var other in (string?[])["web", null])
            Assert.StartsWith("退货验收后", Mind.Think(On(other, "退款多久到账")).Words[0].Text, StringComparison.Ordinal);
        var compared = On(WeChat, "退款多久到账") with { Instead = new Dictionary<string, string> { ["q1/zh"] = "比较中的说法" } };
        Assert.Equal("比较中的说法", Mind.Think(compared).Words[0].Text);
    }

    [Fact]
    public void What_only_a_channel_has_an_answer_for_is_known_there_and_unknown_elsewhere()
    {
        Assert.Equal("点菜单“开发票”。", Mind.Think(On(WeChat, "怎么开发票？")).Words[0].Text);
        var elsewhere = Mind.Think(On("web", "怎么开发票？"));
        Assert.DoesNotContain(elsewhere.Words, said => said.Text.Length == 0 || said.Part.Kind == BotSays.Answer || said.Part.Entry == "q3/zh");
        Assert.DoesNotContain(elsewhere.Memory.Offers, offer => offer.Id == "q3/zh");
        var offered = On("web", "1", BotMemory.Empty with { Offers = [new Offer("q3/zh", "怎么开发票？")] }); // on another channel, a moment ago
        Assert.Equal(BotSays.Refuse, Mind.Think(offered).Words[0].Part.Kind);
    }

    [Fact]
    public void Entries_have_the_texts_that_everybody_may_see_and_knowledge_without_channels_is_learnt_as_before()
    {
        var content = new KnowledgeContent
        {
            Wordings = [new("zh-CN", "怎么退货？", [])],
            Answers = [new("zh-CN", "点“退货”。"), new("zh-CN", "点菜单。", WeChat), new("zh-CN", "内部", "email", Audience.Internal), new("zh-CN", "点“退货”。", "web")],
        };
        var entry = Assert.Single(Entries(content));
        Assert.Equal("点“退货”。", entry.Answer);
        Assert.Equal(WeChat, Assert.Single(entry.ByChannel).Key);
        Assert.Empty(Entries(content with { Answers = [content.Answers[2]] }));
        var only = Assert.Single(Entries(content with { Answers = [content.Answers[1]] }));
        Assert.Equal(("", "点菜单。", null), (only.Answer, only.Text, only.On("web")));
        Assert.False(entry.SaysTheSameAs(entry with { ByChannel = new Dictionary<string, string>() }));
        Assert.True(entry.SaysTheSameAs(Entries(content)[0]));
        var digest = Brain.DigestsOf(Shop.Small, [])[0];
        Assert.Equal(digest, Learnt.DigestOf([.. Shop.Small.Entries.Where(one => one.Language == "zh").Select(one => new KnowledgeEntry(one.Key, [one.Title, .. one.Similar], one.Answer))], []));
        Assert.Equal(digest, Brain.DigestsOf(Shop.Small with { Entries = [Shop.Small.Entries[0] with { ByChannel = entry.ByChannel }, .. Shop.Small.Entries.Skip(1)] }, [])[0]);

        static List<BotEntry> Entries(KnowledgeContent content) => [.. KnowledgeSource.Entries(new PublishedItem(Guid.Empty, Guid.Empty, true, null, null, [], 1, 1, 0, content))];
    }

    [Fact]
    public async Task What_an_editor_writes_for_the_web_chat_is_said_to_its_customers()
    {
        await using var site = await Site.Open();
        var api = site.Owner.Api;
        (await api.Post("/api/v1/knowledge/faqs", new
        {
            question = "怎么退货？", similar = new[] { "我想退货", "退货流程是什么" },
            answers = new object[] { new { language = "zh-CN", text = "在订单里申请。" }, new { language = "zh-CN", text = "点右上角“退货”。", channel = "web" }, new { language = "zh-CN", text = "点菜单“退货”。", channel = WeChat } },
        })).Expect(HttpStatusCode.Created);
        var bot = (await api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created).Text("id");
        (await api.Send(HttpMethod.Put, $"/api/v1/bots/{bot}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        var visitor = await site.Visitor();
        await visitor.Say("怎么退货");
        JsonElement said = default;
        await Until.True(async () => (said = (await visitor.Log()).FirstOrDefault(item => item.TryGetProperty("bot", out _))).ValueKind == JsonValueKind.Object, "the bot's answer");
        Assert.Equal("点右上角“退货”。", said.Text("text"));
        Assert.Equal("点菜单“退货”。", await Tried(WeChat));
        Assert.Equal("在订单里申请。", await Tried("telegram"));
        Assert.Equal("在订单里申请。", await Tried(null));

        async Task<string> Tried(string? channel) =>
            (await api.Post($"/api/v1/bots/{bot}/ask", new { text = "怎么退货", channel })).Expect(HttpStatusCode.OK).GetProperty("messages")[0].Text("text");
    }

    private static Situation On(string? channel, string said, BotMemory? memory = null) => Shop.Hears(said, memory, brain: Knows.Value) with { Channel = channel };
}
