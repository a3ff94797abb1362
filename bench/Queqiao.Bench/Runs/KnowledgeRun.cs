using System.Text.Json.Nodes;
using Queqiao.Bench.Measures;
using Queqiao.Text.Passages;

namespace Queqiao.Bench.Runs;

/// <summary>Searching 100,000 passages on one thread, as agents and the help centre do: words, slips, pinyin, synonyms. Made-up texts of common words.</summary>
internal sealed class KnowledgeRun : IRun
{
    private const int Passages = 100_000;
    private const int Asked = 2_000;

    private static readonly string[] Words =
    [
        "退款", "订单", "物流", "快递", "发票", "优惠券", "会员", "积分", "尺码", "保修", "加湿器", "耳机", "充电器", "羽绒服", "卫衣", "运动鞋", "地址", "密码", "账户", "支付", "到账", "审核", "申请", "取消", "修改", "签收", "仓库", "缺货", "预售", "活动",
        "满减", "礼品卡", "客服", "电话", "短信", "验证码", "手机号", "换货", "维修", "配件", "清洁", "除垢", "电机", "滤网", "电池", "屏幕", "蓝牙", "连接", "重置", "升级", "我们", "可以", "如果", "需要", "时间", "工作日", "之后", "页面", "点击", "选择",
        "order", "refund", "delivery", "address", "warranty", "invoice", "coupon", "account", "password", "battery", "please", "within", "days", "after",
    ];

    public Task<JsonObject> Once(CancellationToken ct)
    {
        var chance = new Random(11);
        var index = new PassageIndex<int>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var began = Clock.Now;
        for (var i = 0; i < Passages; i++)
        {
            if (i % 4096 == 0)
                ct.ThrowIfCancellationRequested();
            index.Put(i, [new Passage(Text(chance, 6) + i, Text(chance, 60))]);
        }
        var result = new JsonObject
        {
            ["bench"] = "knowledge", ["cores"] = Environment.ProcessorCount, ["passages"] = Passages, ["buildSeconds"] = Math.Round((Clock.Now - began) / (double)System.Diagnostics.Stopwatch.Frequency, 2),
            ["memoryMb"] = (GC.GetTotalMemory(forceFullCollection: true) - before) >> 20,
        };
        string[] asked = [.. Enumerable.Range(0, Asked).Select(i => (i % 4) switch { 0 => "怎么" + Text(chance, 3), 1 => "tuikuan shenqing " + Words[i % Words.Length], 2 => "退宽" + Text(chance, 2), _ => "chnage " + Text(chance, 2) })];
        foreach (var text in asked.Take(200))
            index.Find(text, Synonyms.Standard, 10);
        var times = new List<double>(Asked);
        foreach (var text in asked)
        {
            began = Clock.Now;
            index.Find(text, Synonyms.Standard, 10, key => key % 7 != 0);
            times.Add((Clock.Now - began) * 1000.0 / System.Diagnostics.Stopwatch.Frequency);
        }
        times.Sort();
        result["searchP50Ms"] = Math.Round(times[Asked / 2], 2);
        result["searchP95Ms"] = Math.Round(times[Asked * 95 / 100], 2);
        result["searchP99Ms"] = Math.Round(times[Asked * 99 / 100], 2);
        began = Clock.Now;
        index.Put(1, [new Passage("改过的一篇", Text(chance, 60))]);
        result["putMs"] = Math.Round((Clock.Now - began) * 1000.0 / System.Diagnostics.Stopwatch.Frequency, 3);
        GC.KeepAlive(index);
        return Task.FromResult(result);
    }

    public double Rank(JsonObject result) => (double)result["searchP95Ms"]!;

    private static string Text(Random chance, int words) => string.Concat(Enumerable.Range(0, words).Select(_ => Words[(int)(Math.Pow(chance.NextDouble(), 1.5) * Words.Length)] is var word && word[0] < 128 ? " " + word + " " : word));
}
