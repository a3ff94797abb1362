using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.AliyunSms;
using Queqiao.Channels.Api;
using Queqiao.Channels.Kakao;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Signing;
using Queqiao.Channels.TencentSms;
using Queqiao.Channels.TikTok;
using Queqiao.Channels.TwilioSms;
using Queqiao.Channels.VonageSms;
using Queqiao.Channels.X;
using Queqiao.Channels.Zalo;

namespace Queqiao.Channels.Tests.Kinds;

public class TwilioSmsTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new TwilioSmsAdapter();

    public override Dictionary<string, string> Values => new() { ["accountSid"] = "AC123", ["authToken"] = "auth-token-value", ["from"] = "+15558675310" };

    public override Payload Unknown => Payload.Form("never_heard_of=1&AccountSid=AC1");

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals => new[] { (401, 20003, ErrorClass.Reauthorise), (429, 20429, ErrorClass.Retry), (400, 21211, ErrorClass.Permanent), (400, 21610, ErrorClass.Permanent), (400, 63016, ErrorClass.Window), (400, 21408, ErrorClass.Config) }
        .Select(row => new Refused(new(row.Item1, $$"""{"code":{{row.Item2}},"message":"says so","status":{{row.Item1}}}"""), row.Item3));

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"sid":"SM-sent","status":"queued","friendly_name":"Shop"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var delivery = Delivery(payload);
        return Delivery(payload, new() { ["X-Twilio-Signature"] = TwilioSmsAdapter.Sign("auth-token-value", delivery.Url.OriginalString, Form.Read(payload.Body).Fields) });
    }

    [Theory] // https://github.com/twilio/twilio-python (tests/unit/test_request_validator.py)
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2", "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234", "IK+Dwps556ElfBT0I3Rgjkr1wJU=")]
    [InlineData("http://mycompany.com:1234/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=")]
    public void Published_signatures(string url, string form, string signature) => Assert.Equal(signature, TwilioSmsAdapter.Sign("12345", url, Form.Read(form).Fields));
}

public abstract class SmsCloudCompliance : AdapterCompliance
{
    protected override bool SignsBody => false;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override OutboundContent SentText => new TemplateContent("SMS_1", "zh_CN", [new("name", "hello-42")]);

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, query: new() { ["key"] = "hook-secret-value" });

    [Fact]
    public async Task A_free_text_is_refused_and_says_why()
    {
        using var provider = new FakeProvider(Good);
        Assert.Equal(ErrorClass.Permanent, Assert.IsType<SendOutcome.NotSent>(await Adapter.Send(Message(new TextContent("hi")), Context(provider), default)).Failure.Class);
        Assert.Empty(provider.Requests);
    }
}

public class AliyunSmsTests : SmsCloudCompliance
{
    public override IChannelAdapter Adapter { get; } = new AliyunSmsAdapter();

    public override Dictionary<string, string> Values => new() { ["accessKeyId"] = "testId", ["accessKeySecret"] = "access-secret-value", ["signName"] = "阿里云", ["hookSecret"] = "hook-secret-value" };

    public override Payload Unknown => Payload.Json("""[{"type":"never_heard_of"}]""");

    protected override Payload Many(int count) => Payload.Json("[" + string.Join(',', Enumerable.Range(0, count).Select(number => $$"""{"phone_number":"1","content":"x","send_time":"2017-09-01 00:00:00","sequence_id":{{number}}}""")) + "]");

    protected override IEnumerable<Refused> Refusals => new[] { ("isv.BUSINESS_LIMIT_CONTROL", ErrorClass.Retry), ("isv.MOBILE_NUMBER_ILLEGAL", ErrorClass.Permanent), ("isv.AMOUNT_NOT_ENOUGH", ErrorClass.Config), ("SignatureDoesNotMatch", ErrorClass.Reauthorise) }
        .Select(row => new Refused(FakeReply.Json($$"""{"Code":"{{row.Item1}}","Message":"says so"}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"Code":"OK","Message":"OK","BizId":"900619746936498440^0"}""");

    [Fact] // https://github.com/aliyun/darabonba-openapi (python/tests/test_utils.py)
    public void The_published_signature()
    {
        var canonical = AliyunSignature.Canonical("GET", "/", [("test", "ok"), ("empty", "")], [("x-acs-test", "http"), ("x-acs-TEST", "https")], "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23", out var signed);
        Assert.Equal("ACS3-HMAC-SHA256 Credential=acesskey,SignedHeaders=x-acs-test,Signature=d16b30a7699ae9e43875b13195b2f81bcc3ed10c14a9b5eb780e51619aa50be1", AliyunSignature.Authorization("acesskey", "secret", canonical, signed));
    }
}

public class TencentSmsTests : SmsCloudCompliance
{
    public override IChannelAdapter Adapter { get; } = new TencentSmsAdapter();

    public override Dictionary<string, string> Values => new() { ["secretId"] = "AKIDz8krbsJ5", ["secretKey"] = "secret-key-value", ["sdkAppId"] = "1400006666", ["signName"] = "腾讯云", ["hookSecret"] = "hook-secret-value" };

    public override Payload Unknown => Payload.Json("""{"never_heard_of":1}""");

    protected override Payload Many(int count) => Payload.Json("[" + string.Join(',', Enumerable.Range(0, count).Select(number => $$"""{"mobile":"1","nationcode":"86","report_status":"SUCCESS","sid":"{{number}}"}""")) + "]");

    protected override IEnumerable<Refused> Refusals =>
    [
        new(FakeReply.Json("""{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"m"}}}"""), ErrorClass.Reauthorise), new(FakeReply.Json("""{"Response":{"SendStatusSet":[{"Code":"LimitExceeded.PhoneNumberDailyLimit","Message":"m"}]}}"""), ErrorClass.Retry),
        new(FakeReply.Json("""{"Response":{"SendStatusSet":[{"Code":"FailedOperation.PhoneNumberInBlacklist","Message":"m"}]}}"""), ErrorClass.Permanent), new(FakeReply.Json("""{"Response":{"Error":{"Code":"FailedOperation.InsufficientBalanceInSmsPackage","Message":"m"}}}"""), ErrorClass.Config),
    ];

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"Response":{"SendStatusSet":[{"SerialNo":"5000:1","Code":"Ok"}],"RequestId":"r"}}""");

    [Fact] // https://cloud.tencent.com/document/api/382/52072
    public void The_published_signature() => Assert.EndsWith("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168", TencentSmsAdapter.Authorization("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "cvm", "cvm.tencentcloudapi.com", 1551113065,
        "application/json; charset=utf-8", """{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"""), StringComparison.Ordinal);
}

public class VonageSmsTests : AdapterCompliance
{
    private static readonly string Pem = MakePem();

    public override IChannelAdapter Adapter { get; } = new VonageSmsAdapter();

    public override Dictionary<string, string> Values => new() { ["applicationId"] = "aaaa", ["privateKey"] = Pem, ["signatureSecret"] = "signature-secret-value", ["from"] = "447700900001" };

    public override Payload Unknown => Payload.Json("""{"message_uuid":"1","from":"2","to":"3","message_type":"never_heard_of"}""");

    protected override bool SignsTime => true;

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals => new[] { (401, "x#unauthorized", ErrorClass.Reauthorise), (429, "x#1000", ErrorClass.Retry), (422, "x#1120", ErrorClass.Permanent), (402, "x#low-balance", ErrorClass.Config) }.Select(row => new Refused(new(row.Item1, $$"""{"type":"https://developer.vonage.com/{{row.Item2}}","detail":"d"}"""), row.Item3));

    protected override FakeReply? Good(FakeRequest request) => new(202, """{"message_uuid":"sent-1"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, new()
    {
        ["Authorization"] = "Bearer " + CompactJwt.Make("""{"alg":"HS256"}""", $$"""{"iat":{{at.ToUnixTimeSeconds()}},"payload_hash":"{{Signature.Sha256Hex(payload.Body)}}"}""", text => HMACSHA256.HashData("signature-secret-value"u8, text)),
    });

    private static string MakePem()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    [Theory] // https://github.com/Vonage/vonage-python-sdk (http_client/tests/test_auth.py)
    [InlineData("sha256", "value1", "value2", "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287")]
    [InlineData("hmac-md5", "value1", "value2", "724c2bf6ca423c36e20631b11d1c5753")]
    [InlineData("hmac-md5", "value&1", "value=2", "2bbf0abafb2c55e5af6231513896a2ac")]
    public void Published_signatures(string method, string one, string two, string signature) => Assert.Equal(signature, VonageSmsAdapter.OldSign([("param1", one), ("param2", two), ("timestamp", "1234567890")], "signature_secret", method));
}

public class ZaloTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new ZaloAdapter();

    public override Dictionary<string, string> Values => new() { ["appId"] = "360846524940903967", ["appSecret"] = "app-secret-value", ["oaSecret"] = "oa-secret-value", ["refreshToken"] = "refresh-token-value" };

    public override Payload Unknown => Payload.Json("""{"event_name":"never_heard_of","timestamp":"1"}""");

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override bool IsTokenCall(FakeRequest request) => request.Path.EndsWith("/access_token", StringComparison.Ordinal);

    protected override IEnumerable<Refused> Refusals => new[] { (-216, ErrorClass.Reauthorise), (-32, ErrorClass.Retry), (-213, ErrorClass.Window), (-201, ErrorClass.Permanent), (-224, ErrorClass.Config) }.Select(row => new Refused(FakeReply.Json($$"""{"error":{{row.Item1}},"message":"says so"}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"access_token":"at","refresh_token":"rt-2","expires_in":"90000"}""") : FakeReply.Json("""{"error":0,"message":"Success","data":{"message_id":"sent","name":"Shop","display_name":"An"}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var time = Json.Read(payload.Body)?["timestamp"].Text ?? "";
        return Delivery(payload, new() { ["X-ZEvent-Signature"] = "mac=" + Signature.Sha256Hex([.. "360846524940903967"u8, .. payload.Body, .. Encoding.UTF8.GetBytes(time), .. "oa-secret-value"u8]) });
    }

    [Fact]
    public async Task A_refresh_token_is_used_once()
    {
        using var provider = new FakeProvider(Good);
        var clock = new StillClock(Now);
        var context = Context(provider, clock);
        await Adapter.Send(Message(SentText), context, default);
        clock.Now = Now.AddHours(26);
        await Adapter.Send(Message(SentText), context, default);
        Assert.Equal(["refresh-token-value", "rt-2"], provider.Requests.Where(IsTokenCall).Select(request => Form.Read(request.Body)["refresh_token"]));
    }
}

public class KakaoTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new KakaoAdapter();

    public override Dictionary<string, string> Values => new() { ["hookSecret"] = "hook-secret-value" };

    public override Payload Unknown => Payload.Json("""{"never_heard_of":1}""");

    protected override bool SignsBody => false;

    protected override bool IsOneByOne => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override Outbound Message(OutboundContent content) => base.Message(content) with { ReplyWith = new Dictionary<string, string> { ["callbackUrl"] = "https://bot-api.kakao.com/v1/bots/1/callback?token=t1" } };

    protected override IEnumerable<Refused> Refusals => [new(new(400, """{"message":"expired"}"""), ErrorClass.Window), new(new(500, ""), ErrorClass.Retry)];

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"taskId":"t","status":"SUCCESS"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, query: new() { ["key"] = "hook-secret-value" });
}

public class TikTokTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new TikTokAdapter();

    public override Dictionary<string, string> Values => new() { ["appId"] = "app", ["appSecret"] = "app-secret-value", ["businessId"] = "biz-1", ["refreshToken"] = "refresh-token-value" };

    public override Payload Unknown => Payload.Json("""{"event":"never_heard_of","content":"{}"}""");

    protected override bool SignsTime => true;

    protected override bool IsOneByOne => true;

    protected override bool HasToken => true;

    protected override bool IsTokenCall(FakeRequest request) => request.Path.Contains("refresh_token", StringComparison.Ordinal);

    protected override IEnumerable<Refused> Refusals => new[] { (40105, ErrorClass.Reauthorise), (40100, ErrorClass.Retry), (40001, ErrorClass.Config), (40002, ErrorClass.Permanent) }.Select(row => new Refused(FakeReply.Json($$"""{"code":{{row.Item1}},"message":"says so"}"""), row.Item2));

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"code":0,"data":{"access_token":"at","refresh_token":"rt","expires_in":86400}}""") : FakeReply.Json("""{"code":0,"data":{"message":{"message_id":"sent"}}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString();
        return Delivery(payload, new() { ["Tiktok-Signature"] = $"t={time},s={Convert.ToHexStringLower(HMACSHA256.HashData("app-secret-value"u8, [.. Encoding.UTF8.GetBytes(time + "."), .. payload.Body]))}" });
    }
}

public class XTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new XAdapter();

    public override Dictionary<string, string> Values => new() { ["consumerSecret"] = "consumer-secret-value", ["clientId"] = "client", ["clientSecret"] = "client-secret-value", ["refreshToken"] = "refresh-token-value", ["userId"] = "4337869213" };

    public override Payload Unknown => Payload.Json("""{"for_user_id":"1","never_heard_of":[{"a":1}]}""");

    protected override Payload Many(int count) => Payload.Json("""{"for_user_id":"1","direct_message_events":[""" + string.Join(',', Enumerable.Range(0, count).Select(number => $$$$"""{"type":"message_create","id":"{{{{number}}}}","created_timestamp":"1700000000000","message_create":{"sender_id":"2","target":{"recipient_id":"1"},"message_data":{"text":"hi"}}}""")) + "]}");

    protected override bool HasToken => true;

    protected override IEnumerable<Refused> Refusals => [new(new(401, "{}"), ErrorClass.Reauthorise), new(new(403, """{"detail":"no"}"""), ErrorClass.Permanent), new(new(429, "{}") { Headers = { ["x-rate-limit-reset"] = Now.AddSeconds(90).ToUnixTimeSeconds().ToString() } }, ErrorClass.Retry, 90)];

    protected override FakeReply? Good(FakeRequest request) => IsTokenCall(request) ? FakeReply.Json("""{"access_token":"at","refresh_token":"rt","expires_in":7200}""") : FakeReply.Json("""{"data":{"dm_event_id":"1","username":"shop"}}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at) => Delivery(payload, new() { ["x-twitter-webhooks-signature"] = "sha256=" + Convert.ToBase64String(HMACSHA256.HashData("consumer-secret-value"u8, payload.Body)) });

    [Fact]
    public void The_hourly_check_is_answered()
    {
        var received = Adapter.Receive(Delivery(new Payload([]) { Method = "GET" }, query: new() { ["crc_token"] = "abc" }), Settings, Now);
        Assert.Equal("sha256=" + Convert.ToBase64String(HMACSHA256.HashData("consumer-secret-value"u8, "abc"u8)), (string?)JsonNode.Parse(received.Reply.Body)!["response_token"]);
    }
}

public class ApiTests : AdapterCompliance
{
    public override IChannelAdapter Adapter { get; } = new ApiAdapter();

    public override Dictionary<string, string> Values => new() { ["secret"] = "signing-secret-value" };

    public override Payload Unknown => Payload.Json("""{"type":"never_heard_of","id":"1"}""");

    protected override Payload Many(int count) => Payload.Json("""{"events":[""" + string.Join(',', Enumerable.Range(0, count).Select(number => $$"""{"type":"message","id":"{{number}}","from":"u","text":"hi"}""")) + "]}");

    protected override bool SignsTime => true;

    protected override bool IsTokenCall(FakeRequest request) => false;

    protected override IEnumerable<Refused> Refusals => [new(new(401, ""), ErrorClass.Config), new(new(422, """{"message":"no"}"""), ErrorClass.Permanent), new(new(502, ""), ErrorClass.Retry)];

    protected override FakeReply? Good(FakeRequest request) => FakeReply.Json("""{"id":"theirs-1"}""");

    public override WebhookDelivery Signed(Payload payload, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString();
        return Delivery(payload, new() { ["X-Signature"] = $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData("signing-secret-value"u8, [.. Encoding.UTF8.GetBytes(time + "."), .. payload.Body]))}" });
    }
}
