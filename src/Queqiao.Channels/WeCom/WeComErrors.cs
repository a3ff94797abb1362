using Queqiao.Channels.Sending;

namespace Queqiao.Channels.WeCom;

/// <summary>Return codes that WeCom applications and WeCom customer service share.</summary>
internal static class WeComErrors
{
    public static ErrorTable Table() => new()
    {
        { ErrorClass.Retry, "企业微信系统繁忙，稍后重试", "WeCom is busy; it will be tried again", "-1" },
        { ErrorClass.Reauthorise, "access_token 无效或过期", "The access token is not valid", "40014", "42001", "41001" },
        { ErrorClass.Config, "Secret 或 CorpID 不正确", "The secret or the corp id is wrong", "40001", "40013", "41002", "41004" },
        { ErrorClass.Retry, "接口调用超过频率限制", "Too many calls; it will be tried again later", "45009", "45033" },
        { ErrorClass.Config, "服务器 IP 不在企业可信 IP 内", "The server's IP address is not trusted by the corporation", "60020" },
        { ErrorClass.Config, "应用没有接口权限", "The application may not use this interface", "48002", "301002", "50001", "60011", "81002" },
        { ErrorClass.Config, "应用已停用或不存在", "The application is disabled or does not exist", "50003", "40056" },
        { ErrorClass.Permanent, "没有有效的接收人", "There is no valid recipient", "81013", "60111", "40031", "84061" },
        { ErrorClass.Permanent, "参数或内容不被接受", "A parameter or the content was refused", "40058", "44004", "45002", "40008" },
        { ErrorClass.Permanent, "媒体文件无效或过期", "The media file is not valid any more", "40007", "40004", "40005", "40006", "45001" },
        { ErrorClass.Window, "48 小时内向此客户发送的条数已用完", "The number of messages per customer message is used up", "95001" },
        { ErrorClass.Window, "会话已超过 48 小时", "The session is older than 48 hours", "95002" },
        { ErrorClass.Config, "客服账号不存在", "The service account does not exist", "95004", "95000" },
        { ErrorClass.Window, "会话已结束", "The session has ended", "95013" },
        { ErrorClass.Config, "会话状态不允许由接口发送；请在企业微信后台改为由 API 管理", "The session's state does not allow sending by API; let the API manage the account", "95016", "95017", "95018" },
        { ErrorClass.Permanent, "发送码无效或已过期（20 秒）", "The one-time code is not valid any more (20 seconds)", "95011", "95012" },
    };
}
