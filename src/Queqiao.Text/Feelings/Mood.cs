using System.Text.RegularExpressions;
using Queqiao.Text.Folding;
using Queqiao.Text.HandingOver;

namespace Queqiao.Text.Feelings;

/// <summary>How a message sounds.</summary>
public enum MoodKind
{
    /// <summary>Unhappy.</summary>
    Negative = -1,

    /// <summary>Neither, or both alike.</summary>
    Neutral = 0,

    /// <summary>Glad.</summary>
    Positive = 1,
}

/// <summary>
/// How customers' messages sound, by words of our own that are unhappy or glad, with denials heard ("不好用", "not happy", "没有问题"). A plain
/// question is neutral however bad the thing is that it asks about: "怎么投诉卖家" is a question. For counting over many messages; not to judge one person by.
/// </summary>
public static partial class Mood
{
    private const int MostLetters = 2_000;

    /// <summary>How a message sounds.</summary>
    public static MoodKind Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MostLetters)
            text = text[..MostLetters];
        if (Anger.IsIn(text))
            return MoodKind.Negative;
        var folded = TextFolding.Fold(text);
        var plain = Neutral().Replace(folded, " ");
        var worth = 0;
        foreach (Match found in Bad().Matches(plain))
            worth -= Denied(plain, found.Index) ? -1 : 1;
        foreach (Match found in Good().Matches(plain))
            worth += Denied(plain, found.Index) ? -1 : 1;
        return worth < 0 ? MoodKind.Negative : worth > 0 ? MoodKind.Positive : MoodKind.Neutral;
    }

    /// <summary>Whether what stands right before a word turns it around.</summary>
    private static bool Denied(string text, int at) => Denial().IsMatch(text[Math.Max(0, at - 14)..at]);

    [GeneratedRegex(@"(不|没|没有|没那么|并不|不是很|不太|不怎么|别|未)(是|太|很|怎么|那么|觉得|感到|能|会)?$|\b(not|isn'?t|wasn'?t|never|no|don'?t|doesn'?t|didn'?t|hardly|without|can'?t|cannot)( (very|so|really|at all|that|any|a|been|feel|find it|look))?\s*$")]
    private static partial Regex Denial();

    /// <summary>What only sounds like a feeling.</summary>
    [GeneratedRegex("质量问题|售后问题|常见问题|有问题(可以|请)|请问|好评(返现|怎么|在哪)|(怎么|如何|在哪|哪里)(写|发|给)?(差评|好评|投诉)|坏果包赔|坏了包换|满意度|不好意思|你好|您好|好的|好吗|好像|最好|好几|good (morning|afternoon|evening)|how bad|thank you in advance|thanks in advance|best before|pretty (much|soon)|like (this|that|to)|would like|well as")]
    private static partial Regex Neutral();

    [GeneratedRegex("失望|生气|气人|着急|急死|烦|麻烦死|无语|离谱|敷衍|推卸|踢皮球|态度(很|太|非常|真|这么|特别)?(差|恶劣|不好|冷淡)|太(慢|差|贵|坑|难用|过分|烂|吵|薄|久)|(真|好|很|非常|特别|这么)(慢|差|难用|坑|烂|吵|失望|糟|臭|糟糕|劣质|垃圾)|差评|劣质|假货|次品|破损|(又|还是|都|一直|总是|老是)(坏|不行|没到|没收到|没人|不理|不回|失败|卡|漏|断|掉线|没动静|没发货|不发货|没解决)|(坏|漏|裂|碎|脏|发霉|掉色|起球|变形|不能用|没法用|用不了|没人管|不理人|没人回|没人理|不负责|不靠谱|受骗|被骗|上当|后悔|投诉)(了|的)?|等了(好|很|这么|两|三|四|五|几|一)|拖(了|着)|不满|难受|恶心|糟|不耐烦|不开心|不高兴|心累|崩溃|浪费时间|"
        + @"\b(disappoint\w*|upset|annoy\w*|frustrat\w*|unhappy|terrible|awful|horrible|worst|poor|bad|broken|damaged|faulty|defective|useless|rude|slow|late|missing|unacceptable|ridiculous|waste|wasted|angry|worried|tired of|stuck|fail(s|ed|ing)?|refus(e|ed|es)|ignored|leak(s|ing|ed)?|scratched|cracked|torn|still (waiting|no|not|nothing|haven'?t|hasn'?t)|nobody|no (one|answer|reply|response)|overcharged|charged twice|wrong (item|size|colou?r|parcel|address|order))\b")]
    private static partial Regex Bad();

    [GeneratedRegex("谢谢|感谢|多谢|满意|喜欢|太好了|真好|很好|不错|挺好|好用|给力|点赞|赞|好评|棒|开心|高兴|完美|惊喜|贴心|耐心|专业|靠谱|超值|值得|方便|舒服|漂亮|(很|非常|挺|真|特别)(快|及时|暖|香|软|合身|好看|划算)|解决了|辛苦|推荐给|再来|还会买|回购|"
        + @"\b(thank\w*|great|excellent|perfect|love[sd]?|lovely|happy|pleased|awesome|amazing|brilliant|wonderful|fantastic|helpful|good|nice|best|fast|quick|recommend\w*|appreciate\w*|works (well|now|fine|great)|well done|satisfied|glad|cheers|comfortable|beautiful)\b")]
    private static partial Regex Good();
}
