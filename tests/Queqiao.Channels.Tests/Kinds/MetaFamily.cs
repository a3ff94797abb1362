using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels.Instagram;
using Queqiao.Channels.Messenger;
using Queqiao.Channels.WhatsApp;

namespace Queqiao.Channels.Tests.Kinds;

public abstract class MetaCompliance : AdapterCompliance
{
    public override Dictionary<string, string> Values => new()
    {
        ["appSecret"] = "app-secret-value", ["verifyToken"] = "verify-token-value", ["accessToken"] = "EAAG-access-token", ["phoneNumberId"] = "106540352242922", ["pageId"] = "1",
    };

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override FakeReply? Good(FakeRequest request) => request.Path.EndsWith("/media", StringComparison.Ordinal) ? FakeReply.Json("""{"id":"MEDIA-1"}""")
        : request.Method == "GET" && request.Path.Contains("customer-1", StringComparison.Ordinal) ? FakeReply.Json("""{"first_name":"Ann","last_name":"Lee","name":"Ann Lee","username":"ann","profile_pic":"https://scontent.xx.fbcdn.net/p.jpg"}""")
        : request.Method == "GET" ? FakeReply.Json("""{"id":"1","name":"Shop","display_phone_number":"+1 555"}""")
        : FakeReply.Json("""{"messaging_product":"whatsapp","messages":[{"id":"wamid.SENT"}],"message_id":"m_SENT","success":true}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, new() { ["X-Hub-Signature-256"] = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("app-secret-value"), payload.Body)) });

    protected static Refused Says(int status, int code, ErrorClass what, int? sub = null) =>
        new(new FakeReply(status, $$$"""{"error":{"message":"says so","type":"OAuthException","code":{{{code}}}{{{(sub is null ? "" : ",\"error_subcode\":" + sub)}}},"fbtrace_id":"A"}}"""), what);

    [Fact]
    public void The_address_is_proved_by_the_challenge()
    {
        var query = new Dictionary<string, string> { ["hub.mode"] = "subscribe", ["hub.verify_token"] = "verify-token-value", ["hub.challenge"] = "1158201444" };
        var received = Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: query), Settings, Now);
        Assert.Equal((true, 200, "1158201444"), (received.IsHandshake, received.Reply.Status, received.Reply.Body));
        query["hub.verify_token"] = "another";
        Assert.Equal(403, Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: query), Settings, Now).Reply.Status);
    }
}

public class WhatsAppTests : MetaCompliance
{
    public override IChannelAdapter Adapter { get; } = new WhatsAppAdapter();

    public override Payload Unknown => Payload.Json("""{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"messages":[{"from":"3","id":"wamid.4","timestamp":"1700000000","type":"never_heard_of","never_heard_of":{"a":1}}]}}]}]}""");

    protected override Payload Many(int count) => Payload.Json("""{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"2"},"messages":["""
        + string.Join(',', Enumerable.Range(0, count).Select(number => $$$"""{"from":"3","id":"wamid.{{{number}}}","timestamp":"1700000000","type":"text","text":{"body":"{{{number}}}"}}""")) + "]}}]}]}");

    protected override IEnumerable<Refused> Refusals =>
    [
        Says(401, 190, ErrorClass.Reauthorise), Says(400, 131047, ErrorClass.Window), Says(400, 131026, ErrorClass.Permanent), Says(429, 130429, ErrorClass.Retry), Says(400, 131056, ErrorClass.Retry), Says(400, 132001, ErrorClass.Permanent),
        Says(403, 10, ErrorClass.Config), Says(403, 200, ErrorClass.Config), Says(400, 131031, ErrorClass.Config), Says(500, 131000, ErrorClass.Retry), Says(400, 100, ErrorClass.Permanent), Says(503, 2, ErrorClass.Retry),
    ];

    [Fact]
    public async Task A_template_has_positional_or_named_values()
    {
        using var provider = new FakeProvider(Good);
        await Adapter.Send(Message(new TemplateContent("order_ready", "zh_CN", [new("1", "张三"), new("2", "A-42")])), Context(provider), default);
        await Adapter.Send(Message(new TemplateContent("order_ready", "zh_CN", [new("customer", "张三")])), Context(provider), default);
        var (first, second) = (provider.Requests[0].Json!["template"]!, provider.Requests[1].Json!["template"]!);
        Assert.Equal("zh_CN", (string?)first["language"]!["code"]);
        Assert.Equal("张三", (string?)first["components"]![0]!["parameters"]![0]!["text"]);
        Assert.Null(first["components"]![0]!["parameters"]![0]!["parameter_name"]);
        Assert.Equal("customer", (string?)second["components"]![0]!["parameters"]![0]!["parameter_name"]);
    }
}

public class MessengerTests : MetaCompliance
{
    public override IChannelAdapter Adapter { get; } = new MessengerAdapter();

    public override Payload Unknown => Payload.Json("""{"object":"page","entry":[{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000000,"never_heard_of":{"a":1}}]}]}""");

    protected override Payload Many(int count) => Payload.Json("""{"object":"page","entry":["""
        + string.Join(',', Enumerable.Range(0, count).Select(number => $$$"""{"id":"1","messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1700000000000,"message":{"mid":"m_{{{number}}}","text":"hi"}}]}""")) + "]}");

    protected override IEnumerable<Refused> Refusals =>
    [
        Says(401, 190, ErrorClass.Reauthorise), Says(400, 190, ErrorClass.Reauthorise, 460), Says(400, 10, ErrorClass.Window, 2018278), Says(403, 10, ErrorClass.Config), Says(400, 551, ErrorClass.Permanent), Says(400, 100, ErrorClass.Permanent, 2018001),
        Says(400, 613, ErrorClass.Retry), Says(500, 1200, ErrorClass.Retry), Says(403, 200, ErrorClass.Config), Says(400, 368, ErrorClass.Config),
    ];

    [Fact]
    public async Task Outside_the_window_the_tag_is_named()
    {
        using var provider = new FakeProvider(Good);
        await Adapter.Send(Message(SentText) with { Tag = "HUMAN_AGENT" }, Context(provider), default);
        Assert.Equal(("MESSAGE_TAG", "HUMAN_AGENT"), ((string?)provider.Requests[0].Json!["messaging_type"], (string?)provider.Requests[0].Json!["tag"]));
    }
}

public class InstagramTests : MessengerTests
{
    public override IChannelAdapter Adapter { get; } = new InstagramAdapter();
}
