using Queqiao.Channels;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;

namespace Queqiao.Server.Channels.Email;

/// <summary>What is wrong with a mail server, in words that say what to do.</summary>
internal static class MailTroubles
{
    /// <param name="side">imap or smtp.</param>
    public static Failure Of(string side, MailException trouble)
    {
        var (zh, en) = Words(trouble.Trouble);
        var name = side == "imap" ? new Words("收信（IMAP）：", "Incoming (IMAP): ") : new Words("发信（SMTP）：", "Outgoing (SMTP): ");
        return new Failure(ClassOf(trouble.Trouble), $"{side}_{CodeOf(trouble.Trouble)}", new Words(name.Zh + zh, name.En + en)) { Detail = trouble.Said };
    }

    public static Failure Of(SmtpFailure failure)
    {
        var (what, code, zh, en) = Verdict(failure.Verdict);
        return new Failure(what, "mail_" + code, new Words(zh, en)) { Detail = failure.Said };
    }

    /// <summary>What a code of ours means, when only the code was kept.</summary>
    public static Words InWords(string code)
    {
        var name = string.Concat(code[(code.IndexOf('_', StringComparison.Ordinal) + 1)..].Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        if (Enum.TryParse<MailTrouble>(name, out var trouble) && !code.StartsWith("mail_", StringComparison.Ordinal))
            return new Words(Words(trouble).Zh, Words(trouble).En);
        var known = Enum.GetValues<SmtpVerdict>().Select(Verdict).Where(one => "mail_" + one.Code == code).ToList();
        return known is [var (_, _, zh, en), ..] ? new Words(zh, en) : new Words(code, code);
    }

    private static (ErrorClass Class, string Code, string Zh, string En) Verdict(SmtpVerdict verdict) => verdict switch
    {
        SmtpVerdict.Later => (ErrorClass.Retry, "later", "对方服务器暂时不收，稍后再试", "The other server does not take it now; it is tried again"),
        SmtpVerdict.SlowDown => (ErrorClass.Retry, "slow_down", "发得太快，稍后再试", "Too many mails in too short a time; it is tried again"),
        SmtpVerdict.SignIn => (ErrorClass.Reauthorise, "sign_in", "发信服务器不接受用户名和密码", "The outgoing server does not accept user name and password"),
        SmtpVerdict.Policy => (ErrorClass.Permanent, "policy", "对方服务器按规则拒收", "The other server refuses it by a rule of its own"),
        SmtpVerdict.NoSuchAddress => (ErrorClass.Permanent, "no_such_address", "收件地址不存在", "There is no such address"),
        SmtpVerdict.TooLarge => (ErrorClass.Permanent, "too_large", "邮件太大，对方服务器不收", "The mail is too large for the server"),
        _ => (ErrorClass.Permanent, "refused", "对方服务器拒收", "The other server refuses it"),
    };

    public static string CodeOf(MailTrouble trouble) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(trouble.ToString());

    private static ErrorClass ClassOf(MailTrouble trouble) => trouble switch
    {
        MailTrouble.SignIn or MailTrouble.NoSignIn => ErrorClass.Reauthorise,
        MailTrouble.Lost or MailTrouble.Busy or MailTrouble.Unreachable => ErrorClass.Retry,
        _ => ErrorClass.Config,
    };

    public static (string Zh, string En) Words(MailTrouble trouble) => trouble switch
    {
        MailTrouble.Unreachable => ("连不上服务器。检查主机名和端口；内网地址须由系统管理员用 --outbound-allow 放行", "The server cannot be reached. Check host and port; a private address has to be allowed by --outbound-allow"),
        MailTrouble.Lost => ("服务器没有按时回答，或中途断开", "The server did not answer in time, or hung up"),
        MailTrouble.Tls => ("不能建立加密连接。多半是端口和加密方式不相配：993、465 用 TLS，143、587 用 STARTTLS", "No encrypted connection. Mostly port and encryption do not match: 993 and 465 are TLS, 143 and 587 STARTTLS"),
        MailTrouble.Certificate => ("服务器的证书无效，或不是这个主机名的", "The server's certificate is not valid, or not for this host"),
        MailTrouble.NoStartTls => ("服务器不提供 STARTTLS", "The server does not offer STARTTLS"),
        MailTrouble.Protocol => ("这个端口上不是这种邮件服务", "What answers on this port is another service"),
        MailTrouble.TooMuch => ("服务器发来的内容过长", "The server sends more than it may"),
        MailTrouble.SignIn => ("用户名或密码不对。很多邮箱要用授权码或应用专用密码", "User name or password is wrong. Many mailboxes want an app password"),
        MailTrouble.NoSignIn => ("服务器不接受用密码登录", "The server does not take passwords"),
        MailTrouble.Busy => ("服务器现在不接受连接，稍后再试", "The server does not take connections now; try later"),
        _ => ("服务器拒绝了：检查文件夹名和权限", "The server refuses: check the folder and the account's rights"),
    };
}
