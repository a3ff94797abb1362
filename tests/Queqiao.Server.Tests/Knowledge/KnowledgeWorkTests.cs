using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Knowledge.Importing;
using Queqiao.Server.Knowledge.Reporting;
using Queqiao.Server.Knowledge.Writing;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Knowledge;

/// <summary>Imports, the regression set, schedules and reports.</summary>
public sealed class KnowledgeWorkTests
{
    private const string Imports = "/api/v1/knowledge/imports";

    [Theory, OnSqlite, OnPostgres]
    public async Task A_table_is_looked_at_imported_once_and_comes_back_as_it_was(string engine)
    {
        await using var site = await Site.Open(engine);
        const string csv = "编号,分类,标准问,相似问,答案,语言\nk1,退换货,怎么退货？,我要退货 || 退货流程,\"七天内申请，\n运费自理\",\nk1,退换货,How to return?,,Within 7 days.,en\n,,没有答案,,,\n";
        using var up = Uploader.Of(site.Owner);
        var import = (await site.Owner.Api.Post(Imports, new { fileId = await up.Put("faq.csv", Encoding.UTF8.GetBytes(csv)) })).Expect(HttpStatusCode.Created);
        Assert.Equal(("draft", 2L, 1L), (import.Text("phase"), import.Long("total"), import.Long("ready")));
        var rows = (await site.Owner.Api.Get($"{Imports}/{import.Text("id")}/rows")).Expect(HttpStatusCode.OK).Items();
        Assert.Equal(["ready ", "failed required"], rows.Select(row => $"{row.Text("outcome")} {row.Maybe("code")}"));
        (await site.Owner.Api.Post($"{Imports}/{import.Text("id")}/start", new { publish = true })).Expect(HttpStatusCode.Accepted);
        Assert.Equal("knowledge_import_state", (await site.Owner.Api.Post($"{Imports}/{import.Text("id")}/start", new { })).Code);
        await site.RunDueJobs();
        var done = (await site.Owner.Api.Get($"{Imports}/{import.Text("id")}")).Expect(HttpStatusCode.OK);
        Assert.Equal(("done", 1L), (done.Text("phase"), done.GetProperty("counts").Long("added")));
        var item = Assert.Single((await site.The<IKnowledge>().Published(1, null, default)).Items);
        Assert.Equal(["怎么退货？", "How to return?"], item.Content.Wordings.Select(one => one.Question));
        Assert.Equal("k1", item.ExternalKey);

        // what is exported and imported again changes nothing
        var exported = Export.Csv([item]);
        using var again = new MemoryStream(Encoding.UTF8.GetBytes(exported));
        var back = Assert.Single(await ReadTable.Read(again, new ImportPlan(), default));
        Assert.Equal(item.Content.Json(), ContentRules.Tidy(back.Content).Json());
    }

    /// <summary>Facts have no drafts: what is not published at once waits for somebody who accepts it.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task Facts_come_back_as_they_were_exported(string engine)
    {
        await using var site = await Site.Open(engine);
        const string csv = "主体,关系,对象,可见范围\n加湿器 H1,有问题,不出雾,\n不出雾,原因,雾化片结垢,公开\n加湿器 H1,成本,三十元,内部\n,原因,没有主体,\n加湿器 H1,折扣,九折,segment:VIP\n";
        var import = await Import(csv, publish: false);
        Assert.Equal(["ready 加湿器 H1 — 有问题 — 不出雾 ", "ready 不出雾 — 原因 — 雾化片结垢 ", "ready 加湿器 H1 — 成本 — 三十元 ", "failed  — 原因 — 没有主体 required", "failed 加湿器 H1 — 折扣 — 九折 not_one_of"], import.Rows);
        Assert.Equal(3, import.Counts.Long("added"));
        Assert.Empty((await site.The<IKnowledge>().Published(1, null, default)).Facts);
        Assert.Equal(3, (await site.Owner.Api.Get("/api/v1/knowledge/edge-proposals")).Expect(HttpStatusCode.OK).Items().Count());
        Assert.Equal(3, (await Import(csv, publish: false)).Counts.Long("same")); // they wait already

        Assert.Equal(3, (await Import(csv, publish: true)).Counts.Long("added"));
        var facts = (await site.The<IKnowledge>().Published(1, null, default)).Facts;
        Assert.Equal(["三十元 True", "不出雾 False", "雾化片结垢 False"], facts.Select(fact => $"{fact.Target} {fact.IsInternal}").Order(StringComparer.Ordinal));
        Assert.Equal(3, (await Import(await (await site.Owner.Api.Raw(HttpMethod.Get, "/api/v1/knowledge/export?format=facts")).Content.ReadAsStringAsync(), publish: true)).Counts.Long("same"));

        async Task<(List<string> Rows, System.Text.Json.JsonElement Counts)> Import(string text, bool publish)
        {
            var id = (await site.Owner.Api.Post(Imports, new { text, name = "facts.csv" })).Expect(HttpStatusCode.Created).Text("id");
            var rows = (await site.Owner.Api.Get($"{Imports}/{id}/rows")).Expect(HttpStatusCode.OK).Items().Select(row => $"{row.Text("outcome")} {row.Text("title")} {row.Maybe("code")}").ToList();
            (await site.Owner.Api.Post($"{Imports}/{id}/start", new { publish })).Expect(HttpStatusCode.Accepted);
            await site.RunDueJobs();
            return (rows, (await site.Owner.Api.Get($"{Imports}/{id}")).Expect(HttpStatusCode.OK).GetProperty("counts"));
        }
    }

    [Fact]
    public async Task Documents_become_articles_with_their_tables()
    {
        var plan = new ImportPlan();
        var page = ReadHtml.Of("<html lang=en><title>t</title><nav>menu</nav><main><h1>Sizes</h1><p>Choose <b>well</b>.</p><table><tr><th>S</th><th>M</th></tr><tr><td>1</td><td>a|b</td></tr></table><ul><li>x<ul><li>y</li></ul></li></ul><script>alert(1)</script><a href=/help/b>b</a><a href=https://other.example/c>c</a></main>", new Uri("https://a.example/help/"));
        Assert.Equal("Sizes", page.Title);
        Assert.Contains("| S | M |\n|---|---|\n| 1 | a\\|b |", page.Body, StringComparison.Ordinal);
        Assert.Contains("- x\n", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("alert", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("menu", page.Body, StringComparison.Ordinal);
        Assert.Equal(["https://a.example/help/b"], page.Links.Select(link => link.AbsoluteUri));
        var markdown = (await Server.Knowledge.Importing.Imports.Read("markdown", Encoding.UTF8.GetBytes("# 保修\n\n一年。\n\n| a | b |\n|---|---|\n| 1 | 2 |"), "x.md", plan, default))[0];
        Assert.Equal(("保修", true), (markdown.Content.Texts[0].Title, markdown.Content.Texts[0].Body.Contains("| 1 | 2 |", StringComparison.Ordinal)));
        var word = (await Server.Knowledge.Importing.Imports.Read("docx", Word(), "w.docx", plan, default))[0];
        Assert.Equal("标题", word.Content.Texts[0].Title);
        Assert.Equal("## 一节\n\n正文 \\<b>x\\</b>\n\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |", word.Content.Texts[0].Body);
        Assert.Equal(["/private/", "/x"], CrawlSite.Closed("User-agent: *\nDisallow: /private/\nDisallow: /x*\nUser-agent: bad\nDisallow: /"));
    }

    [Fact]
    public async Task A_broken_or_hostile_file_is_refused_and_no_address_inside_is_read()
    {
        await using var site = await Site.Open();
        using var up = Uploader.Of(site.Owner);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(Imports, new { fileId = await up.Put("a.pdf", "%PDF-1.7 broken"u8.ToArray()) })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(Imports, new { url = "file:///etc/passwd" })).Status);
        var import = (await site.Owner.Api.Post(Imports, new { url = "https://127.0.0.1/" })).Expect(HttpStatusCode.Created);
        await site.RunDueJobs();
        var row = (await site.Owner.Api.Get($"{Imports}/{import.Text("id")}/rows")).Expect(HttpStatusCode.OK).Items().Single();
        Assert.Equal(("failed", "knowledge_page_refused"), (row.Text("outcome"), row.Text("code")));
        Assert.Equal("draft", (await site.Owner.Api.Get($"{Imports}/{import.Text("id")}")).Expect(HttpStatusCode.OK).Text("phase"));
    }

    [Fact]
    public async Task What_the_regression_set_is_against_is_shown_before_it_is_published()
    {
        await using var site = await Site.Open(also: services => services.AddSingleton<IKnowledgeBrain, FirstWord>());
        async Task<string> Faq(string question, string answer) => (await site.Owner.Api.Post("/api/v1/knowledge/faqs", new { question, answer })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");
        var (refund, address) = (await Faq("退款 多久", "三天"), await Faq("地址 怎么改", "在订单里"));
        (await site.Owner.Api.Post("/api/v1/knowledge/checks", new { question = "退款 到账要几天", itemId = refund, source = "conversation" })).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Post("/api/v1/knowledge/checks", new { question = "天气 怎么样", expects = "refusal" })).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Patch("/api/v1/knowledge/faqs/" + refund, new { question = "返款 多久" })).Expect(HttpStatusCode.OK);
        var trial = (await site.Owner.Api.Post("/api/v1/knowledge/trial", new { itemId = refund })).Expect(HttpStatusCode.OK).GetProperty("result");
        Assert.Equal((2L, 2L, 1L), (trial.Long("total"), trial.Long("rightBefore"), trial.Long("rightAfter")));
        Assert.Equal("退款 到账要几天", trial.GetProperty("worse")[0].Text("question"));
        Assert.Equal("knowledge_gate_worse", (await site.Owner.Api.Post($"/api/v1/knowledge/items/{refund}/publish", new { })).Code);
        Assert.Equal("knowledge_gate_worse", (await site.Owner.Api.Patch("/api/v1/knowledge/faqs/" + refund, new { answer = "四天", publish = true })).Code);
        Assert.Equal("退款 多久", (await site.The<IKnowledge>().Published(1, null, default)).Items.Single(item => item.Id.ToString() == refund).Content.Wordings[0].Question);
        (await site.Owner.Api.Post($"/api/v1/knowledge/items/{refund}/publish", new { confirmed = true })).Expect(HttpStatusCode.OK);
        Assert.Equal("draft", (await site.Owner.Api.Post("/api/v1/knowledge/faqs", new { question = "天气 预报", answer = "晴" })).Expect(HttpStatusCode.Created).GetProperty("item").Text("state"));
        Assert.Equal(1L, (await site.Owner.Api.Get("/api/v1/knowledge/checks/runs")).Expect(HttpStatusCode.OK).Items().First().Long("rightAfter"));
        Assert.NotEqual(refund, address);
    }

    [Fact]
    public async Task What_is_to_be_published_later_is_published_by_then()
    {
        await using var site = await Site.Open();
        var id = (await site.Owner.Api.Post("/api/v1/knowledge/articles", new { title = "活动", body = "规则", publish = false })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");
        Assert.Equal("scheduled", (await site.Owner.Api.Post($"/api/v1/knowledge/items/{id}/publish", new { at = site.Time.GetUtcNow().AddHours(1) })).Expect(HttpStatusCode.OK).GetProperty("item").Text("state"));
        await site.The<Server.Platform.Jobs.Recurring.JobSchedules>().Declare(default);
        await site.RunDueJobs();
        Assert.Empty((await site.The<IKnowledge>().Published(1, null, default)).Items);
        site.Time.Move(TimeSpan.FromHours(2));
        await site.RunDueJobs();
        Assert.Single((await site.The<IKnowledge>().Published(1, null, default)).Items);
    }

    [Fact]
    public void Contradictions_come_with_both_texts()
    {
        static PublishedItem Faq(string question, string answer) => new(Guid.NewGuid(), Guid.Empty, true, null, null, [], 1, 1, 0, new KnowledgeContent { Wordings = [new("zh-CN", question, [])], Answers = [new("zh-CN", answer)] });
        var found = Contradicting.In([Faq("退货期限是多少天", "签收后 7 天内可以退。"), Faq("请问退货期限是多少天呢", "签收后 15 天内可以退。"), Faq("怎么改地址？", "在订单里改。"), Faq("怎么改地址", "联系客服改。"), Faq("保修多久", "1 年")]).ToList();
        Assert.Equal(["same_question", "different_numbers"], found.Select(one => one.Reason));
        Assert.Equal("7 ≠ 15 天", found[1].Detail);
    }

    /// <summary>Answers by the first word of the question: knowledge by retrieval has tests of its own.</summary>
    private sealed class FirstWord : IKnowledgeBrain
    {
        public Task<Func<string, Judged>> Learn(PublishedKnowledge knowledge, CancellationToken ct) => Task.FromResult<Func<string, Judged>>(question =>
            knowledge.Faqs.FirstOrDefault(item => item.Content.Wordings[0].Question.Split(' ')[0] == question.Split(' ')[0]) is { } item ? new Judged("item", item.Id) : new Judged("refusal"));
    }

    private static byte[] Word()
    {
        using var bytes = new MemoryStream();
        using (var document = DocumentFormat.OpenXml.Packaging.WordprocessingDocument.Create(bytes, DocumentFormat.OpenXml.WordprocessingDocumentType.Document))
        {
            var main = document.AddMainDocumentPart();
            const string ns = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
            static string P(string text, string style = "") => $"<w:p>{(style.Length > 0 ? $"<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>" : "")}<w:r><w:t>{text}</w:t></w:r></w:p>";
            static string Row(string one, string other) => $"<w:tr><w:tc>{P(one)}</w:tc><w:tc>{P(other)}</w:tc></w:tr>";
            using var part = new StreamWriter(main.GetStream(FileMode.Create));
            part.Write($"<?xml version=\"1.0\"?><w:document {ns}><w:body>{P("标题", "Title")}{P("一节", "Heading1")}{P("正文 &lt;b&gt;x&lt;/b&gt;")}<w:tbl>{Row("甲", "乙")}{Row("1", "2")}</w:tbl></w:body></w:document>");
        }
        return bytes.ToArray();
    }
}
