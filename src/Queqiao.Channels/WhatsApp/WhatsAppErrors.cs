using Queqiao.Channels.Sending;

namespace Queqiao.Channels.WhatsApp;

internal static class WhatsAppErrors
{
    public static ErrorTable Table() => new()
    {
        { ErrorClass.Reauthorise, "访问令牌无效或过期", "The access token is not valid any more", "0", "190" },
        { ErrorClass.Config, "访问令牌缺少权限", "The access token lacks a permission", "3", "10", "200-299" },
        { ErrorClass.Retry, "发送过快，稍后重试", "Too fast; it will be tried again", "4", "80007", "130429", "131056" },
        { ErrorClass.Retry, "因垃圾信息举报被限速", "Slowed down because messages were reported as spam", "131048" },
        { ErrorClass.Retry, "WhatsApp 暂时不可用", "WhatsApp is not available for the moment", "2", "131000", "131016", "133004", "131057" },
        { ErrorClass.Window, "超过 24 小时，请使用模板消息", "More than 24 hours since the customer wrote: use a template", "131047" },
        { ErrorClass.Permanent, "对方无法接收（未注册、版本过旧或未同意条款）", "The recipient cannot receive it (not on WhatsApp, old version, or terms not accepted)", "131026", "131030" },
        { ErrorClass.Permanent, "号码属于实验组，WhatsApp 不投递", "The number is part of an experiment; WhatsApp does not deliver", "130472" },
        { ErrorClass.Permanent, "为维护健康的生态未投递", "Not delivered, to keep engagement healthy", "131049", "131050" },
        { ErrorClass.Permanent, "消息类型或参数不被支持", "The kind of message or a parameter is not supported", "131051", "131008", "131009", "131021", "100", "33" },
        { ErrorClass.Permanent, "模板不存在、未通过或参数不符", "The template does not exist, is not approved, or its values do not fit", "132*" },
        { ErrorClass.Permanent, "证书错误", "There is a problem with the certificate", "131045" },
        { ErrorClass.Config, "账号被限制或锁定", "The account is restricted or locked", "131031", "368", "130497", "131042", "131044" },
        { ErrorClass.Permanent, "媒体文件无法下载或上传", "The media file could not be fetched or uploaded", "131052", "131053" },
        { ErrorClass.Config, "号码未注册到 Cloud API", "The phone number is not registered with the Cloud API", "133010", "133000-133009" },
    };
}
