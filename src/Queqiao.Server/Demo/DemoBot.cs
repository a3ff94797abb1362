using System.Text.Json;
using Queqiao.Server.Bot;
using Queqiao.Server.Demo.Platforms;

namespace Queqiao.Server.Demo;

/// <summary>The shop's bot: it knows the shop's FAQs and looks orders up. Who writes in the shop is answered at once, and comes to a person by saying so.</summary>
internal sealed class DemoBot(IBots bots, DemoCustomers customers, PlayedPlatforms platforms)
{
    public async Task Run(int ws, Guid channel, CancellationToken ct) =>
        await bots.Introduce(ws, new FirstBot("小鹊", channel, Receives: true, ["退款多久到账？", "怎么修改收货地址？", "怎么申请退货？", "帮我查订单", "How do I start a return?", "Look up my order"], DemoFlows.All(platforms.Find(DemoCustomers.Sms)!.Person(DemoCustomers.SmsCustomer).Id), Learnt(), await customers.SmsChannel(ct)), ct);

    /// <summary>Learnt from exactly these files (a test compares the digests): a first start takes seconds.</summary>
    internal static Dictionary<string, string> Learnt()
    {
        using var stream = typeof(DemoBot).Assembly.GetManifestResourceStream("Queqiao.Server.Demo.Shop.learnt.json");
        return stream is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(stream)!.ToDictionary(pair => pair.Key, pair => pair.Value.GetRawText());
    }
}
