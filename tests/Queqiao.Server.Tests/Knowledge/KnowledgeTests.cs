using System.Net;
using System.Text.Json;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Knowledge;

/// <summary>Articles and FAQs from the draft to the reader, through HTTP.</summary>
public sealed class KnowledgeTests
{
    private const string Faqs = "/api/v1/knowledge/faqs";
    private const string Articles = "/api/v1/knowledge/articles";

    private static async Task<string[]> Found(AgentClient agent, string text, string more = "") =>
        [.. (await agent.Api.Get($"/api/v1/knowledge/search?q={Uri.EscapeDataString(text)}{more}")).Expect(HttpStatusCode.OK).GetProperty("items").EnumerateArray().Select(hit => hit.GetProperty("title").GetString()!)];

    [Theory, OnSqlite, OnPostgres]
    public async Task What_is_published_is_found_at_once_and_what_is_withdrawn_is_not(string engine)
    {
        await using var site = await Site.Open(engine);
        var faq = (await site.Owner.Api.Post(Faqs, new { question = "多久能退款到账？", answer = "三个工作日内原路退回。", similar = new[] { "退款要几天", "钱什么时候退回来" }, category = "退换货/退款" })).Expect(HttpStatusCode.Created);
        var id = faq.GetProperty("item").Text("id");
        Assert.Equal("published", faq.GetProperty("item").Text("state"));
        Assert.Equal(["多久能退款到账？"], await Found(site.Owner, "退款几天到账"));
        var knowledge = site.The<IKnowledge>();
        var item = Assert.Single((await knowledge.Published(1, null, default)).Faqs);
        Assert.Equal(["退换货", "退款"], item.Category);
        var before = (await knowledge.Published(1, null, default)).Revision;

        (await site.Owner.Api.Patch($"{Faqs}/{id}", new { answer = "五个工作日内原路退回。" })).Expect(HttpStatusCode.OK); // a draft: nobody sees it
        Assert.Equal("三个工作日内原路退回。", (await knowledge.Published(1, null, default)).Items[0].Content.Answers[0].Text);
        Assert.Equal(before, (await knowledge.Published(1, null, default)).Revision);
        (await site.Owner.Api.Post($"/api/v1/knowledge/items/{id}/publish", new { })).Expect(HttpStatusCode.OK);
        Assert.Equal("五个工作日内原路退回。", (await knowledge.Published(1, null, default)).Items[0].Content.Answers[0].Text);
        Assert.True((await knowledge.Published(1, null, default)).Revision > before);

        (await site.Owner.Api.Post($"/api/v1/knowledge/items/{id}/archive", new { })).Expect(HttpStatusCode.OK);
        Assert.Empty(await Found(site.Owner, "退款几天到账"));
        Assert.Empty((await knowledge.Published(1, null, default)).Items);
    }

    [Fact]
    public async Task An_agents_draft_goes_through_a_review()
    {
        await using var site = await Site.Open();
        var (agent, lead) = (await site.Agent("agent"), await site.Agent("supervisor"));
        var viewer = await site.Agent("viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.Api.Post(Faqs, new { question = "q", answer = "a" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post(Faqs, new { question = "q", answer = "a", publish = true })).Status);
        var id = (await agent.Api.Post(Articles, new { title = "退货流程", body = "# 第一步\n申请" })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");
        var item = $"/api/v1/knowledge/items/{id}";
        Assert.Equal("review", (await agent.Api.Post(item + "/review", new { decision = "ask" })).Expect(HttpStatusCode.OK).GetProperty("item").Text("state"));
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post(item + "/publish", new { })).Status);
        Assert.Single((await lead.Api.Get("/api/v1/knowledge/items?state=review")).Expect(HttpStatusCode.OK).Items());
        var returned = (await lead.Api.Post(item + "/review", new { decision = "return", note = "请写清楚期限" })).Expect(HttpStatusCode.OK).GetProperty("item");
        Assert.Equal(("draft", "returned", "请写清楚期限"), (returned.Text("state"), returned.Text("review"), returned.Text("reviewNote")));
        (await agent.Api.Patch($"{Articles}/{id}", new { body = "# 第一步\n7 天内申请" })).Expect(HttpStatusCode.OK);
        (await agent.Api.Post(item + "/review", new { decision = "ask" })).Expect(HttpStatusCode.OK);
        Assert.Equal("published", (await lead.Api.Post(item + "/publish", new { })).Expect(HttpStatusCode.OK).GetProperty("item").Text("state"));
        Assert.Equal("knowledge_nothing_new", (await agent.Api.Post(item + "/review", new { decision = "ask" })).Code);
    }

    [Fact]
    public async Task Versions_are_compared_and_brought_back()
    {
        await using var site = await Site.Open();
        var id = (await site.Owner.Api.Post(Articles, new { title = "保修", body = "一\n二\n三" })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");
        var item = $"/api/v1/knowledge/items/{id}";
        var second = (await site.Owner.Api.Patch($"{Articles}/{id}", new { body = "一\n贰\n三\n四", note = "改数字", version = 1 })).Expect(HttpStatusCode.OK);
        Assert.Equal((2L, true), (second.GetProperty("item").Long("version"), second.GetProperty("item").GetProperty("hasChanges").GetBoolean()));
        Assert.Equal("knowledge_changed", (await site.Owner.Api.Patch($"{Articles}/{id}", new { body = "x", version = 1 })).Code);
        var lines = (await site.Owner.Api.Get(item + "/diff")).Expect(HttpStatusCode.OK).GetProperty("parts").EnumerateArray().Single().GetProperty("lines").EnumerateArray().Select(line => line.Text("kind")[0] + line.Text("text"));
        Assert.Equal(["s一", "g二", "n贰", "s三", "n四"], lines);
        (await site.Owner.Api.Post(item + "/publish", new { })).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Post(item + "/rollback", new { version = 1 })).Expect(HttpStatusCode.OK);
        Assert.Equal("一\n二\n三", (await site.Owner.Api.Get($"{Articles}/{id}")).Expect(HttpStatusCode.OK).GetProperty("content").GetProperty("texts")[0].Text("body"));
        Assert.Equal([3L, 2L, 1L], (await site.Owner.Api.Get(item + "/versions")).Expect(HttpStatusCode.OK).Items().Select(one => one.Long("version")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Nobody_sees_what_is_not_for_them_or_not_now(string engine)
    {
        await using var site = await Site.Open(engine);
        async Task<Guid> Add(string title, object more) => Guid.Parse((await site.Owner.Api.Post(Articles, Merged(new { title, body = "机密暗号 " + title }, more))).Expect(HttpStatusCode.Created).GetProperty("item").Text("id"));
        var shown = await Add("公开", new { audience = "public" });
        await Add("内部", new { audience = "internal" });
        await Add("会员", new { audience = "segment:VIP" });
        await Add("将来", new { validFrom = site.Time.GetUtcNow().AddDays(1) });
        await Add("过期", new { validTo = site.Time.GetUtcNow().AddSeconds(-1) });
        await Add("草稿", new { publish = false });
        Assert.Equal(["会员", "公开", "内部"], (await Found(site.Owner, "机密暗号")).Order(StringComparer.Ordinal));
        Assert.Equal(["公开"], await Found(site.Owner, "机密暗号", "&audience=public"));
        Assert.Equal(["会员", "公开"], (await Found(site.Owner, "机密暗号", "&audience=segment:vip")).Order(StringComparer.Ordinal));
        var found = await site.The<IKnowledge>().Search(1, new KnowledgeQuery("机密暗号", KnowledgeReader.Stranger), default);
        Assert.Equal([shown], found.Hits.Select(hit => hit.Source.ItemId));
        site.Time.Move(TimeSpan.FromDays(2));
        Assert.Equal(["公开", "将来"], (await Found(site.Owner, "机密暗号", "&audience=public")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_answer_may_be_for_fewer_people_than_its_question()
    {
        await using var site = await Site.Open();
        (await site.Owner.Api.Post(Faqs, new
        {
            wordings = new[] { new { language = "zh-CN", question = "补偿多少？", similar = Array.Empty<string>() }, new { language = "en", question = "How much compensation?", similar = Array.Empty<string>() } },
            answers = new object[]
            {
                new { language = "zh-CN", text = "按规则补偿。" }, new { language = "en", text = "By the rules." }, new { language = "zh-CN", text = "微信上：点下方菜单。", channel = "wechat-official" },
                new { language = "zh-CN", text = "一线最多五十元", audience = new { kind = "internal", segments = Array.Empty<string>() } },
            },
        })).Expect(HttpStatusCode.Created);
        var content = (await site.The<IKnowledge>().Published(1, null, default)).Items[0].Content;
        Assert.Equal("按规则补偿。", content.AnswerFor(KnowledgeReader.Stranger, "zh-CN", "web")!.Text);
        Assert.Equal("微信上：点下方菜单。", content.AnswerFor(KnowledgeReader.Stranger, "zh", "wechat-official")!.Text);
        Assert.Equal("By the rules.", content.AnswerFor(KnowledgeReader.Stranger, "en", null)!.Text);
        Assert.Equal("一线最多五十元", content.AnswerFor(KnowledgeReader.Colleague, "zh-CN", null)!.Text);
        var hits = (await site.The<IKnowledge>().Search(1, new KnowledgeQuery("一线最多五十元", KnowledgeReader.Stranger), default)).Hits;
        Assert.DoesNotContain(hits, hit => hit.Excerpt.Contains("五十", StringComparison.Ordinal));
        Assert.Contains((await site.The<IKnowledge>().Search(1, new KnowledgeQuery("一线最多五十元", KnowledgeReader.Colleague), default)).Hits, hit => hit.Excerpt.Contains("五十", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Facts_answer_together_and_internal_ones_stay_inside()
    {
        await using var site = await Site.Open();
        foreach (var (subject, relation, target, audience) in new[] { ("雨前加湿器 H1", "有问题", "不出雾", "public"), ("不出雾", "原因", "雾化片结垢", "public"), ("雾化片结垢", "处理", "白醋浸泡二十分钟", "public"), ("雾化片结垢", "适用政策", "内部补偿二十元", "internal") })
            (await site.Owner.Api.Post("/api/v1/knowledge/edges", new { subject, relation, target, audience })).Expect(HttpStatusCode.Created);
        async Task<string[]> Path(string audience) => [.. (await site.Owner.Api.Get($"/api/v1/knowledge/search?q={Uri.EscapeDataString("我的 H1 加湿器不出雾怎么办")}&audience={audience}")).Expect(HttpStatusCode.OK).GetProperty("path").EnumerateArray().Select(fact => fact.Text("target"))];
        Assert.Equal(["不出雾", "雾化片结垢", "白醋浸泡二十分钟"], await Path("public"));
        Assert.Contains("内部补偿二十元", await Path("internal"));
    }

    [Fact]
    public async Task Synonyms_slips_and_pinyin_are_forgiven()
    {
        await using var site = await Site.Open();
        await Task.WhenAll(new[] { ("怎么申请退款？", "在订单里申请。", "zh-CN"), ("保修期多久？", "一年。", "zh-CN"), ("How do I change my delivery address?", "In your order.", "en") }
            .Select(async one => (await site.Owner.Api.Post(Faqs, new { question = one.Item1, answer = one.Item2, language = one.Item3 })).Expect(HttpStatusCode.Created)));
        Assert.Equal("怎么申请退款？", (await Found(site.Owner, "tuikuan shenqing"))[0]);
        Assert.Equal("怎么申请退款？", (await Found(site.Owner, "申请退宽"))[0]);
        Assert.Equal("How do I change my delivery address?", (await Found(site.Owner, "chnage delivery adress"))[0]);
        Assert.Empty(await Found(site.Owner, "小白鼠怎么喂"));
        (await site.Owner.Api.Post("/api/v1/knowledge/terms", new { kind = "synonym", words = new[] { "质保", "保修" } })).Expect(HttpStatusCode.Created);
        Assert.Equal("保修期多久？", (await Found(site.Owner, "质保"))[0]);
    }

    private static JsonElement Merged(object one, object other)
    {
        var all = JsonSerializer.SerializeToElement(one).EnumerateObject().Concat(JsonSerializer.SerializeToElement(other).EnumerateObject()).ToDictionary(member => member.Name, member => member.Value);
        return JsonSerializer.SerializeToElement(all);
    }
}
