using System.Text.RegularExpressions;
using Queqiao.Text.Folding;

namespace Queqiao.Server.Bot.Thinking;

/// <summary>What is said beside questions.</summary>
internal enum ChatKind
{
    None,
    Hello,
    Thanks,
    Bye,
    Fine,
    WhoAreYou,
    Solved,
    NotSolved,
    Cancel,
    Yes,
    No,
    NoneOfThese,
}

/// <summary>Hears greetings, thanks and short answers: whole messages only, so that no question is taken for one.</summary>
internal static partial class Chat
{
    private const int MostLetters = 40;

    public static ChatKind Of(string text)
    {
        if (text.Length > MostLetters)
            return ChatKind.None;
        var said = Gaps().Replace(TextFolding.Fold(text), "");
        return said.Length == 0 ? ChatKind.None
            : Solved().IsMatch(said) ? ChatKind.Solved
            : NotSolved().IsMatch(said) ? ChatKind.NotSolved
            : Cancel().IsMatch(said) ? ChatKind.Cancel
            : NoneOfThese().IsMatch(said) ? ChatKind.NoneOfThese
            : Who().IsMatch(said) ? ChatKind.WhoAreYou
            : Hello().IsMatch(said) ? ChatKind.Hello
            : Bye().IsMatch(said) ? ChatKind.Bye
            : Thanks().IsMatch(said) ? ChatKind.Thanks
            : Yes().IsMatch(said) ? ChatKind.Yes
            : No().IsMatch(said) ? ChatKind.No
            : Fine().IsMatch(said) ? ChatKind.Fine
            : ChatKind.None;
    }

    [GeneratedRegex(@"[\s\p{P}\p{S}]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Gaps();

    [GeneratedRegex("^(你好|您好|start|开始咨询|hi|hello|hey|hithere|哈喽|哈啰|嗨|早|早上好|上午好|中午好|下午好|晚上好|goodmorning|goodafternoon|goodevening|在吗|在么|在不在|亲|亲在吗|你好在吗|您好在吗)(啊|呀|呢|哦)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hello();

    [GeneratedRegex("^(好的|好|嗯|哦|ok|行)?(谢谢|谢谢你|谢谢您|谢了|多谢|感谢|非常感谢|十分感谢|辛苦了|麻烦了|thx|thanks|thankyou|thankyouverymuch|thankssomuch|manythanks|3q|tks|ty|cheers)(啊|呀|哈|啦|了)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Thanks();

    [GeneratedRegex("^(再见|拜拜|拜|88|bye|byebye|goodbye|seeyou|没有了|没事了|没别的了|没有别的了|没有其他问题了|没问题了|thatsall|nothingelse|nothatsall)(啦|了|谢谢|thanks)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bye();

    [GeneratedRegex("^(好|好的|好吧|好滴|嗯|嗯嗯|哦|噢|知道了|明白|明白了|了解|了解了|收到|懂了|okay|gotit|isee|alright|understood|great|cool)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fine();

    [GeneratedRegex("^(请问)?(你|您)(到底)?是(谁|什么|机器人|人工智能|ai|真人|人|人类|人工|活人)(吗|么|呀|啊|嘛|还是机器人|还是真人|还是人)?$|^(你|您)(叫什么|叫啥|叫什么名字|是不是机器人|是不是真人|是不是人)$|^(are|r)(you|u)(a|an)?(bot|robot|human|ai|machine|realperson|person)$|^who(are|r)(you|u)$|^whatareyou$|^amitalkingtoa(bot|robot|human|person|realperson)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Who();

    [GeneratedRegex("^(问题)?(已经)?(解决了|搞定了|弄好了|解决啦|搞定|可以了|好了|已解决)(谢谢|谢谢你|谢谢您|多谢|thanks)?$|^(it)?(is)?(solved|fixed|resolved)(now)?(thanks|thankyou)?$|^(that|it)(helped|works|worked)(now)?(thanks|thankyou)?$|^problemsolved$|^thatansweredmyquestion$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Solved();

    [GeneratedRegex("^(还是|还|都|根本|这个|这|你|你说的|说的|这些|完全)?(没解决|没有解决|没用|没有用|没帮助|没有帮助|不管用|不行|不对|答非所问|不是我要的|不是我想问的|不是这个意思|不是这意思|没回答我的问题|没回答我|听不懂|看不懂|没听懂我的意思|文不对题|驴唇不对马嘴)(啊|呀|呢|吧)?$|^(that|this|it)(s|is|was|did|does)?(not|nt|dnt|didnt|doesnt|wasnt|isnt)(help|helpful|helping|work|working|right|correct|whatiasked|whatimean|whatimeant|answermyquestion|useful)(atall)?$|^(not|un)helpful$|^(still)?notsolved$|^wrong(answer)?$|^youdontunderstand(me)?$|^thatswrong$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotSolved();

    [GeneratedRegex("^(取消|算了|不用了|不办了|不弄了|先不弄了|不退了|不问了|停|退出|返回|cancel|nevermind|stop|forgetit|quit|exit)(吧|了)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Cancel();

    [GeneratedRegex("^(都不是|以上都不是|都不对|没有我要的|没有一个是|noneofthese|noneofthem|neither|noneoftheabove)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoneOfThese();

    [GeneratedRegex("^(是|是的|对|对的|确认|确定|没错|可以|行|好的确认|同意|要|嗯是的|yes|yeah|yep|yup|sure|confirm|confirmed|correct|ofcourse|please|ok|y)(吧|啊|呀)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Yes();

    [GeneratedRegex("^(不|不是|不对|否|不要|不行|不确认|先不|别|no|nope|nah|n|notnow)(了|吧|啊)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex No();
}
