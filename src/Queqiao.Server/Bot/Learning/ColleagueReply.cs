using System.Text.RegularExpressions;
using Queqiao.Server.Conversations;

namespace Queqiao.Server.Bot.Learning;

/// <summary>What a colleague said about what the bot had been asked. Pure.</summary>
internal static partial class ColleagueReply
{
    private const int Least = 6;

    /// <summary>So little do two texts share that they do not say the same.</summary>
    private const double Other = 0.25;

    /// <summary>The first that answers: no greeting, no asking for patience, no question back. Null: nobody has.</summary>
    public static string? In(IEnumerable<BotHeard> said) =>
        said.Where(one => one.By == SenderKind.Agent).Select(one => one.Text.Trim()).FirstOrDefault(text => text.Length >= Least && !IsEmpty(text));

    /// <summary>
    /// Whether a colleague answered the same question otherwise than the bot had; null: nobody can say yet. Who asked something else in
    /// between was answered about that; who says that this was not the question did not.
    /// </summary>
    /// <param name="said">From the question on.</param>
    /// <param name="bot">Of the bot's answer.</param>
    public static bool? IsOther(IReadOnlyList<BotHeard> said, long bot)
    {
        if (said.FirstOrDefault(one => one.Seq == bot) is not { } answer || said is not [var asked, ..])
            return false;
        foreach (var one in said.Where(one => one.Seq > bot))
        {
            if (one.Bot?.Kind is BotSays.Answer or BotSays.Facts)
                return false;
            if (one.By == SenderKind.Contact && Heaps.Clean(one.Text) is { } text && !Complaint().IsMatch(text) && Heaps.Alike(text, asked.Text) < Other)
                return false;
            if (one.By == SenderKind.Agent && In([one]) is { } reply && Heaps.Alike(reply, answer.Text) is { } alike)
                return alike < Other;
        }
        return null;
    }

    private static bool IsEmpty(string text) => text[^1] is '?' or '？' || (text.Length < 60 && Opening().IsMatch(text));

    [GeneratedRegex("^(您好|你好|亲|hello|hi\\b|dear)[^。.!！?？]{0,12}[。.!！,，~～ ]*$|稍等|请等|马上(为|帮|给)|(帮|为|给)(您|你)(查|看|核实|确认|转)|很高兴(为|能)|有什么(可以|能)|我是(人工)?客服|one moment|bear with|hold on|let me (check|look|see)|please wait|how (can|may) i help|i('m| am) (here|happy) to help|just a (moment|second|minute)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Opening();

    /// <summary>About the answer: it asks for nothing else.</summary>
    [GeneratedRegex("不是(这|那)?个?意思|不是(我)?(在)?(想|要)?问|没(在)?问(你|您)?(这|那)|答非所问|牛头不对马嘴|(没|不)(听|看|搞|弄)?(懂|明白)我|理解错|(回答|答)(得|的)?(不对|错)|没(有)?(回答|答到)|^(不对|不是|没用|错了)(的|吧|啊|呀)?[。.!！,，~～ ]*$|(\\bnot|n['’]?t) (what i (asked|meant|mean|want|wanted)|(my|the) question)|\\bwrong answer|misunderst(ood|and)|(doesn['’]?t|didn['’]?t|does not|did not) (answer|help|understand)|^(no|nope|wrong|not helpful)[.! ]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Complaint();
}
