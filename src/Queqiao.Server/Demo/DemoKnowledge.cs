using Queqiao.Server.Identity;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Demo;

/// <summary>What the demo shop knows: its FAQs in two languages, facts about its products, some articles, a help centre. In one transaction, so it is there whole or not at all.</summary>
internal sealed class DemoKnowledge(IStorageEngine storage, IKnowledgeEditing knowledge)
{
    private const string Seeded = "demo.knowledge";

    /// <summary>One shelf for both languages.</summary>
    private static readonly (string Chinese, string English)[] Shelves =
    [
        ("下单与支付", "Ordering and payment"), ("配送与物流", "Delivery"), ("退换货", "Returns and refunds"), ("优惠与价格", "Prices and coupons"), ("会员与积分", "Membership and account"),
        ("商品与使用", "Warranty, invoices and products"), ("保修与维修", "Repairs"), ("发票", "Invoices"), ("账户与安全", "Account and security"), ("客服与其他", "Support"),
    ];

    public async Task Run(int ws, CancellationToken ct)
    {
        if (await Audit.LastObjectOf(storage, ws, Seeded, ct) is not null)
            return;
        await storage.Run(ws, async (unit, stop) =>
        {
            var home = await Seed(unit, ws, stop);
            await Audit.Record(unit, AuditBy.System(ws), Seeded, "knowledge_base", home.ToString(), null, stop);
            return home;
        }, ct);
    }

    private async Task<Guid> Seed(WriteUnit unit, int ws, CancellationToken ct)
    {
        var shop = DemoShop.Instance;
        var help = new HelpCentreSettings(
            IsOn: true, Color: "#0f766e", Languages: ["zh-CN", "en"],
            Titles: new Dictionary<string, string> { ["zh-CN"] = "鹊桥优选 帮助中心", ["en"] = "Queqiao Select Help Centre" },
            Leads: new Dictionary<string, string> { ["zh-CN"] = "有什么可以帮您？搜一搜，多数问题都有答案。", ["en"] = "How can we help? Most questions have an answer here." });
        var home = await knowledge.OpenBase(unit, ws, "鹊桥优选", "zh-CN", help, ct);
        foreach (var faq in shop.Chinese)
            await Add(unit, ws, home, faq, "zh-CN", ct);
        foreach (var faq in shop.English)
            await Add(unit, ws, home, faq with { Category = Shelves.First(shelf => shelf.English == faq.Category).Chinese }, "en", ct);
        foreach (var article in DemoArticles.All)
            await knowledge.Add(unit, ws, new NewKnowledge(IsFaq: false, article.Content, home, article.Category, article.Key, Publish: article.IsPublished, Note: article.Note), ct);
        foreach (var (chinese, english) in Shelves)
            await knowledge.NameCategory(unit, ws, home, chinese, "en", english, ct);
        await knowledge.AddFacts(unit, ws, home, shop.Facts, ct);
        return home;
    }

    private Task<Guid> Add(WriteUnit unit, int ws, Guid home, ShopQuestion faq, string language, CancellationToken ct) => knowledge.Add(unit, ws, new NewKnowledge(IsFaq: true, new KnowledgeContent
    {
        Wordings = [new FaqWording(language, faq.Wordings[0], [.. faq.Wordings.Skip(1)])],
        Answers = [new FaqAnswer(language, faq.Answer)],
    }, home, faq.Category, faq.Id, Publish: true), ct);
}
