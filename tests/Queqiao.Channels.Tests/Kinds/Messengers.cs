using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.DingTalk;
using Queqiao.Channels.Feishu;
using Queqiao.Channels.Line;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Telegram;

namespace Queqiao.Channels.Tests.Kinds;

public class TelegramTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new TelegramAdapter();

    public override Dictionary<string, string> Values => new() { ["botToken"] = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", ["secretToken"] = "secret-token-value" };

    public override Payload Unknown => Payload.Json("""{"update_id":1,"never_heard_of":{"a":1}}""");

    protected override bool SignsBody => false;

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override string Recipient => "1111111";

    protected override IEnumerable<Refused> Refusals =>
    [
        new(new(429, """{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 9","parameters":{"retry_after":9}}"""), ErrorClass.Retry, 9),
        new(new(401, """{"ok":false,"error_code":401,"description":"Unauthorized"}"""), ErrorClass.Reauthorise), new(new(403, """{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"""), ErrorClass.Permanent),
        new(new(400, """{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"""), ErrorClass.Permanent), new(new(409, """{"ok":false,"error_code":409,"description":"Conflict"}"""), ErrorClass.Config),
        new(new(400, """{"ok":false,"error_code":400,"description":"upgraded","parameters":{"migrate_to_chat_id":-100}}"""), ErrorClass.Permanent),
    ];

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"ok":true,"result":{"message_id":77,"username":"shop_bot","file_path":"photos/a.jpg","first_name":"Ann"}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, new() { ["X-Telegram-Bot-Api-Secret-Token"] = "secret-token-value" });

    [Fact]
    public async Task Polling_goes_on_after_the_last_update()
    {
        using var provider = new FakeProvider(_ => FakeReply.Json("""{"ok":true,"result":[{"update_id":7,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"date":1,"text":"a"}},{"update_id":9,"message":{"message_id":2,"chat":{"id":5,"type":"private"},"date":1,"text":"b"}}]}"""));
        var pulled = await ((IPullChannel)Adapter).Pull("7", null, Context(provider), default);
        Assert.Equal(("10", true, 2), (pulled.Cursor, pulled.HasMore, pulled.Events.Count));
        Assert.Equal(7, (int)provider.Requests[0].Json!["offset"]!);
    }

    [Fact]
    public async Task A_file_path_cannot_climb()
    {
        using var provider = new FakeProvider(request => request.Path.EndsWith("getFile", StringComparison.Ordinal) ? FakeReply.Json("""{"ok":true,"result":{"file_path":"../../other/./a b.jpg"}}""") : new FakeReply(200, "x", "image/jpeg"));
        await ((IMediaChannel)Adapter).Download(new MediaRef("f"), Context(provider), default);
        Assert.EndsWith("/file/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/other/a%20b.jpg", provider.Requests[1].Url.AbsolutePath, StringComparison.Ordinal);
    }
}

public class LineTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new LineAdapter();

    public override Dictionary<string, string> Values => new() { ["channelSecret"] = "channel-secret-value", ["accessToken"] = "access-token-value" };

    public override Payload Unknown => Payload.Json("""{"destination":"U","events":[{"type":"never_heard_of","webhookEventId":"1","timestamp":1700000000000,"source":{"type":"user","userId":"U1"}}]}""");

    protected override Payload Many(int count) => Payload.Json("""{"destination":"U","events":[""" + string.Join(',', Enumerable.Range(0, count).Select(number => $$$"""{"type":"message","webhookEventId":"{{{number}}}","timestamp":1700000000000,"source":{"type":"user","userId":"U1"},"message":{"id":"{{{number}}}","type":"text","text":"hi"}}""")) + "]}");

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals =>
    [
        new(new(401, """{"message":"Authentication failed"}"""), ErrorClass.Reauthorise), new(new(429, """{"message":"You have reached your monthly limit."}"""), ErrorClass.Window), new(new(429, """{"message":"The API rate limit has been exceeded."}"""), ErrorClass.Retry),
        new(new(400, """{"message":"The request body has 1 error(s)"}"""), ErrorClass.Permanent), new(new(403, """{"message":"Not available"}"""), ErrorClass.Config), new(new(500, """{"message":"internal"}"""), ErrorClass.Retry),
    ];

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"sentMessages":[{"id":"461230966842064897"}],"basicId":"@shop","displayName":"Ann"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, new() { ["X-Line-Signature"] = Convert.ToBase64String(HMACSHA256.HashData("channel-secret-value"u8, payload.Body)) });

    [Fact]
    public async Task A_living_reply_token_is_used_and_a_dead_one_replaced_by_a_push()
    {
        var message = Message(SentText) with { ReplyWith = new Dictionary<string, string> { ["replyToken"] = "rt" } };
        using var provider = new FakeProvider(Good);
        await Adapter.Send(message, Context(provider), default);
        Assert.EndsWith("/reply", Assert.Single(provider.Requests).Path, StringComparison.Ordinal);
        using var old = new FakeProvider(request => request.Path.EndsWith("/reply", StringComparison.Ordinal) ? new FakeReply(400, """{"message":"Invalid reply token"}""") : Good(request));
        Assert.IsType<SendOutcome.Sent>(await Adapter.Send(message, Context(old), default));
        Assert.EndsWith("/push", old.Requests[1].Path, StringComparison.Ordinal);
        using var repeated = new FakeProvider(_ => new FakeReply(409, """{"message":"The retry key is already accepted","sentMessages":[{"id":"1"}]}"""));
        Assert.IsType<SendOutcome.Sent>(await Adapter.Send(Message(SentText), Context(repeated), default));
        Assert.True(Guid.TryParse(repeated.Requests[0].Headers["X-Line-Retry-Key"], out _));
    }
}

public class FeishuTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new FeishuAdapter();

    public override Dictionary<string, string> Values => new() { ["appId"] = "cli_9f5343c580712544", ["appSecret"] = "app-secret-value", ["encryptKey"] = "encrypt-key-value" };

    public override Payload Unknown => Payload.Json("""{"schema":"2.0","header":{"event_id":"1","event_type":"never_heard_of"},"event":{}}""");

    protected override bool SignsTime => true;

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override bool IsTokenCall(FakeRequest request) => request.Path.Contains("tenant_access_token", StringComparison.Ordinal);

    protected override IEnumerable<Refused> Refusals =>
    [
        new(new(400, """{"code":99991663,"msg":"token invalid"}"""), ErrorClass.Reauthorise), new(new(429, """{"code":99991400,"msg":"limited"}""") { Headers = { ["x-ogw-ratelimit-reset"] = "3" } }, ErrorClass.Retry, 3),
        new(FakeReply.Json("""{"code":230013,"msg":"no availability"}"""), ErrorClass.Permanent), new(FakeReply.Json("""{"code":230002,"msg":"not in chat"}"""), ErrorClass.Permanent), new(new(400, """{"code":99991672,"msg":"scope"}"""), ErrorClass.Config),
    ];

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"code":0,"tenant_access_token":"t-1","expire":7200}""")
        : FakeReply.Json("""{"code":0,"data":{"message_id":"om_sent","image_key":"img_1","file_key":"file_1","user":{"name":"Ann"}},"bot":{"app_name":"Shop"}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        using var aes = Aes.Create();
        aes.Key = SHA256.HashData("encrypt-key-value"u8);
        var body = Payload.Json(new JsonObject { ["encrypt"] = Convert.ToBase64String([.. new byte[16], .. aes.EncryptCbc(payload.Body, new byte[16])]) }.ToJsonString());
        var time = at.ToUnixTimeSeconds().ToString();
        return Delivery(body, new() { ["X-Lark-Request-Timestamp"] = time, ["X-Lark-Request-Nonce"] = "n1", ["X-Lark-Signature"] = FeishuCipher.Sign(time, "n1", "encrypt-key-value", body.Body) });
    }

    [Fact] // https://open.feishu.cn/document (the example of the encryption guide)
    public void The_published_text_opens() => Assert.Equal("hello world", Encoding.UTF8.GetString(FeishuCipher.Open("test key", "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")!));

    [Fact]
    public void Addresses_are_proved_sealed_or_by_token()
    {
        var received = Adapter.Receive(Signed(Payload.Json("""{"challenge":"ajls384kdjx98XX","token":"x","type":"url_verification"}"""), Now), Settings, Now);
        Assert.Equal((true, """{"challenge":"ajls384kdjx98XX"}"""), (received.IsHandshake, received.Reply.Body));
        var byToken = new ChannelSettings(new Dictionary<string, string> { ["verificationToken"] = "vt" });
        Assert.True(Adapter.Receive(Delivery(Payload.Json("""{"challenge":"a","token":"vt","type":"url_verification"}""")), byToken, Now).IsHandshake);
        Assert.Equal(Refusal.BadSignature, Adapter.Receive(Delivery(Payload.Json("""{"challenge":"a","token":"other","type":"url_verification"}""")), byToken, Now).Refusal);
    }
}

public class DingTalkTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new DingTalkAdapter();

    public override Dictionary<string, string> Values => new() { ["appKey"] = "dingappkey", ["appSecret"] = "app-secret-value", ["token"] = "mryue-token", ["encodingAesKey"] = WeChatSigning.AesKey };

    public override Payload Unknown => Payload.Json("""{"msgId":"1","msgtype":"never_heard_of","conversationId":"c","senderStaffId":"u"}""");

    protected override bool SignsTime => true;

    protected override bool SignsBody => false;

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override bool IsTokenCall(FakeRequest request) => request.Path.EndsWith("/accessToken", StringComparison.Ordinal);

    protected override IEnumerable<Refused> Refusals =>
    [
        new(new(401, """{"code":"InvalidAuthentication","message":"bad"}"""), ErrorClass.Reauthorise), new(new(400, """{"code":"Throttling.User","message":"slow"}"""), ErrorClass.Retry), new(new(400, """{"code":"invalidParameter.robotCode.empty","message":"r"}"""), ErrorClass.Config),
        new(FakeReply.Json("""{"processQueryKey":"k","invalidStaffIdList":["customer-1"]}"""), ErrorClass.Permanent), new(new(403, """{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"p"}"""), ErrorClass.Config),
    ];

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"accessToken":"at-1","expireIn":7200}""")
        : request.Path.EndsWith("/media/upload", StringComparison.Ordinal) ? FakeReply.Json("""{"errcode":0,"media_id":"@m1"}""") : FakeReply.Json("""{"processQueryKey":"pk-1"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var time = at.ToUnixTimeMilliseconds().ToString();
        return Delivery(payload, new() { ["timestamp"] = time, ["sign"] = Convert.ToBase64String(HMACSHA256.HashData("app-secret-value"u8, Encoding.UTF8.GetBytes(time + "\napp-secret-value"))) });
    }

    [Fact]
    public async Task The_sessions_address_is_used_while_it_lives_and_only_when_it_is_DingTalks()
    {
        Dictionary<string, string> With(string url, long ends) => new() { ["sessionWebhook"] = url, ["sessionWebhookExpiredTime"] = ends.ToString() };
        async Task<string> Path(Dictionary<string, string> reply)
        {
            using var provider = new FakeProvider(request => request.Path.Contains("sendBySession", StringComparison.Ordinal) ? FakeReply.Json("""{"errcode":0}""") : Good(request));
            Assert.IsType<SendOutcome.Sent>(await Adapter.Send(Message(SentText) with { ReplyWith = reply }, Context(provider), default));
            return provider.Requests[^1].Path;
        }
        const string session = "https://oapi.dingtalk.com/robot/sendBySession?session=abc";
        Assert.EndsWith("sendBySession", await Path(With(session, Now.AddMinutes(5).ToUnixTimeMilliseconds())), StringComparison.Ordinal);
        Assert.EndsWith("batchSend", await Path(With(session, Now.AddMinutes(-5).ToUnixTimeMilliseconds())), StringComparison.Ordinal);
        Assert.EndsWith("batchSend", await Path(With("https://evil.example.com/sendBySession", Now.AddMinutes(5).ToUnixTimeMilliseconds())), StringComparison.Ordinal);
    }

    [Fact]
    public void Event_subscriptions_are_opened_and_answered_sealed()
    {
        var cipher = WeChatCipher.From("mryue-token", WeChatSigning.AesKey)!;
        var encrypted = cipher.Seal("""{"EventType":"check_url"}""", "dingappkey");
        var query = new Dictionary<string, string> { ["msg_signature"] = cipher.SignFor("1608001896814", "n", encrypted), ["timestamp"] = "1608001896814", ["nonce"] = "n" };
        var received = Adapter.Receive(Delivery(Payload.Json(new JsonObject { ["encrypt"] = encrypted }.ToJsonString()), query: query), Settings, Now);
        Assert.True(received.IsHandshake);
        var reply = JsonNode.Parse(received.Reply.Body)!;
        Assert.Equal("success", Encoding.UTF8.GetString(cipher.Open((string)reply["encrypt"]!)!.Value.Message));
        Assert.True(cipher.IsSigned((string)reply["timeStamp"]!, (string)reply["nonce"]!, (string)reply["encrypt"]!, (string)reply["msg_signature"]!));
    }

    [Fact]
    public void Frames_are_answered()
    {
        var step = ((ISocketChannel)Adapter).OnFrame("""{"type":"SYSTEM","headers":{"topic":"ping","messageId":"m"},"data":"{\"opaque\":\"x\"}"}""", new SocketState(), Settings, Now);
        Assert.Equal("{\"opaque\":\"x\"}", (string?)JsonNode.Parse(Assert.Single(step.Send))!["data"]);
        Assert.True(((ISocketChannel)Adapter).OnFrame("""{"type":"SYSTEM","headers":{"topic":"disconnect"}}""", new SocketState(), Settings, Now).Ends);
    }
}
