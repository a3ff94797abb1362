using System.Globalization;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Sms;

/// <summary>SMS by Aliyun: approved templates only; requests signed with ACS3-HMAC-SHA256.</summary>
public sealed class AliyunSimulator(TimeProvider clock) : Simulator("aliyun-sms", clock)
{
    private const string KeyId = "LTAI5tSimulated";
    private const string Secret = "aliyun-key-secret";
    private const string Hook = "aliyun-hook-42";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["accessKeyId"] = KeyId, ["accessKeySecret"] = Secret, ["signName"] = "鹊桥优选", ["hookSecret"] = Hook };

    protected override string NewPersonId(string name) => "139" + Digits("aliyun" + name, 8);

    protected override SimAnswer Denied() => Says("InvalidAccessKeyId.NotFound", "Specified access key is not found.");

    protected override SimAnswer TooMany() => Says("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1");

    protected override SimAnswer On(SimRequest request)
    {
        if (!IsSigned(request))
            return SimAnswer.Json(400, """{"Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched with our calculation."}""");
        if (request.Header("x-acs-action") == "QuerySmsSignList")
            return SimAnswer.Json(new JsonObject { ["Code"] = "OK", ["SmsSignList"] = new JsonArray() });
        if (Find(request.Query.GetValueOrDefault("PhoneNumbers") ?? "") is not { } person)
            return Says("isv.MOBILE_NUMBER_ILLEGAL", "号码不合法");
        if (request.Query.GetValueOrDefault("SignName") != "鹊桥优选")
            return Says("isv.SMS_SIGNATURE_ILLEGAL", "签名不合法");
        if (request.Query.GetValueOrDefault("TemplateCode") is not { Length: > 0 } template)
            return Says("isv.SMS_TEMPLATE_ILLEGAL", "模板不合法");
        return SimAnswer.Json(new JsonObject { ["Code"] = "OK", ["Message"] = "OK", ["BizId"] = Take(person, "template", $"{template} {request.Query.GetValueOrDefault("TemplateParam")}", null).Id });
    }

    private static bool IsSigned(SimRequest request)
    {
        static string Escape(string text) => Uri.EscapeDataString(text);
        var given = request.Header("Authorization").Split(',');
        if (given.Length != 3 || !given[0].EndsWith("Credential=" + KeyId, StringComparison.Ordinal))
            return false;
        var names = given[1].Split('=', 2)[1].Split(';');
        var query = string.Join('&', request.Query.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => Escape(one.Key) + "=" + Escape(one.Value)));
        var lines = string.Concat(names.Select(name => $"{name}:{request.Header(name).Trim()}\n"));
        var canonical = $"{request.Method}\n/\n{query}\n{lines}\n{string.Join(';', names)}\n{Sign.Hex(System.Security.Cryptography.SHA256.HashData(request.Body))}";
        return given[2].Split('=', 2)[1] == Sign.Hex(Sign.Hmac256(Secret, Sign.Bytes("ACS3-HMAC-SHA256\n" + Sign.Hex(Sign.Sha256(canonical)))));
    }

    protected override SimHook Text(SimPerson person, string text) => Told(new JsonObject { ["phone_number"] = person.Id, ["send_time"] = Local(), ["content"] = text, ["sign_name"] = "鹊桥优选", ["dest_code"] = "1234", ["sequence_id"] = NextNumber() });

    public override SimHook? Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return what == SimReceipt.Read ? null : Told(new JsonObject { ["phone_number"] = message.To.Id, ["send_time"] = Local(), ["report_time"] = Local(), ["success"] = true, ["err_code"] = "DELIVERED", ["err_msg"] = "用户接收成功", ["sms_size"] = "1", ["biz_id"] = message.Id, ["out_id"] = "" });
    }

    private string Local() => Now.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static SimHook Told(JsonObject item) => SimHook.Post(new JsonArray(item)) with { Query = "key=" + Hook };

    private static SimAnswer Says(string code, string message) => SimAnswer.Json(new JsonObject { ["Code"] = code, ["Message"] = message });
}
