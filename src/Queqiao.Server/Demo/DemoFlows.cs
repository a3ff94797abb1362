namespace Queqiao.Server.Demo;

/// <summary>The shop's flows: an order is looked up, in the language in which it is asked for.</summary>
internal static class DemoFlows
{
    /// <summary>An order of the customer whose telephone is at hand (a test compares them).</summary>
    internal const string OrderOfPhone = "QQ2611110010";

    private const string Chinese = """
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

    private const string English = """
        flow order_status_en
        title Look up an order
        language en
        when Where is my order | Look up my order | What is the status of my order | Check my order status | Track my order

        step number
          ask order_id as order: Please tell me the order number; it is shown under My Orders.
          retry 2: The order number is a row of digits that begins with QQ, like QQ2611200001.
          -> look

        step look
          call order_lookup(order_id={order_id}) as order
          failed -> person
          not_found -> missing
          ok -> found

        step found
          say Order {order.id}: {order.status_text}\nItems: {order.items}\nTotal: {order.total}
          -> parcel

        step parcel
          if x{order.parcel} = x
          else -> moving
          then -> done

        step moving
          say Parcel: {order.carrier} {order.parcel}, {order.parcel_status}\n{order.where}
          -> done

        step done
          end Is there anything else?

        step missing
          choose next: I cannot find this order among yours. Please check the number. If you were not signed in when you ordered, I can send a code to the telephone number of that time and look again.\n(Demo: order QQ2611110010 has the number {demo_phone}; the code is shown under “Text messages” on /demo/phone.)
          | Enter the number again | Send me a code | Talk to a person
          -> next

        step next
          if {next} = Send me a code
          then -> prove
          else -> number

        step prove
          verify
          ok -> look
          failed -> person

        step person
          person The order system did not answer
        """;

    public static IReadOnlyList<string> All(string phone) => [.. new[] { Chinese, English }.Select(text => text.Replace("{demo_phone}", phone, StringComparison.Ordinal))];
}
