using Queqiao.Simulators.Messengers;
using Queqiao.Simulators.Meta;
using Queqiao.Simulators.Sms;
using Queqiao.Simulators.WeChat;
using Queqiao.Simulators.Workplaces;

namespace Queqiao.Simulators;

/// <summary>Every platform that can be played.</summary>
public static class SimulatorCatalogue
{
    private static readonly Dictionary<string, Func<TimeProvider, Simulator>> Makers = new(StringComparer.Ordinal)
    {
        ["wechat-official"] = clock => new WeChatAccountSimulator("wechat-official", clock),
        ["wechat-miniprogram"] = clock => new WeChatAccountSimulator("wechat-miniprogram", clock),
        ["wechat-kf"] = clock => new WeComSimulator("wechat-kf", clock),
        ["wecom"] = clock => new WeComSimulator("wecom", clock),
        ["dingtalk"] = clock => new DingTalkSimulator(clock),
        ["feishu"] = clock => new FeishuSimulator(clock),
        ["weibo"] = clock => new WeiboSimulator(clock),
        ["douyin"] = clock => new DouyinSimulator(clock),
        ["qq"] = clock => new QqSimulator(clock),
        ["whatsapp"] = clock => new WhatsAppSimulator(clock),
        ["messenger"] = clock => new PageSimulator("messenger", clock),
        ["instagram"] = clock => new PageSimulator("instagram", clock),
        ["telegram"] = clock => new TelegramSimulator(clock),
        ["line"] = clock => new LineSimulator(clock),
        ["viber"] = clock => new ViberSimulator(clock),
        ["slack"] = clock => new SlackSimulator(clock),
        ["discord"] = clock => new DiscordSimulator(clock),
        ["teams"] = clock => new TeamsSimulator(clock),
        ["twilio-sms"] = clock => new TwilioSimulator(clock),
        ["vonage-sms"] = clock => new VonageSimulator(clock),
        ["aliyun-sms"] = clock => new AliyunSimulator(clock),
        ["tencent-sms"] = clock => new TencentSimulator(clock),
        ["tiktok"] = clock => new TikTokSimulator(clock),
        ["zalo"] = clock => new ZaloSimulator(clock),
        ["kakao"] = clock => new KakaoSimulator(clock),
        ["x"] = clock => new XSimulator(clock),
    };

    public static IReadOnlyCollection<string> Kinds => Makers.Keys;

    /// <summary>A fresh account; null when there is no such platform.</summary>
    public static Simulator? Make(string kind, TimeProvider clock) => Makers.TryGetValue(kind, out var make) ? make(clock) : null;
}
