namespace Queqiao.Channels.Sending;

internal static class Failures
{
    public static readonly MediaOutcome ForeignHost = new MediaOutcome.NotFound(new Failure(ErrorClass.Permanent, "foreign_host", new("媒体地址不属于平台，不予下载", "The address is not the provider's; it is not fetched")));

    public static readonly MediaOutcome NoMedia = new MediaOutcome.NotFound(new Failure(ErrorClass.Permanent, "no_media", new("没有可下载的文件", "There is no file to fetch")));

    public static readonly SendOutcome NoWindow = SendOutcome.Failed(ErrorClass.Window, "window_closed", "没有可回复的消息，或回复凭据已过期", "There is no message to answer, or its reply token is no longer valid");
}
