using Queqiao.Channels.Sending;

namespace Queqiao.Channels.WeChat;

/// <summary>Return codes that official accounts and mini programs share.</summary>
internal static class WeChatErrors
{
    public static ErrorTable Table() => new()
    {
        { ErrorClass.Retry, "微信系统繁忙，稍后重试", "WeChat is busy; it will be tried again", "-1" },
        { ErrorClass.Reauthorise, "access_token 无效或过期；AppSecret 可能已被重置", "The access token is not valid; the app secret may have been reset", "40001", "40014", "42001", "41001" },
        { ErrorClass.Retry, "调用次数超过限额，稍后重试", "The quota of calls is used up; it will be tried again later", "45009", "45011", "45008" },
        { ErrorClass.Window, "超过 48 小时未互动，不能再发客服消息", "More than 48 hours since the customer wrote: no more messages", "45015" },
        { ErrorClass.Window, "客服消息条数用完，等用户再次发言", "The allowance of messages is used up until the customer writes again", "45047" },
        { ErrorClass.Permanent, "OpenID 不属于此账号", "The OpenID does not belong to this account", "40003" },
        { ErrorClass.Permanent, "用户未关注", "The customer does not follow the account", "43004", "50005" },
        { ErrorClass.Permanent, "用户未订阅或拒收此类消息", "The customer has not opted in to this message", "43101", "43107" },
        { ErrorClass.Config, "接口无权限，请在公众平台开通", "The account may not use this interface; enable it in WeChat's console", "48001", "48004" },
        { ErrorClass.Config, "服务器 IP 不在白名单", "The server's IP address is not on the allow-list", "40164", "61004" },
        { ErrorClass.Config, "AppID 或 AppSecret 不正确", "The AppID or the app secret is wrong", "40013", "40125", "41002", "41004", "40243" },
        { ErrorClass.Config, "第三方平台授权已失效", "The authorisation of the third-party platform is gone", "61023", "61003", "61007" },
        { ErrorClass.Permanent, "媒体文件无效或过期", "The media file is not valid any more", "40007", "40004", "40005", "40006", "40009", "45001" },
        { ErrorClass.Permanent, "内容为空、超长或违规", "The content is empty, too long or not allowed", "44004", "45002", "87009", "87014" },
        { ErrorClass.Permanent, "模板不存在或参数不符", "The template does not exist or the values do not fit", "40037", "47003", "41030", "43105" },
        { ErrorClass.Retry, "当日模板消息已达上限", "Today's number of template messages is reached", "45065" },
    };
}
