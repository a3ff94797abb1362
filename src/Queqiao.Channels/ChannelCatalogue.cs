namespace Queqiao.Channels;

/// <summary>The adapters of this library. They keep nothing, so one of each serves all accounts.</summary>
public static class ChannelCatalogue
{
    public static IReadOnlyList<IChannelAdapter> All { get; } =
    [
        new WeChatOfficial.WeChatOfficialAdapter(),
        new WeChatMiniProgram.WeChatMiniProgramAdapter(),
        new WeChatKf.WeChatKfAdapter(),
        new WeCom.WeComAdapter(),
        new WhatsApp.WhatsAppAdapter(),
        new Messenger.MessengerAdapter(),
        new Instagram.InstagramAdapter(),
        new Telegram.TelegramAdapter(),
        new Line.LineAdapter(),
        new DingTalk.DingTalkAdapter(),
        new Feishu.FeishuAdapter(),
        new Slack.SlackAdapter(),
        new Discord.DiscordAdapter(),
        new Teams.TeamsAdapter(),
        new Viber.ViberAdapter(),
        new Weibo.WeiboAdapter(),
        new Douyin.DouyinAdapter(),
        new Qq.QqAdapter(),
        new TwilioSms.TwilioSmsAdapter(),
        new AliyunSms.AliyunSmsAdapter(),
        new TencentSms.TencentSmsAdapter(),
        new VonageSms.VonageSmsAdapter(),
        new Zalo.ZaloAdapter(),
        new Kakao.KakaoAdapter(),
        new TikTok.TikTokAdapter(),
        new X.XAdapter(),
        new Api.ApiAdapter(),
    ];

    private static readonly Dictionary<string, IChannelAdapter> ByKind = All.ToDictionary(adapter => adapter.Descriptor.Kind, StringComparer.Ordinal);

    public static IChannelAdapter? Find(string kind) => ByKind.GetValueOrDefault(kind);
}
