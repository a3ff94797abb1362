using System.Globalization;
using System.Text.Json.Nodes;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Signing;
using Queqiao.Channels.Sms;

namespace Queqiao.Channels.AliyunSms;

/// <summary>SMS by Aliyun (阿里云短信): only approved templates go out; answers and reports come in unsigned.</summary>
public sealed class AliyunSmsAdapter : ChannelAdapter
{
    private const string Host = "https://dysmsapi.aliyuncs.com";

    public override ChannelDescriptor Descriptor { get; } = new("aliyun-sms", new("阿里云短信", "SMS (Aliyun)"))
    {
        Abilities = Abilities.Templates | Abilities.SeesDelivered,
        Limits = new(new(500, TextUnit.CodePoints)),
        Settings =
        [
            new("accessKeyId", new("AccessKey ID", "Access key ID")) { Required = true, Where = new("https://ram.console.aliyun.com/") },
            new("accessKeySecret", new("AccessKey Secret", "Access key secret"), SettingType.Secret) { Required = true, Where = new("https://ram.console.aliyun.com/") },
            new("signName", new("短信签名", "Signature name")) { Required = true, Where = new("https://dysms.console.aliyun.com/") }, HookSecret.Field, CommonFields.ApiBase,
        ],
        Console = new("https://dysms.console.aliyun.com/"), Manual = new("https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms"),
        Errors = new()
        {
            { ErrorClass.Retry, "触发流控，稍后重试", "Too many to this number; it will be tried again later", "isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "Throttling*", "isp.SYSTEM_ERROR", "isp.RAM_PERMISSION_DENY/retry" },
            { ErrorClass.Permanent, "号码无效或在黑名单中", "The number is not valid or is blocked", "isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.MOBILE_COUNT_OVER_LIMIT" },
            { ErrorClass.Reauthorise, "AccessKey 不正确", "The access key is wrong", "SignatureDoesNotMatch", "InvalidAccessKeyId*", "IncompleteSignature", "isp.RAM_PERMISSION_DENY" },
            { ErrorClass.Config, "余额不足、签名或模板未通过", "No balance, or the signature or template is not approved", "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL", "isv.PRODUCT_UN_SUBSCRIPT", "isv.ACCOUNT_NOT_EXISTS" },
            { ErrorClass.Permanent, "模板变量不符", "The values do not fit the template", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.INVALID_PARAMETERS", "isv.PARAM_LENGTH_LIMIT", "isv.INVALID_JSON_PARAM" },
        },
    };

    protected override Received Read(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        if (HookSecret.Check(delivery, settings) is { } why)
            return Refused(why);
        if (Json.Read(delivery.Body) is not { IsArray: true } body)
            return Refused(Refusal.Malformed);
        var events = new Events();
        foreach (var item in body.Items.Where(item => item.IsObject))
            events.Add(Event(item));
        return Accepted(events, WebhookReply.Json("""{"code":0,"msg":"接收成功"}"""));
    }

    private static InboundEvent Event(Node item)
    {
        var phone = item["phone_number"].Filled;
        var person = phone is null ? null : new Person(phone);
        if (item["success"].Text is { } success)
        {
            var id = item["biz_id"].Filled;
            var head = new EventHead(id is null ? Events.HashKey(item.Raw) : $"{id}:{phone}:report", item.Raw) { Person = person, At = Instant.InChina(item["report_time"].Text) };
            return head.Status("SmsReport", success == "true" ? DeliveryState.Delivered : DeliveryState.Failed, id,
                success == "true" ? null : new Failure(ErrorClass.Permanent, item["err_code"].Text ?? "", new("运营商未送达", "The carrier did not deliver it")) { Detail = item["err_msg"].Text }, item.Facts("out_id", "err_code"));
        }
        var sequence = item["sequence_id"].Filled;
        var up = new EventHead(sequence ?? Events.HashKey(item.Raw), item.Raw) { Person = person, At = Instant.InChina(item["send_time"].Text), Account = item["dest_code"].Filled };
        return item["content"].Text is { } text ? up.Message("SmsUp", sequence, text, [], facts: item.Facts("sign_name")) : up.Unsupported(item["type"].Filled ?? "unknown", false);
    }

    public override async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct) => part.Content is not TemplateContent template ? SendOutcome.CannotDo(part.Content.ToString())
        : await Post(context, "SendSms",
        [
            ("PhoneNumbers", part.To), ("SignName", context.Settings["signName"]), ("TemplateCode", template.Name), ("OutId", part.PartKey),
            ("TemplateParam", new JsonObject(template.Values.DistinctBy(value => value.Name).Select(value => KeyValuePair.Create<string, JsonNode?>(value.Name, value.Text))).ToJsonString(Writing.Plain)),
        ], body => body["BizId"].Filled, ct);

    public override Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Post(context, "QuerySmsSignList", [("PageIndex", "1"), ("PageSize", "10")], _ => context.Settings["signName"], ct);

    private async Task<SendOutcome> Post(ChannelContext context, string action, (string Name, string Value)[] query, Func<Node, string?> id, CancellationToken ct)
    {
        var host = new Uri(context.Settings.ApiBase(Host)).Authority;
        (string Name, string Value)[] headers =
        [
            ("host", host), ("x-acs-action", action), ("x-acs-version", "2017-05-25"), ("x-acs-date", context.Clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
            ("x-acs-signature-nonce", Guid.NewGuid().ToString("N")), ("x-acs-content-sha256", Signature.Sha256Hex([])),
        ];
        var canonical = AliyunSignature.Canonical("POST", "/", query, headers, Signature.Sha256Hex([]), out var signed);
        var answer = await Call.Send(context, HttpMethod.Post, $"{context.Settings.ApiBase(Host)}/?{Form.Write(query)}", null, ct,
            [.. headers.Skip(1), ("Authorization", AliyunSignature.Authorization(context.Settings["accessKeyId"], context.Settings["accessKeySecret"], canonical, signed))]);
        return answer.IsOk && answer.Body["Code"].Text == "OK" ? new SendOutcome.Sent(id(answer.Body)) : Failed(answer, answer.Body["Code"].Text ?? "", answer.Body["Message"].Text, context);
    }
}
