using Queqiao.Server.Knowledge;

namespace Queqiao.Server.Demo;

/// <param name="Note">What its writer said about it.</param>
internal sealed record DemoArticle(string Key, string Category, KnowledgeContent Content, bool IsPublished = true, string? Note = null);

/// <summary>Articles of the demo shop: some for everybody, one for colleagues, one for members, one that is not finished.</summary>
internal static class DemoArticles
{
    public static readonly IReadOnlyList<DemoArticle> All =
    [
        new("a-sizes", "商品与使用", Text("尺码怎么选", "上衣和鞋的尺码表，以及怎么量。", """
            拿不准尺码时，先量身体，再看表。量的时候穿一件薄衣服，软尺贴身但不勒紧。

            ## 上衣

            | 尺码 | 胸围 (cm) | 衣长 (cm) |
            |---|---|---|
            | S | 88–92 | 64 |
            | M | 93–97 | 66 |
            | L | 98–103 | 69 |
            | XL | 104–110 | 72 |

            介于两个尺码之间，喜欢宽松就选大一码。

            ## 怎么量胸围

            1. 软尺从腋下绕一圈，经过胸部最宽处。
            2. 自然呼吸，不要吸气。
            3. 记下数字，和上表对照。

            ## 买错了怎么办

            签收后 15 天内，同款可以免费换 1 次尺码，来回运费我们出一趟。在“我的订单—申请售后—换货”里选新尺码即可。
            """, "Choosing a size", "Size charts, and how to measure.", """
            Not sure about your size? Measure first, then look at the chart. Wear something thin; the tape should touch, not squeeze.

            ## Tops

            | Size | Chest (cm) | Length (cm) |
            |---|---|---|
            | S | 88–92 | 64 |
            | M | 93–97 | 66 |
            | L | 98–103 | 69 |
            | XL | 104–110 | 72 |

            Between two sizes, take the larger one if you like it loose.

            ## The wrong size?

            Within 15 days of delivery you can change the size of the same item once, and we pay one way of the postage.
            """)),
        new("a-returns", "退换货", Text("退货和退款，一步一步来", "从申请到到账要做的事，每一步要等多久。", """
            ## 1. 申请

            打开**我的订单**，选要退的商品，点**申请售后 → 退货退款**，选原因并提交。24 小时内审核。

            ## 2. 寄回

            审核通过后 7 天内寄回，把快递单号填进售后单。退货地址以售后单里显示的为准：各仓不同，*不要寄到发货地*。

            > 也可以在售后单里选**上门取件**，首重 8 元。

            ## 3. 验收与退款

            仓库签收后验收，退款按原路退回。付款方式不同，到账时间也不同，可以在售后单里看到进度。

            ## 不能无理由退的商品

            - 贴身内衣、袜子
            - 已激活的耳机
            - 定制刻字商品、礼品卡

            质量问题不受此限。
            """, "Returns and refunds, step by step", "What to do, and how long each step takes.", """
            ## 1. Ask

            Open **My orders**, choose the item, then **After-sales → Return and refund**. We answer within 24 hours.

            ## 2. Send it back

            Send it within 7 days of our answer, to the address that the return form shows: warehouses differ. Enter the tracking number in the form.

            ## 3. Refund

            When the warehouse has checked the parcel, the money goes back the way it came. The form shows how far it is.

            ## Not returnable without a reason

            - Underwear and socks
            - Headphones that were activated
            - Engraved items and gift cards
            """)),
        new("a-care", "商品与使用", Text("加湿器的清洁与除垢", "每周十分钟，出雾就不会变小。", """
            加湿器用久了，水里的矿物质会结在雾化片上，出雾变小甚至不出雾。

            ## 每周清洁

            1. 断电，倒掉余水。
            2. 用软布擦水箱和底座，**不要用钢丝球**。
            3. 晾干后再装回。

            ## 除垢

            往底座里倒一小杯白醋和同样多的温水，泡 20 分钟，用软毛刷轻刷雾化片，再用清水冲两遍。

            ## 还是不出雾

            可能是雾化片老化，可以更换配件；保修期内的，申请售后由我们处理。
            """, null, null, null)),
        new("a-compensation", "客服与其他", Text("补偿权限与话术（内部）", "一线可以直接给什么，什么要找主管。", """
            **仅供同事查阅，不要把金额告诉客户。**

            | 情况 | 一线可给 | 需主管 |
            |---|---|---|
            | 物流停滞超过 3 天 | 10 元券 | 20 元以上 |
            | 商品有瑕疵、客户愿意留用 | 商品价的 10% | 超过 10% |
            | 客户情绪激动 | 先道歉，不谈金额 | 转主管 |

            先确认事实，再道歉，最后给方案。不要承诺到账的具体时刻。
            """, null, null, null) with { Audience = Audience.Internal }),
        new("a-members", "会员与积分", Text("鹊冠会员专属：优先发货怎么用", "只给鹊冠会员看的说明。", """
            鹊冠会员每月有 3 次优先发货。下单时在备注里写“优先发货”，16 点前的订单当天出库。

            次数用完后按普通订单处理，每月 1 日重新计算。
            """, null, null, null) with { Audience = new Audience(Audience.Some, ["鹊冠会员"]) }),
        new("a-draft", "优惠与价格", Text("双十二活动规则（草稿）", null, """
            活动时间、满减门槛和叠加规则待市场部确认。
            """, null, null, null), IsPublished: false, Note: "等市场部的数字"),
    ];

    private static KnowledgeContent Text(string title, string? summary, string body, string? titleEn, string? summaryEn, string? bodyEn) => new()
    {
        Texts = titleEn is null || bodyEn is null
            ? [new ArticleText("zh-CN", title, body, Summary: summary)]
            : [new ArticleText("zh-CN", title, body, Summary: summary), new ArticleText("en", titleEn, bodyEn, Summary: summaryEn)],
    };
}
