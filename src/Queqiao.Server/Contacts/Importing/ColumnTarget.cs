using Queqiao.Server.CustomFields;

namespace Queqiao.Server.Contacts.Importing;

/// <summary>Where the cells of a column go, as one word: <c>name</c>, <c>email</c>, <c>field:level</c> … Stored and on the wire.</summary>
internal static class ColumnTarget
{
    public const string Ignore = "ignore";

    /// <summary>A contact's id of this workspace, as exports have it.</summary>
    public const string Id = "id";
    public const string Name = "name";
    public const string Tags = "tags";
    public const string ConsentAt = "consent_at";
    private const string FieldPrefix = "field:";
    private const string ConsentPrefix = "consent:";
    private const string IdentityPrefix = "identity:";

    /// <summary>Headings as people and other systems write them, folded; in both languages.</summary>
    private static readonly Dictionary<string, string> Headings = new(StringComparer.Ordinal);

    static ColumnTarget()
    {
        void Add(string target, string words)
        {
            foreach (var word in words.Split(' '))
                Headings.Add(word, target);
        }

        Add(Name, "姓名 名字 名称 客户姓名 客户名称 客户 联系人 联系人姓名 昵称 称呼 name fullname displayname contact contactname customer customername nickname");
        Add(IdentityPrefix + IdentityKinds.Email, "邮箱 电子邮箱 邮件 邮箱地址 电子邮件 邮件地址 email emails emailaddress mail mailaddress");
        Add(IdentityPrefix + IdentityKinds.Phone, "电话 手机 手机号 手机号码 电话号码 联系电话 联系方式 移动电话 phone phones phonenumber mobile mobilephone mobilenumber tel telephone cell cellphone");
        Add(IdentityPrefix + IdentityKinds.User, "用户id 用户编号 用户名 会员号 会员编号 会员id 账号 userid user uid username memberid accountid");
        Add(IdentityPrefix + "wechat", "微信 微信号 wechat weixin wechatid");
        Add(IdentityPrefix + "crm", "客户编号 客户id 外部编号 外部id crm编号 crmid crm externalid customerid contactid customernumber");
        Add(Id, "编号 id");
        Add(Tags, "标签 客户标签 分组 tag tags label labels group groups");
        Add(ConsentAt, "同意时间 授权时间 consentat consenttime consentdate optinat optindate");
        Add(ConsentPrefix + Purposes.Marketing, "营销同意 同意营销 营销授权 接受营销 marketing marketingconsent newsletter optin emailoptin acceptsmarketing");
        Add(ConsentPrefix + Purposes.Analytics, "画像同意 分析同意 analytics analyticsconsent");
        Add(ConsentPrefix + Purposes.ThirdParty, "第三方同意 thirdparty thirdpartyconsent");
        Add(ConsentPrefix + Purposes.CrossBorder, "出境同意 crossborder crossborderconsent");
    }

    public static string Field(string key) => FieldPrefix + key;

    public static string Identity(string kind) => IdentityPrefix + kind;

    public static string Consent(string purpose) => ConsentPrefix + purpose;

    public static string? FieldOf(string target) => After(target, FieldPrefix);

    public static string? PurposeOf(string target) => After(target, ConsentPrefix);

    /// <summary>The kind of identity; null for other targets.</summary>
    public static string? IdentityOf(string target) => After(target, IdentityPrefix);

    public static bool IsKnown(string target, FieldSet fields) =>
        target is Ignore or Id or Name or Tags or ConsentAt
        || (IdentityOf(target) is { } kind && IdentityKinds.IsKind(kind))
        || (PurposeOf(target) is { } purpose && Purposes.Optional.Contains(purpose))
        || (FieldOf(target) is { } key && fields.Find(key) is { Archived: false });

    /// <summary>May stand over several columns: a person may have two phone numbers.</summary>
    public static bool MayRepeat(string target) => target is Ignore or Tags || IdentityOf(target) is not null;

    /// <summary>What a column seems to hold, by its heading and, where that says nothing, by its first cells.</summary>
    public static string Guess(string heading, IReadOnlyList<string> samples, FieldSet fields)
    {
        var folded = Fold(heading);
        var values = samples.Where(sample => sample.Length > 0).ToList();
        if (fields.All.FirstOrDefault(field => !field.Archived && (Fold(field.Name) == folded || Fold(field.Key) == folded)) is { } field)
            return Field(field.Key);
        if (Headings.GetValueOrDefault(folded) is { } known)
            return known == Id && !(values.Count > 0 && values.All(value => Guid.TryParse(value, out _))) ? IdentityPrefix + "crm" : known;
        if (values.Count > 0 && values.All(Identifiers.IsEmail))
            return IdentityPrefix + IdentityKinds.Email;
        return values.Count > 0 && values.All(value => value.Length >= 11 && Identifiers.IsPhone(value)) ? IdentityPrefix + IdentityKinds.Phone : Ignore;
    }

    private static string? After(string target, string prefix) => target.StartsWith(prefix, StringComparison.Ordinal) ? target[prefix.Length..] : null;

    private static string Fold(string heading) => string.Concat(People.NameWords.Fold(heading).Where(char.IsLetterOrDigit));
}
