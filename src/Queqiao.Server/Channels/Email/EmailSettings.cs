using System.Globalization;
using Queqiao.Channels;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Wire;

namespace Queqiao.Server.Channels.Email;

/// <summary>A mailbox as an administrator set it up.</summary>
internal sealed class EmailSettings(ChannelSettings settings)
{
    public const string Address = "address";
    public const string FromName = "fromName";
    public const string Signature = "signature";
    public const string ImapHost = "imapHost";
    public const string ImapPort = "imapPort";
    public const string ImapSecurity = "imapSecurity";
    public const string ImapFolder = "imapFolder";
    public const string SmtpHost = "smtpHost";
    public const string SmtpPort = "smtpPort";
    public const string SmtpSecurity = "smtpSecurity";
    public const string User = "user";
    public const string Password = "password";
    public const string SmtpUser = "smtpUser";
    public const string SmtpPassword = "smtpPassword";
    public const string Trusted = "trustedServers";
    public const string PlusAddress = "plusAddress";
    public const string Acknowledge = "acknowledge";
    public const string AcknowledgeText = "acknowledgeText";
    public const string Since = "sinceDays";
    public const string OAuthClient = "oauthClientId";
    public const string OAuthSecret = "oauthClientSecret";
    public const string OAuthRefresh = "oauthRefreshToken";
    public const string OAuthUrl = "oauthTokenUrl";
    public const string SentCopies = "sentFolder";
    public const string ReceiveFor = "receiveFor";

    private const string Tls = "tls";
    private const string StartTls = "starttls";

    private static readonly string[] Securities = [Tls, StartTls, "none"];

    public static readonly SettingField[] Fields =
    [
        new(Address, new("邮箱地址", "Address of the mailbox")) { Required = true, Help = new("客户写信到这个地址，回信也从这里发出。", "Customers write to it, and answers come from it.") },
        new(FromName, new("发件人名称", "Name of the sender")) { Help = new("客户看到的名称，如“鹊桥优选客服”。", "What customers see, such as “Queqiao Support”.") },
        new(User, new("用户名", "User name")) { Help = new("留空即用邮箱地址。", "Leave empty for the address.") },
        new(Password, new("密码或授权码", "Password"), SettingType.Secret) { Help = new("QQ、163 等邮箱请填“授权码”，不是登录密码。Gmail 请用应用专用密码。", "For Gmail an app password; for QQ and 163 the authorisation code.") },
        new(ImapHost, new("收信服务器（IMAP）", "Incoming server (IMAP)")) { Help = new("如 imap.qq.com；只用转发收信时留空。", "Such as imap.gmail.com; empty when mail is forwarded to this server.") },
        new(ImapPort, new("收信端口", "Incoming port"), SettingType.Number) { Default = "993" },
        new(ImapSecurity, new("收信加密", "Incoming encryption"), SettingType.Choice) { Default = Tls, Choices = Securities },
        new(ImapFolder, new("文件夹", "Folder")) { Default = "INBOX" },
        new(ReceiveFor, new("直接接收的地址（SMTP）", "Addresses received directly (SMTP)")) { Help = new("服务器用 --smtp 监听时：这里的地址或 @域名 的邮件进入本渠道，多个用逗号分开，如 help@shop.example, @shop.example。", "When the server listens by --smtp: mail for these addresses or @domains comes here, with commas between, such as help@shop.example, @shop.example.") },
        new(Since, new("首次收取最近几天的邮件", "Days of mail to fetch at first"), SettingType.Number) { Default = "0", Help = new("0：只收设置好以后到的邮件。", "0: only mails that arrive from now on.") },
        new(SmtpHost, new("发信服务器（SMTP）", "Outgoing server (SMTP)")) { Help = new("如 smtp.qq.com。", "Such as smtp.gmail.com.") },
        new(SmtpPort, new("发信端口", "Outgoing port"), SettingType.Number) { Default = "465" },
        new(SmtpSecurity, new("发信加密", "Outgoing encryption"), SettingType.Choice) { Default = Tls, Choices = Securities },
        new(SmtpUser, new("发信用户名", "Outgoing user name")) { Help = new("与收信不同时填写。", "When it is another one.") },
        new(SmtpPassword, new("发信密码", "Outgoing password"), SettingType.Secret) { Help = new("与收信不同时填写。", "When it is another one.") },
        new(SentCopies, new("已发送文件夹", "Folder for sent mail")) { Help = new("填了文件夹名（如 Sent、已发送），每封回信在邮箱里留一份。Gmail、Microsoft 365 会自己保留，不用填。", "With a folder's name (such as Sent) a copy of each answer is kept in the mailbox. Gmail and Microsoft 365 keep one by themselves.") },
        new(OAuthClient, new("OAuth 客户端 ID", "OAuth client id")) { Help = new("邮箱不再接受密码时（如 Microsoft 365）填写；用 XOAUTH2 登录，令牌自动更新。", "For mailboxes that take no passwords any more, such as Microsoft 365: XOAUTH2, with tokens that are renewed.") },
        new(OAuthSecret, new("OAuth 客户端密钥", "OAuth client secret"), SettingType.Secret),
        new(OAuthRefresh, new("OAuth 刷新令牌", "OAuth refresh token"), SettingType.Secret),
        new(OAuthUrl, new("OAuth 令牌地址", "OAuth token address")) { Help = new("Gmail：https://oauth2.googleapis.com/token；Microsoft 365：https://login.microsoftonline.com/common/oauth2/v2.0/token", "Gmail: https://oauth2.googleapis.com/token; Microsoft 365: https://login.microsoftonline.com/common/oauth2/v2.0/token") },
        new(Signature, new("签名", "Signature"), SettingType.Multiline) { Help = new("放在每封回信的末尾。", "Below every answer.") },
        new(Trusted, new("可信的收信服务器", "Receiving servers that are trusted")) { Help = new("收信服务器写在 Authentication-Results 里的名字，多个用逗号分开。填了它，通过 DMARC 的发件人才算已验证；“测试”会列出最近邮件里出现的名字。", "Their names in Authentication-Results, with commas between. Only then does a sender who passes DMARC count as proven; the test lists the names in recent mails.") },
        new(PlusAddress, new("回信地址带编号（+）", "Numbered reply address (+)"), SettingType.Toggle) { Default = "false", Help = new("邮箱支持“名称+编号@域名”时打开：去掉了引用的回信也能找到原来的会话。", "When the mailbox takes name+number@domain: answers find their conversation even without headers.") },
        new(Acknowledge, new("收到新邮件后自动答复", "Acknowledge new mails"), SettingType.Toggle) { Default = "false", Help = new("每个地址每小时最多一次；从不回复自动邮件。", "At most once an hour for each address; never to mails that programs wrote.") },
        new(AcknowledgeText, new("自动答复的内容", "Text of the acknowledgement"), SettingType.Multiline),
    ];

    /// <summary>Signs in by tokens and not by a password.</summary>
    public bool UsesTokens => settings.Has(OAuthRefresh) && settings.Has(OAuthUrl);

    public string ClientId => settings[OAuthClient];

    public string ClientSecret => settings[OAuthSecret];

    public string RefreshToken => settings[OAuthRefresh];

    public string TokenUrl => settings[OAuthUrl];

    /// <summary>Null: no copies.</summary>
    public string? SentFolder => settings.Has(SentCopies) && settings.Has(ImapHost) ? settings[SentCopies] : null;

    public string Mailbox => settings[Address];

    public string? Name => settings.Has(FromName) ? settings[FromName] : null;

    public string SignatureText => settings[Signature];

    public string Folder => settings.Has(ImapFolder) ? settings[ImapFolder] : "INBOX";

    public int SinceDays => (int)Math.Clamp(settings.Number(Since) ?? 0, 0, 365);

    public bool HasPlusAddress => settings.IsOn(PlusAddress);

    public bool Acknowledges => settings.IsOn(Acknowledge) && settings.Has(AcknowledgeText);

    public string Acknowledgement => settings[AcknowledgeText];

    public IReadOnlyList<string> TrustedServers => settings[Trusted].Split([',', ' ', '，'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Addresses and <c>@domains</c>, in lower case.</summary>
    public static IEnumerable<string> AddressesIn(string list) => list.ToLowerInvariant().Split([',', ';', ' ', '，', '；'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool IsPlace(string text) => text.StartsWith('@') ? Uri.CheckHostName(text[1..]) == UriHostNameType.Dns : Queqiao.Mail.Smtp.SmtpAddress.IsOne(text);

    /// <summary>Null: mail is not fetched.</summary>
    public MailServer? Imap => ServerOf(ImapHost, ImapPort, 993, ImapSecurity);

    public MailServer? Smtp => ServerOf(SmtpHost, SmtpPort, 465, SmtpSecurity);

    public MailCredentials ImapLogin => new(settings.Has(User) ? settings[User] : Mailbox, settings[Password]);

    /// <summary>Null: the server takes mail without.</summary>
    public MailCredentials? SmtpLogin
    {
        get
        {
            var user = settings.Has(SmtpUser) ? settings[SmtpUser] : ImapLogin.User;
            var secret = settings.Has(SmtpPassword) ? settings[SmtpPassword] : settings[Password];
            return secret.Length == 0 ? null : new MailCredentials(user, secret);
        }
    }

    public static IEnumerable<(string Field, string Code)> Check(ChannelSettings settings)
    {
        var mail = new EmailSettings(settings);
        if (!Queqiao.Mail.Smtp.SmtpAddress.IsOne(mail.Mailbox))
            yield return (Address, "invalid_email");
        if (!AddressesIn(settings[ReceiveFor]).All(IsPlace))
            yield return (ReceiveFor, "invalid_email");
        foreach (var (host, port) in ((string, string)[])[(ImapHost, ImapPort), (SmtpHost, SmtpPort)])
        {
            if (settings.Has(host) && Uri.CheckHostName(settings[host]) == UriHostNameType.Unknown)
                yield return (host, "invalid_format");
            if (settings.Has(port) && settings.Number(port) is not (>= 1 and <= 65535))
                yield return (port, "invalid_number");
        }
        if (settings.Has(OAuthUrl) && !(Uri.TryCreate(settings[OAuthUrl], UriKind.Absolute, out var url) && url.Scheme is "https" or "http"))
            yield return (OAuthUrl, "invalid_format");
        if (settings.Has(OAuthUrl) != settings.Has(OAuthRefresh))
            yield return (settings.Has(OAuthUrl) ? OAuthRefresh : OAuthUrl, "required");
        if (settings.Has(ImapHost) && !settings.Has(Password) && !mail.UsesTokens)
            yield return (Password, "required");
    }

    private MailServer? ServerOf(string host, string port, int usual, string security) => settings.Has(host)
        ? new MailServer(settings[host], (int)(settings.Number(port) ?? usual), settings[security] switch { StartTls => MailSecurity.StartTls, "none" => MailSecurity.None, _ => MailSecurity.Tls }) { Patience = TimeSpan.FromSeconds(30) }
        : null;

    public MailAddress From => new(Mailbox, Name);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"mailbox settings");
}
