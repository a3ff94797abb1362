using Queqiao.Server.Automation;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Demo;

/// <summary>Texts that the demo shop's colleagues send again and again, once.</summary>
internal sealed class DemoReplies(IStorageEngine storage, ICannedReplies replies)
{
    private const string Seeded = "demo.replies";

    public static readonly IReadOnlyList<SharedReply> All =
    [
        new("hi", "问候", "您好，我是{{agent.name}}，很高兴为您服务。"),
        new("wait", "请稍等", "好的，请稍等，我帮您查一下，大约需要两分钟。"),
        new("order", "核对订单号", "麻烦您提供一下订单号或下单手机号的后四位，我来为您核对。"),
        new("ship", "发货时间", "订单 {{order.number}} 付款后 48 小时内发出，发货后可以在“我的订单”里查看物流。"),
        new("refund", "退款到账", "退款已经提交，原路退回，一般 1 到 3 个工作日到账，请您留意。"),
        new("invoice", "电子发票", "电子发票会在确认收货后 24 小时内发送到您的邮箱，也可以在订单详情里下载。"),
        new("sorry", "致歉", "非常抱歉给您带来不便，我会跟进到底，有进展第一时间告诉您。"),
        new("bye", "结束语", "感谢您的咨询，祝您生活愉快！如有问题随时联系我们。"),
        new("hello", "Greeting", "Hello {{contact.name|there}}, this is {{agent.name}}. How can I help?"),
        new("moment", "One moment", "Thank you. Please give me a moment to look into this."),
        new("parcel", "Where a parcel is", "Order {{order.number}} has left our warehouse. You can follow it under “My orders”."),
        new("thanks", "Closing", "Thank you for writing to us. Have a lovely day!"),
    ];

    public async Task Run(int ws, CancellationToken ct)
    {
        if (await Audit.LastObjectOf(storage, ws, Seeded, ct) is not null)
            return;
        await storage.Run(ws, async (unit, stop) =>
        {
            await replies.Add(unit, ws, All, stop);
            await Audit.Record(unit, AuditBy.System(ws), Seeded, "workspace", "replies", null, stop);
            return 0;
        }, ct);
    }
}
