using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Sms;

namespace Queqiao.Channels.TencentSms;

/// <summary>SMS by Tencent Cloud (腾讯云短信): only approved templates go out; answers and reports come in unsigned.</summary>
public sealed class TencentSmsAdapter : ChannelAdapter
{
    private const string Host = "https://sms.tencentcloudapi.com";

    public override ChannelDescriptor Descriptor { get; } = new("tencent-sms", new("腾讯云短信", "SMS (Tencent Cloud)"))
    {
        Abilities = Abilities.Templates | Abilities.SeesDelivered,
        Limits = new(new(500, TextUnit.CodePoints)),
        Settings =
        [
            new("secretId", new("SecretId", "Secret ID"), SettingType.Secret) { Required = true, Where = new("https://console.cloud.tencent.com/cam/capi") },
            new("secretKey", new("SecretKey", "Secret key"), SettingType.Secret) { Required = true, Where = new("https://console.cloud.tencent.com/cam/capi") },
            new("sdkAppId", new("SdkAppId", "SDK app ID")) { Required = true, Where = new("https://console.cloud.tencent.com/smsv2") }, new("signName", new("短信签名", "Signature name")) { Required = true },
            new("region", new("地域", "Region")) { Default = "ap-guangzhou" }, HookSecret.Field, CommonFields.ApiBase,
        ],
        Console = new("https://console.cloud.tencent.com/smsv2"), Manual = new("https://cloud.tencent.com/document/api/382/55981"),
        Errors = new()
        {
            { ErrorClass.Retry, "触发频率限制，稍后重试", "Too many; it will be tried again later", "LimitExceeded*", "RequestLimitExceeded*", "InternalError*" },
            { ErrorClass.Reauthorise, "SecretId 或 SecretKey 不正确", "The secret ID or key is wrong", "AuthFailure*" },
            { ErrorClass.Config, "余额不足、签名或模板未通过、无权限", "No balance, the signature or template is not approved, or no permission", "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.TemplateIncorrectOrUnapproved", "UnauthorizedOperation*", "UnsupportedOperation*" },
            { ErrorClass.Permanent, "号码无效、在黑名单或参数不符", "The number is not valid or blocked, or the values do not fit", "FailedOperation*", "InvalidParameter*", "MissingParameter*" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (HookSecret.Check(delivery, settings) is { } why)
            return Refused(why);
        if (Json.Read(delivery.Body) is not { } body || !(body.IsArray || body.IsObject))
            return Refused(Refusal.Malformed);
        var events = new Events();
        foreach (var item in body.Items.Where(item => item.IsObject))
            events.Add(Event(item));
        return Accepted(events, WebhookReply.Json("""{"result":0,"errmsg":"OK"}"""));
    }

    private static InboundEvent Event(Node item)
    {
        var (mobile, nation) = (item["mobile"].Filled, item["nationcode"].Text ?? "86");
        var person = mobile is null ? null : new Person($"+{nation}{mobile}");
        if (item["report_status"].Text is { } status)
        {
            var sid = item["sid"].Filled;
            var head = new EventHead(sid is null ? Events.HashKey(item.Raw) : sid + ":report", item.Raw) { Person = person, At = Instant.InChina(item["user_receive_time"].Text) };
            return head.Status("status", status == "SUCCESS" ? DeliveryState.Delivered : DeliveryState.Failed, sid,
                status == "SUCCESS" ? null : new Failure(ErrorClass.Permanent, item["errmsg"].Text ?? "", new("运营商未送达", "The carrier did not deliver it")) { Detail = item["description"].Text });
        }
        var (text, time) = (item["text"].Text, item["time"].Text);
        var reply = new EventHead(mobile is null || time is null ? Events.HashKey(item.Raw) : $"{nation}{mobile}:{time}:{text}", item.Raw) { Person = person, At = Instant.Seconds(item["time"].Long) };
        return text is null ? reply.Unsupported("unknown", false) : reply.Message("reply", null, text, [], facts: item.Facts("extend", "sign"));
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        if (part.Content is not TemplateContent template)
            return SendOutcome.CannotDo(part.Content.ToString());
        var (answer, failed) = await Ask(context, "SendSms", new JsonObject
        {
            ["SmsSdkAppId"] = context.Settings["sdkAppId"], ["SignName"] = context.Settings["signName"], ["TemplateId"] = template.Name, ["PhoneNumberSet"] = new JsonArray(part.To), ["SessionContext"] = part.PartKey,
            ["TemplateParamSet"] = new JsonArray([.. template.Values.Select(value => (JsonNode)value.Text)]),
        }, ct);
        if (failed is not null)
            return failed;
        var status = answer!.Body["Response"]["SendStatusSet"][0];
        return status["Code"].Text == "Ok" ? new SendOutcome.Sent(status["SerialNo"].Filled) : Failed(answer, status["Code"].Text ?? "", status["Message"].Text, context);
    }

    public override async Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct)
    {
        var (_, failed) = await Ask(context, "DescribeSmsSignList", new JsonObject { ["International"] = 0, ["SignIdSet"] = new JsonArray(1) }, ct);
        return failed ?? (SendOutcome)new SendOutcome.Sent(context.Settings["sdkAppId"]);
    }

    internal static string Authorization(string id, string secret, string service, string host, long timestamp, string contentType, string body)
    {
        var date = DateTimeOffset.FromUnixTimeSeconds(timestamp).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var canonical = $"POST\n/\n\ncontent-type:{contentType}\nhost:{host}\n\ncontent-type;host\n{Signature.Sha256Hex(Encoding.UTF8.GetBytes(body))}";
        var scope = $"{date}/{service}/tc3_request";
        var text = $"TC3-HMAC-SHA256\n{timestamp.ToString(CultureInfo.InvariantCulture)}\n{scope}\n{Signature.Sha256Hex(Encoding.UTF8.GetBytes(canonical))}";
        byte[] Next(byte[] key, string message) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(message));
        var key = Next(Next(Next(Encoding.UTF8.GetBytes("TC3" + secret), date), service), "tc3_request");
        return $"TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=content-type;host, Signature={Convert.ToHexStringLower(Next(key, text))}";
    }

    private async Task<(Answer? Answer, SendOutcome.NotSent? Failed)> Ask(ChannelContext context, string action, JsonObject body, CancellationToken ct)
    {
        var url = new Uri(context.Settings.ApiBase(Host));
        var (text, time) = (body.ToJsonString(Writing.Plain), context.Clock.GetUtcNow().ToUnixTimeSeconds());
        var content = new StringContent(text, Encoding.UTF8, "application/json");
        var answer = await Call.Send(context, HttpMethod.Post, url.ToString(), content, ct,
            ("Authorization", Authorization(context.Settings["secretId"], context.Settings["secretKey"], "sms", url.Authority, time, "application/json; charset=utf-8", text)),
            ("X-TC-Action", action), ("X-TC-Version", "2021-01-11"), ("X-TC-Timestamp", time.ToString(CultureInfo.InvariantCulture)), ("X-TC-Region", context.Settings.Has("region") ? context.Settings["region"] : "ap-guangzhou"));
        var error = answer.Body["Response"]["Error"];
        return answer.IsOk && answer.Body["Response"].IsObject && error.IsMissing ? (answer, null) : (null, Failed(answer, error["Code"].Text ?? "", error["Message"].Text, context));
    }
}
