using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Douyin;
using Queqiao.Channels.Qq;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Viber;
using Queqiao.Channels.Weibo;

namespace Queqiao.Channels.Tests.Kinds;

public class ViberTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new ViberAdapter();

    public override Dictionary<string, string> Values => new() { ["authToken"] = "44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3", ["senderName"] = "Shop" };

    public override Payload Unknown => Payload.Json("""{"event":"never_heard_of","timestamp":1,"message_token":2}""");

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals => new[] { (2, ErrorClass.Reauthorise), (6, ErrorClass.Permanent), (12, ErrorClass.Retry), (8, ErrorClass.Config), (3, ErrorClass.Permanent), (99, ErrorClass.Permanent) }
        .Select(row => new Refused(FakeReply.Json($$"""{"status":{{row.Item1}},"status_message":"says so"}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"status":0,"status_message":"ok","message_token":5741311803571721087,"id":"pa:1","user":{"name":"Ann"}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, new() { ["X-Viber-Content-Signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Values["authToken"]), payload.Body)) });

    [Fact] // https://github.com/Viber/viber-bot-python (tests/api/test_api.py): the construction
    public void The_address_is_proved() => Assert.True(Adapter.Receive(Signed(Payload.Json("""{"event":"webhook","timestamp":4987034606158369000,"message_token":1481059480858}"""), Now), Settings, Now).IsHandshake);
}

public class WeiboTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new WeiboAdapter();

    public override Dictionary<string, string> Values => new() { ["appSecret"] = "xyz123xyz", ["accessToken"] = "access-token-value" };

    public override Payload Unknown => Payload.Json("""{"type":"never_heard_of","receiver_id":1,"sender_id":2,"created_at":"Mon Jul 16 18:09:20 +0800 2012"}""");

    protected override bool SignsTime => true;

    protected override bool SignsBody => false;

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals => new[] { (21327, ErrorClass.Reauthorise), (10023, ErrorClass.Retry), (10014, ErrorClass.Config), (20003, ErrorClass.Permanent) }.Select(row => new Refused(new(400, $$"""{"error":"says so","error_code":{{row.Item1}}}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"result":true,"id":"1","uid":1902538057}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var time = at.ToUnixTimeMilliseconds().ToString();
        return Delivery(payload, query: new() { ["timestamp"] = time, ["nonce"] = "57155157", ["signature"] = WeChatCipher.Sign("xyz123xyz", time, "57155157") });
    }

    [Fact] // https://open.weibo.com/wiki/新手接入指南
    public void The_published_address_check_is_answered()
    {
        var query = new Dictionary<string, string> { ["signature"] = "90e4c22c90a58f26526c2dd5b6c56c8822edeaa1", ["timestamp"] = "1397022061823", ["nonce"] = "57155157", ["echostr"] = "dnPdpTZz85" };
        Assert.Equal("dnPdpTZz85", Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: query), Settings, Now).Reply.Body);
    }
}

public class DouyinTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new DouyinAdapter();

    public override Dictionary<string, string> Values => new()
    {
        ["clientKey"] = "ck", ["clientSecret"] = "client-secret-value", ["refreshToken"] = "refresh-token-value", ["appId"] = "tt5823bf96d3bd56c7", ["token"] = "QDG6eK-token", ["encodingAesKey"] = WeChatSigning.AesKey,
    };

    public override Payload Unknown => Payload.Json("""{"event":"never_heard_of","from_user_id":"u","to_user_id":"b","content":{}}""");

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override bool IsTokenCall(FakeRequest request) => request.Path.StartsWith("/base/oauth", StringComparison.Ordinal);

    protected override Outbound Message(OutboundContent content) => base.Message(content) with { ConversationId = "@conv", ReplyWith = new Dictionary<string, string> { ["msg_id"] = "@msg" } };

    protected override IEnumerable<Refused> Refusals => new[] { (2190008, ErrorClass.Reauthorise), (2190004, ErrorClass.Config), (2100004, ErrorClass.Retry), (28001003, ErrorClass.Window), (28001099, ErrorClass.Permanent) }
        .Select(row => new Refused(FakeReply.Json($$$"""{"data":{"error_code":{{{row.Item1}}},"description":"says so"}}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"data":{"access_token":"act.1","expires_in":1296000,"refresh_token":"rft.2","error_code":0}}""") : FakeReply.Json("""{"data":{"error_code":0,"msg_id":"@sent","image_id":"IMG"},"extra":{"error_code":0}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => payload.ContentType == "text/xml" || payload.Text.Contains("\"MsgType\"", StringComparison.Ordinal) ? MiniProgram(payload)
        : Delivery(payload, new() { ["X-Douyin-Signature"] = Convert.ToHexStringLower(SHA1.HashData([.. "client-secret-value"u8, .. payload.Body])) });

    private static WebhookDelivery MiniProgram(Payload payload)
    {
        var cipher = WeChatCipher.From("QDG6eK-token", WeChatSigning.AesKey, 32)!;
        var encrypted = cipher.Seal(payload.Text, "tt5823bf96d3bd56c7", new byte[32]);
        return Delivery(Payload.Json(new JsonObject { ["Nonce"] = "n", ["TimeStamp"] = "1409659813", ["Encrypt"] = encrypted, ["MsgSignature"] = cipher.SignFor("1409659813", "n", encrypted) }.ToJsonString()));
    }

    [Theory]
    [InlineData("""{"event":"verify_webhook","content":{"challenge":12345}}""", """{"challenge":12345}""")]
    [InlineData("""{"event":"verify_webhook","content":"{\"challenge\":12345}"}""", """{"challenge":12345}""")]
    public void The_address_is_proved_by_the_challenge(string body, string reply) => Assert.Equal(reply, Adapter.Receive(Signed(Payload.Json(body), Now), Settings, Now).Reply.Body);

    [Fact]
    public async Task Without_a_message_to_answer_the_window_is_closed()
    {
        using var provider = new FakeProvider(Good);
        var outcome = await Adapter.Send(Message(SentText) with { ReplyWith = new Dictionary<string, string>() }, Context(provider), default);
        Assert.Equal(ErrorClass.Window, Assert.IsType<SendOutcome.NotSent>(outcome).Failure.Class);
        Assert.Empty(provider.Requests);
    }

    [Fact] // https://github.com/fudiwei/DotNetCore.SKIT.FlurlHttpClient.ByteDance: the construction
    public void Mini_programs_are_opened_with_32_random_bytes()
    {
        var received = Adapter.Receive(MiniProgram(Payload.Json("""{"ToUserName":"appid","FromUserName":"openid","CreateTime":1577364225,"MsgType":"text","Content":"text content"}""")), Settings, Now);
        var said = Assert.IsType<MessageReceived>(Assert.Single(received.Events));
        Assert.Equal(("text content", "openid:1577364225", "success"), (said.Text, said.DedupeKey, received.Reply.Body));
    }
}

public class QqTests : AdapterCompliance
{
    private static readonly byte[] Key = Ed25519.PublicKey(QqAdapter.Seed("DG5g3B4j9X2KOErG"));

    public override IChannelAdapter Adapter { get; } = new QqAdapter();

    protected override IChannelAdapter Reader { get; } = new QqAdapter { Verify = (_, _, _) => true, PublicKey = _ => Key };

    public override Dictionary<string, string> Values => new() { ["appId"] = "102000000", ["appSecret"] = "DG5g3B4j9X2KOErG" };

    public override Payload Unknown => Payload.Json("""{"op":0,"id":"1","t":"never_heard_of","d":{}}""");

    protected override bool SignsTime => true;

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override bool IsTokenCall(FakeRequest request) => request.Path.EndsWith("getAppAccessToken", StringComparison.Ordinal);

    protected override IEnumerable<Refused> Refusals => new[] { (11244, ErrorClass.Reauthorise), (22009, ErrorClass.Window), (40034105, ErrorClass.Permanent), (100016, ErrorClass.Config), (22008, ErrorClass.Retry) }
        .Select(row => new Refused(new(400, $$"""{"code":{{row.Item1}},"message":"says so"}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"access_token":"at","expires_in":"7200"}""") : FakeReply.Json("""{"id":"ROBOT1.0_sent","file_info":"FI","username":"shop"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Sign(payload, at, Ed25519.Sign(QqAdapter.Seed("DG5g3B4j9X2KOErG"), [.. Encoding.UTF8.GetBytes(at.ToUnixTimeSeconds().ToString()), .. payload.Body]));

    protected override WebhookDelivery SignedFast(Payload payload, DateTimeOffset at) => Sign(payload, at, new byte[64]);

    private static WebhookDelivery Sign(Payload payload, DateTimeOffset at, byte[] signature) => Delivery(payload, new() { ["X-Signature-Timestamp"] = at.ToUnixTimeSeconds().ToString(), ["X-Signature-Ed25519"] = Convert.ToHexStringLower(signature) });

    [Fact] // https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html
    public void The_published_address_check_is_signed()
    {
        var received = Adapter.Receive(Signed(Payload.Json("""{"d":{"plain_token":"Arq0D5A61EgUu4OxUvOp","event_ts":"1725442341"},"op":13}"""), Now), Settings, Now);
        Assert.Equal("87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706", (string?)JsonNode.Parse(received.Reply.Body)!["signature"]);
    }

    [Fact]
    public async Task What_waits_for_a_review_counts_as_sent()
    {
        using var provider = new FakeProvider(request => IsTokenCall(request) ? Good(request) : new FakeReply(202, """{"code":304023,"message":"push message is waiting for audit"}"""));
        Assert.IsType<SendOutcome.Sent>(await Adapter.Send(Message(SentText), Context(provider), default));
    }
}
