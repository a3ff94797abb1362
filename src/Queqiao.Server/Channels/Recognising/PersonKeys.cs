using Queqiao.Server.Contacts;
using OutsidePerson = Queqiao.Channels.Person;

namespace Queqiao.Server.Channels.Recognising;

/// <summary>What a platform vouches for about a person, in the words in which people are recognised (docs/decisions/0090). Pure.</summary>
internal static class PersonKeys
{
    /// <summary>Further ids of a person by the platform's names of them. Each is the same wherever the firm meets the person.</summary>
    private static readonly Dictionary<string, string> Shared = new(StringComparer.Ordinal)
    {
        ["unionid"] = "wechat_unionid", ["union_id"] = "feishu_union_id", ["union_openid"] = "qq_unionid", ["aadObjectId"] = "aad",
    };

    public static IReadOnlyList<ClaimedIdentity> Of(string kind, OutsidePerson person)
    {
        var keys = new List<ClaimedIdentity>();
        if (person.Id.Length > 0 && Own(kind, person.Id) is { } own)
            keys.Add(own);
        foreach (var (name, value) in person.Also)
        {
            if (Shared.TryGetValue(name, out var key))
                keys.Add(new ClaimedIdentity(key, value));
            else if (kind == "api" && name is "email" or "phone") // the firm's own system, which signs
                keys.Add(new ClaimedIdentity(name, value));
        }
        return [.. keys.Where(key => Identifiers.Fault(key.Kind, key.Value) is null)];
    }

    private static ClaimedIdentity? Own(string kind, string id) => kind switch
    {
        "wechat-official" or "wechat-miniprogram" => new("wechat_openid", id),
        "whatsapp" when id.All(char.IsAsciiDigit) => new(IdentityKinds.Phone, "+" + id),
        // Anybody can write a sender into a text message.
        "twilio-sms" or "vonage-sms" or "aliyun-sms" or "tencent-sms" => new(IdentityKinds.Phone, id, Verified: false),
        "api" or "email" or "web" => null,
        _ => new(kind.Replace('-', '_') + "_id", id),
    };
}
