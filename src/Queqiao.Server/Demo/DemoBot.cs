using System.Text.Json;
using Queqiao.Server.Bot;
using Queqiao.Server.Demo.Platforms;

namespace Queqiao.Server.Demo;

/// <summary>The shop's bot: it knows the shop's FAQs and looks orders up. Who writes in the shop is answered at once, and comes to a person by saying so.</summary>
internal sealed class DemoBot(IBots bots, DemoCustomers customers, PlayedPlatforms platforms)
{
    private const string Order = """
        flow order_status
        title 查询订单
        language zh
        when 查一下我的订单 | 帮我查订单 | 我的订单到哪了 | 查物流 | 看看我的快递到哪了

        step number
          ask order_id as order: 请告诉我订单号，在“我的订单”里可以看到。
          retry 2: 订单号是 QQ 开头的一串数字，例如 QQ2611200001。
          -> look

        step look
          call order_lookup(order_id={order_id}) as order
          failed -> person
          not_found -> missing
          ok -> found

        step found
          say 订单 {order.id}：{order.status_text}\n商品：{order.items}\n金额：{order.total}
          -> parcel

        step parcel
          if 有{order.parcel} = 有
          else -> moving
          then -> done

        step moving
          say 物流：{order.carrier} {order.parcel}，{order.parcel_status}\n{order.where}
          -> done

        step done
          end 还有什么可以帮您？

        step missing
          choose next: 没有查到属于您的这个订单。请核对订单号；下单时没有登录的话，可以用那时的手机号收一个验证码，我再查一次。\n（演示：订单 QQ2611110010 的手机号是 {demo_phone}，验证码在 /demo/phone 页的“短信”里。）
          | 再输一次订单号 | 收验证码 | 转人工
          -> next

        step next
          if {next} = 收验证码
          then -> prove
          else -> number

        step prove
          verify
          ok -> look
          failed -> person

        step person
          person 订单系统没有回应
        """;

    /// <summary>An order of the customer whose telephone is at hand (a test compares them).</summary>
    internal const string OrderOfPhone = "QQ2611110010";

    public async Task Run(int ws, Guid channel, CancellationToken ct) =>
        await bots.Introduce(ws, new FirstBot("小鹊", channel, Receives: true, ["退款多久到账？", "怎么修改收货地址？", "怎么申请退货？", "帮我查订单", "How do I start a return?", "Which payment methods do you accept?"], [Order.Replace("{demo_phone}", platforms.Find(DemoCustomers.Sms)!.Person(DemoCustomers.SmsCustomer).Id, StringComparison.Ordinal)], Learnt(), await customers.SmsChannel(ct)), ct);

    /// <summary>Learnt from exactly these files (a test compares the digests): a first start takes seconds.</summary>
    internal static Dictionary<string, string> Learnt()
    {
        using var stream = typeof(DemoBot).Assembly.GetManifestResourceStream("Queqiao.Server.Demo.Shop.learnt.json");
        return stream is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(stream)!.ToDictionary(pair => pair.Key, pair => pair.Value.GetRawText());
    }
}
