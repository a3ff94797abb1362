using System.Text.RegularExpressions;
using Queqiao.Text.Folding;

namespace Queqiao.Text.HandingOver;

/// <summary>
/// Hears that a customer has had enough: insults, threats to complain in public, shouting. Patterns only, and rather too few than too many:
/// who is merely unhappy about a parcel gets an answer first. For any number of threads.
/// </summary>
public static partial class Anger
{
    private const int MostLetters = 600;

    /// <summary>Whether the customer is angry.</summary>
    public static bool IsIn(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostLetters)
            text = text[..MostLetters];
        var folded = TextFolding.Fold(text);
        var compact = Gaps().Replace(folded, "");
        if (Calm().IsMatch(folded) || Calm().IsMatch(compact))
            return false;
        return ZhInsult().IsMatch(compact) || ZhThreat().IsMatch(compact) || ZhFedUp().IsMatch(compact) || EnInsult().IsMatch(folded) || EnThreat().IsMatch(folded) || IsShouted(text);
    }

    /// <summary>Several words in capitals and a mark behind them; or three marks in a row behind words of trouble.</summary>
    private static bool IsShouted(string text)
    {
        var letters = text.Count(char.IsAsciiLetter);
        return (letters >= 12 && text.Count(char.IsAsciiLetterUpper) >= letters * 0.9 && text.Contains('!', StringComparison.Ordinal) && text.Contains(' ', StringComparison.Ordinal))
            || (Marks().IsMatch(text) && Trouble().IsMatch(text));
    }

    [GeneratedRegex(@"[\s\p{P}\p{S}]+")]
    private static partial Regex Gaps();

    [GeneratedRegex("(骗子|骗人|骗钱|诈骗)(公司|平台|店|商家|团伙)?|(垃圾|破|黑心|无良|辣鸡|狗屁|烂)(公司|平台|店|商家|客服|服务|玩意|东西|产品|售后|质量|系统|网站|快递)|(你们|你|客服|机器人|简直|就是)(是不是|真|真的|都|全|太|就)?(是)?(有病|傻|智障|弱智|脑残|白痴|废物|垃圾|混蛋|王八|畜生|猪)|(他妈|tmd|尼玛|你妈|妈的|操你|卧槽|我靠你|草泥马|去死|滚蛋|滚犊子|傻逼|傻x|sb吧|煞笔)|^(滚|呸)+$|坑爹|坑人|不要脸|太不要脸|耍我|耍人|糊弄人|糊弄我|忽悠我|当我(是)?(傻|猴)")]
    private static partial Regex ZhInsult();

    [GeneratedRegex("(我要|我会|要|马上|准备|必须|去|这就|直接|等着)(打)?(投诉|举报|曝光|起诉|告)(你|他|到|给|去|12315|12345|工商|消协|消费者|媒体|平台|了)|12315|12345投诉|(找|打给|打|联系)(消协|工商|工商局|市监局|市场监管|消费者协会|记者|媒体|律师)|法庭见|法院见|律师函|(发|挂|曝光)(到)?(微博|抖音|小红书|网上|朋友圈)|我要投诉|投诉你们|举报你们")]
    private static partial Regex ZhThreat();

    [GeneratedRegex("(气死|气炸|气疯|烦死|恶心死|无语死|急死)(我|人)?了?|忍无可忍|受够了|(太|真|实在|简直|非常|特别|很)(是)?(气人|过分|离谱|恶心|生气|愤怒|恼火|火大|差劲|失望透顶)|欺人太甚|岂有此理|没完没了的?(敷衍|推|拖)|(第|都|已经)?[三四五六七八九十\\d]+(次|遍|回)了还|(说|问|打|催)了(多少|几百|无数|八百|n)(次|遍|回)|再也不(买|来|用|信)|(什么|啥)(破|鬼|狗屁|垃圾)")]
    private static partial Regex ZhFedUp();

    [GeneratedRegex(@"\b(fuck\w*|shit\w*|bullshit|bastards?|idiots?|morons?|scam(mers?)?|crooks?|thieves|liars?|damn (you|it|company|thing)|screw you|piss(ed)? off|go to hell)\b|\b(worst|terrible|horrible|pathetic|disgusting|appalling|useless|garbage|trash) (company|service|support|shop|store|bot|website|experience|people)\b|\bripp(ed|ing)? (me |us )?off\b")]
    private static partial Regex EnInsult();

    [GeneratedRegex(@"\b(lawyer|sue you|suing|small claims|trading standards|better business bureau|bbb|chargeback|report (you|this) to|file a complaint|complain(ing)? (about|to)|post(ing)? (this|it) on (twitter|facebook|x|reddit|trustpilot))\b|\b(i am|i'm|im|this is|that is|that's) (so |really |absolutely |extremely |beyond )?(furious|outraged|outrageous|livid|angry|fed up|sick (and tired )?of|unacceptable|ridiculous|disgraceful|a joke|infuriating)\b|\bhow many times (do|must|have)\b|\bfor the (third|fourth|fifth|tenth|hundredth|\d+th) time\b|\bnever (buying|shopping|ordering) (here|from you)\b")]
    private static partial Regex EnThreat();

    /// <summary>Words of anger in a question about something else.</summary>
    [GeneratedRegex("(怎么|如何|哪里|在哪|想问|请问|可以)[^了]{0,6}(投诉|举报)(商家|卖家|快递|骑手|骗子)?(吗|呢|啊)?$|(被|遇到|碰到|防|小心|谨防|疑似|是不是|冒充)[^你]{0,4}(骗子|诈骗|骗人|骗了|骗钱)|(垃圾|破)(桶|袋|分类|壁机|洞|了个)|不生气|没生气|别生气|how (do|can) i (report|complain|file)|is (this|it|that) a scam|scam (call|message|email|text|sms)|(report|about) a (scam|phishing)|trash (can|bag|bin)|garbage (can|bag|bin|disposal)")]
    private static partial Regex Calm();

    [GeneratedRegex(@"[!！]{3,}|[?？]{4,}")]
    private static partial Regex Marks();

    [GeneratedRegex("还没|还不|没有?人|不回|不理|多久|到底|退钱|退款|怎么回事|差|烂|坏|骗|投诉|still|where is|answer|refund|broken|nobody|no one|waiting", RegexOptions.IgnoreCase)]
    private static partial Regex Trouble();
}
