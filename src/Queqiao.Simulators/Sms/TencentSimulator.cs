using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Queqiao.Simulators.Sms;

/// <summary>SMS by Tencent Cloud: approved templates only; requests signed with TC3-HMAC-SHA256.</summary>
public sealed class TencentSimulator(TimeProvider clock) : Simulator("tencent-sms", clock)
{
    private const string Id = "AKIDsimulated";
    private const string Secret = "tencent-secret-key";
    private const string Hook = "tencent-hook-42";

    public override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string> { ["secretId"] = Id, ["secretKey"] = Secret, ["sdkAppId"] = "1400006666", ["signName"] = "鹊桥优选", ["hookSecret"] = Hook };

    protected override string NewPersonId(string name) => "+86139" + Digits("tencent" + name, 8);

    protected override SimAnswer Denied() => Error("AuthFailure.SignatureFailure", "签名错误");

    protected override SimAnswer TooMany() => Error("RequestLimitExceeded", "请求频率超限");

    protected override SimAnswer On(SimRequest request)
    {
        if (!IsSigned(request))
            return Denied();
        if (request.Header("X-TC-Action") != "SendSms")
            return Ok(new JsonObject { ["DescribeSignListStatusSet"] = new JsonArray() });
        if ((string?)request.Json["SmsSdkAppId"] != "1400006666" || (string?)request.Json["SignName"] != "鹊桥优选")
            return Status("FailedOperation.SignatureIncorrectOrUnapproved", "签名未审批", null);
        if (Find((string?)request.Json["PhoneNumberSet"]?[0] ?? "") is not { } person)
            return Status("FailedOperation.PhoneNumberInBlacklist", "号码不可用", null);
        return Status("Ok", "send success", Take(person, "template", $"{(string?)request.Json["TemplateId"]} {request.Json["TemplateParamSet"]?.ToJsonString(Sign.Plain)}", request.Json).Id);
    }

    private static bool IsSigned(SimRequest request)
    {
        static byte[] Next(byte[] key, string message) => HMACSHA256.HashData(key, Sign.Bytes(message));
        if (!long.TryParse(request.Header("X-TC-Timestamp"), NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            return false;
        var scope = DateTimeOffset.FromUnixTimeSeconds(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + "/sms/tc3_request";
        var canonical = $"POST\n/\n\ncontent-type:{request.Header("Content-Type")}\nhost:{request.Header("Host")}\n\ncontent-type;host\n{Sign.Hex(SHA256.HashData(request.Body))}";
        var key = Next(Next(Next(Sign.Bytes("TC3" + Secret), scope[..10]), "sms"), "tc3_request");
        return request.Header("Authorization") == $"TC3-HMAC-SHA256 Credential={Id}/{scope}, SignedHeaders=content-type;host, Signature={Sign.Hex(Next(key, $"TC3-HMAC-SHA256\n{at}\n{scope}\n{Sign.Hex(Sign.Sha256(canonical))}"))}";
    }

    protected override SimHook Text(SimPerson person, string text) => SimHook.Post(new JsonObject
    {
        ["extend"] = "01", ["mobile"] = person.Id[3..], ["nationcode"] = "86", ["sign"] = "鹊桥优选", ["text"] = text, ["time"] = NextNumber() / 1000,
    }) with { Query = "key=" + Hook };

    public override SimHook? Receipt(SimMessage message, SimReceipt what)
    {
        ArgumentNullException.ThrowIfNull(message);
        return what == SimReceipt.Read ? null : SimHook.Post(new JsonArray(new JsonObject
        {
            ["user_receive_time"] = Now.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), ["nationcode"] = "86", ["mobile"] = message.To.Id[3..], ["report_status"] = "SUCCESS", ["errmsg"] = "DELIVRD", ["description"] = "用户短信送达成功", ["sid"] = message.Id,
        })) with { Query = "key=" + Hook };
    }

    private static SimAnswer Ok(JsonObject response)
    {
        response["RequestId"] = "r";
        return SimAnswer.Json(new JsonObject { ["Response"] = response });
    }

    private static SimAnswer Error(string code, string message) => Ok(new JsonObject { ["Error"] = new JsonObject { ["Code"] = code, ["Message"] = message } });

    private static SimAnswer Status(string code, string message, string? id) => Ok(new JsonObject { ["SendStatusSet"] = new JsonArray(new JsonObject { ["SerialNo"] = id ?? "", ["PhoneNumber"] = "", ["Fee"] = 1, ["SessionContext"] = "", ["Code"] = code, ["Message"] = message }) });
}
