using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Signing;
using Queqiao.Channels.WeChatKf;
using Queqiao.Channels.WeChatMiniProgram;
using Queqiao.Channels.WeChatOfficial;
using Queqiao.Channels.WeCom;

namespace Queqiao.Channels.Tests.Kinds;

/// <summary>Signs as the WeChat family does.</summary>
internal static class WeChatSigning
{
    public const string Token = "QDG6eK-token";
    public const string AesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

    public static (Payload Payload, Dictionary<string, string> Query) Plain(Payload payload, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString();
        return (payload, new() { ["timestamp"] = time, ["nonce"] = "1372623149", ["openid"] = "o1", ["signature"] = WeChatCipher.Sign(Token, time, "1372623149") });
    }

    public static (Payload Payload, Dictionary<string, string> Query) Sealed(Payload payload, DateTimeOffset at, string receiver)
    {
        var time = at.ToUnixTimeSeconds().ToString();
        var cipher = WeChatCipher.From(Token, AesKey)!;
        var encrypted = cipher.Seal(payload.Text, receiver, new byte[16]);
        var body = payload.ContentType == "application/json"
            ? Payload.Json(new JsonObject { ["ToUserName"] = "x", ["Encrypt"] = encrypted }.ToJsonString())
            : Payload.Xml($"<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>");
        return (body, new() { ["timestamp"] = time, ["nonce"] = "1372623149", ["encrypt_type"] = "aes", ["msg_signature"] = cipher.SignFor(time, "1372623149", encrypted), ["signature"] = WeChatCipher.Sign(Token, time, "1372623149") });
    }

    public static FakeReply? Good(FakeRequest request) => request.Path switch
    {
        "/base/cgi-bin/stable_token" or "/base/cgi-bin/gettoken" => FakeReply.Json("""{"access_token":"ACCESS-1","expires_in":7200}"""),
        "/base/cgi-bin/media/upload" => FakeReply.Json("""{"type":"image","media_id":"MEDIA-1","created_at":1}"""),
        "/base/cgi-bin/kf/account/list" => FakeReply.Json("""{"errcode":0,"account_list":[{"open_kfid":"wkAJ2GCAAASSm4","name":"客服"}]}"""),
        "/base/cgi-bin/kf/customer/batchget" => FakeReply.Json("""{"errcode":0,"customer_list":[{"external_userid":"customer-1","nickname":"张三","avatar":"http://a","unionid":"u1"}]}"""),
        "/base/cgi-bin/user/info" => FakeReply.Json("""{"subscribe":1,"openid":"customer-1","unionid":"u1","language":"zh_CN"}"""),
        "/base/cgi-bin/user/get" => FakeReply.Json("""{"errcode":0,"userid":"customer-1","name":"张三"}"""),
        "/base/cgi-bin/agent/get" => FakeReply.Json("""{"errcode":0,"agentid":1000002,"name":"助手"}"""),
        _ => FakeReply.Json("""{"errcode":0,"errmsg":"ok","msgid":"MSG-1"}"""),
    };

    public static Refused Says(int code, ErrorClass what) => new(FakeReply.Json($$"""{"errcode":{{code}},"errmsg":"says so rid: 1"}"""), what);
}

public class WeChatOfficialTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new WeChatOfficialAdapter();

    public override Dictionary<string, string> Values => new()
    {
        ["appId"] = "wx5823bf96d3bd56c7", ["appSecret"] = "app-secret-value", ["token"] = WeChatSigning.Token, ["encodingAesKey"] = WeChatSigning.AesKey,
    };

    public override Payload Unknown => Payload.Xml("<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1700000000</CreateTime><MsgType>never_heard_of</MsgType><MsgId>1</MsgId></xml>");

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override IEnumerable<Refused> Refusals =>
    [
        WeChatSigning.Says(-1, ErrorClass.Retry), WeChatSigning.Says(40001, ErrorClass.Reauthorise), WeChatSigning.Says(42001, ErrorClass.Reauthorise), WeChatSigning.Says(45009, ErrorClass.Retry),
        WeChatSigning.Says(45015, ErrorClass.Window), WeChatSigning.Says(45047, ErrorClass.Window), WeChatSigning.Says(40003, ErrorClass.Permanent), WeChatSigning.Says(43004, ErrorClass.Permanent),
        WeChatSigning.Says(43101, ErrorClass.Permanent), WeChatSigning.Says(48001, ErrorClass.Config), WeChatSigning.Says(40164, ErrorClass.Config), WeChatSigning.Says(99999, ErrorClass.Permanent),
    ];

    protected override FakeReply? Good(FakeRequest request) => WeChatSigning.Good(request);

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var (body, query) = WeChatSigning.Sealed(payload, at, "wx5823bf96d3bd56c7");
        return Delivery(body, query: query);
    }

    [Fact]
    public async Task In_the_clear_it_reads_the_same()
    {
        foreach (var fixture in Fixture.Of(Kind))
        {
            var (body, query) = WeChatSigning.Plain(fixture.Payload, Now);
            var plain = Adapter.Receive(Delivery(body, query: query), Settings, Now);
            var closed = Adapter.Receive(Signed(fixture.Payload, Now), Settings, Now);
            Assert.Equal(closed.Events.Select(one => Told.Of(one).ToJsonString()), plain.Events.Select(one => Told.Of(one).ToJsonString()));
            Assert.Equal("success", plain.Reply.Body);
        }
        await Task.CompletedTask;
    }

    [Fact]
    public void In_the_clear_the_signature_grows_old_and_safe_mode_refuses_it()
    {
        var fixture = Fixture.Of(Kind)[0];
        var (body, query) = WeChatSigning.Plain(fixture.Payload, Now.AddHours(-1));
        Assert.Equal(Refusal.Stale, Adapter.Receive(Delivery(body, query: query), Settings, Now).Refusal);
        var strict = new ChannelSettings(new Dictionary<string, string>(Values) { ["safeMode"] = "true" });
        (body, query) = WeChatSigning.Plain(fixture.Payload, Now);
        Assert.Equal(Refusal.Unsigned, Adapter.Receive(Delivery(body, query: query), strict, Now).Refusal);
    }

    [Fact]
    public void The_address_is_proved_by_the_echo()
    {
        var (_, query) = WeChatSigning.Plain(new Payload([]), Now);
        var received = Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: new(query) { ["echostr"] = "5927782489442352469" }), Settings, Now);
        Assert.True(received.IsHandshake);
        Assert.Equal((200, "5927782489442352469"), (received.Reply.Status, received.Reply.Body));
        query["signature"] = new string('0', 40);
        Assert.Equal(Refusal.BadSignature, Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: new(query) { ["echostr"] = "1" }), Settings, Now).Refusal);
    }

    [Theory]
    [InlineData("<!DOCTYPE xml [<!ENTITY a \"b\">]><xml><MsgType>text</MsgType><Content>&a;</Content></xml>")]
    [InlineData("<!DOCTYPE xml SYSTEM \"file:///etc/passwd\"><xml><MsgType>text</MsgType></xml>")]
    [InlineData("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><xml><Content>&lol2;</Content></xml>")]
    [InlineData("<xml><a></xml>")]
    [InlineData("<xml></xml><xml></xml>")]
    public void Xml_with_a_dtd_or_broken_is_refused(string text)
    {
        var (body, query) = WeChatSigning.Plain(Payload.Xml(text), Now);
        Assert.Equal(Refusal.Malformed, Adapter.Receive(Delivery(body, query: query), Settings, Now).Refusal);
        Assert.Equal(Refusal.Malformed, Adapter.Receive(Signed(Payload.Xml(text), Now), Settings, Now).Refusal);
    }

    [Fact]
    public void A_message_for_another_account_is_refused()
    {
        var (body, query) = WeChatSigning.Sealed(Fixture.Of(Kind)[0].Payload, Now, "wx0000000000000000");
        Assert.Equal(Refusal.WrongAccount, Adapter.Receive(Delivery(body, query: query), Settings, Now).Refusal);
    }
}

public class WeChatMiniProgramTests : WeChatOfficialTests
{
    public override IChannelAdapter Adapter { get; } = new WeChatMiniProgramAdapter();
}

public class WeComTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new WeComAdapter();

    public override Dictionary<string, string> Values => new()
    {
        ["corpId"] = "ww1436e0e65a779aee", ["agentId"] = "1000002", ["secret"] = "app-secret-value", ["token"] = WeChatSigning.Token, ["encodingAesKey"] = WeChatSigning.AesKey,
    };

    public override Payload Unknown => Payload.Xml("<xml><FromUserName>u</FromUserName><CreateTime>1700000000</CreateTime><MsgType>event</MsgType><Event>never_heard_of</Event></xml>");

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override IEnumerable<Refused> Refusals =>
    [
        WeChatSigning.Says(-1, ErrorClass.Retry), WeChatSigning.Says(42001, ErrorClass.Reauthorise), WeChatSigning.Says(45009, ErrorClass.Retry), WeChatSigning.Says(60020, ErrorClass.Config),
        WeChatSigning.Says(81013, ErrorClass.Permanent), WeChatSigning.Says(48002, ErrorClass.Config), WeChatSigning.Says(40058, ErrorClass.Permanent), WeChatSigning.Says(301002, ErrorClass.Config),
    ];

    protected override FakeReply? Good(FakeRequest request) => WeChatSigning.Good(request);

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var (body, query) = WeChatSigning.Sealed(payload, at, "ww1436e0e65a779aee");
        query.Remove("signature");
        return Delivery(body, query: query);
    }

    [Fact]
    public void The_address_is_proved_by_opening_the_echo()
    {
        var cipher = WeChatCipher.From(WeChatSigning.Token, WeChatSigning.AesKey)!;
        var echo = cipher.Seal("5927782489442352469", "ww1436e0e65a779aee");
        var query = new Dictionary<string, string> { ["timestamp"] = "1411443780", ["nonce"] = "437374425", ["echostr"] = echo, ["msg_signature"] = cipher.SignFor("1411443780", "437374425", echo) };
        var received = Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: query), Settings, Now);
        Assert.Equal((true, "5927782489442352469"), (received.IsHandshake, received.Reply.Body));
        query["nonce"] = "437374424";
        Assert.Equal(Refusal.BadSignature, Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: query), Settings, Now).Refusal);
    }
}

public class WeChatKfTests : WeComTests
{
    public override IChannelAdapter Adapter { get; } = new WeChatKfAdapter();

    public override Dictionary<string, string> Values
    {
        get
        {
            var values = new Dictionary<string, string>(base.Values) { ["openKfId"] = "wkAJ2GCAAASSm4" };
            values.Remove("agentId");
            return values;
        }
    }

    protected override IEnumerable<Refused> Refusals => [.. base.Refusals, WeChatSigning.Says(95001, ErrorClass.Window), WeChatSigning.Says(95002, ErrorClass.Window), WeChatSigning.Says(95013, ErrorClass.Window)];

    [Fact]
    public async Task A_session_that_others_hold_is_taken_over_and_the_message_sent_again()
    {
        var sends = 0;
        using var provider = new FakeProvider(request => request.Path.EndsWith("send_msg", StringComparison.Ordinal) && sends++ == 0 ? FakeReply.Json("""{"errcode":95018,"errmsg":"state"}""") : Good(request));
        var context = Context(provider);
        Assert.IsType<SendOutcome.Sent>(await Adapter.Send(Message(SentText), context, default));
        Assert.Contains(provider.Requests, request => request.Path.EndsWith("service_state/trans", StringComparison.Ordinal));
        var ids = provider.Requests.Where(request => request.Path.EndsWith("send_msg", StringComparison.Ordinal)).Select(request => (string)request.Json!["msgid"]!).ToList();
        Assert.Equal(2, ids.Count);
        Assert.Equal(ids[0], ids[1]);
        Assert.InRange(ids[0].Length, 1, 32);
    }

    [Fact]
    public async Task Pages_are_pulled_with_the_cursor_and_the_token_of_the_hint()
    {
        using var provider = new FakeProvider(request => IsTokenCall(request) ? Good(request) : FakeReply.Json("""{"errcode":0,"next_cursor":"c2","has_more":1,"msg_list":[]}"""));
        var context = Context(provider);
        var pulled = await ((IPullChannel)Adapter).Pull("c1", "hint", context, default);
        Assert.Equal(("c2", true), (pulled.Cursor, pulled.HasMore));
        var asked = provider.Requests[^1].Json!;
        Assert.Equal(("c1", "hint", "wkAJ2GCAAASSm4"), ((string)asked["cursor"]!, (string)asked["token"]!, (string)asked["open_kfid"]!));

        using var down = new FakeProvider(Good) { IsDown = true };
        var failed = await ((IPullChannel)Adapter).Pull("c1", null, context with { Http = down, Tokens = new Tokens.MemoryTokenStore(new StillClock(Now)) }, default);
        Assert.Equal(("c1", ErrorClass.Retry), (failed.Cursor, failed.Failed!.Failure.Class));
    }
}
