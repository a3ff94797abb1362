using Queqiao.Channels.Signing;

namespace Queqiao.Channels.Sms;

/// <summary>For providers that sign nothing: a secret in the address (?key=…), which is all there is besides a list of IP addresses.</summary>
internal static class HookSecret
{
    public static readonly SettingField Field = new("hookSecret", new("回调地址密钥", "Secret in the webhook's address"), SettingType.Secret)
    {
        Required = true, Help = new("平台不签名：回调地址末尾加 ?key=此值，并在网关限制来源 IP。", "The provider signs nothing: put ?key=THIS behind the address, and restrict the IP addresses at the proxy."),
    };

    public static Refusal? Check(WebhookDelivery delivery, ChannelSettings settings) => !settings.Has("hookSecret") ? Refusal.NotConfigured
        : !delivery.Query.Has("key") ? Refusal.Unsigned
        : Signature.Same(settings["hookSecret"], delivery.Query["key"]) ? null : Refusal.BadSignature;
}
