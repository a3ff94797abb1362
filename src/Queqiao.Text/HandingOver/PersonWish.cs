using System.Numerics.Tensors;
using System.Reflection;
using System.Text.RegularExpressions;
using Queqiao.Text.Features;
using Queqiao.Text.Folding;
using Queqiao.Text.Learning;
using Queqiao.Text.Retrieving;
using Queqiao.Text.Sentences;

namespace Queqiao.Text.HandingOver;

/// <summary>
/// Hears when a customer wants a person: 转人工 in any wording, in Chinese and English. Patterns say what they see, a linear model learnt on our own
/// lists weighs it together with the characters. For any number of threads.
/// </summary>
public sealed partial class PersonWish
{
    /// <summary>Written one after another, each by somebody who did not know the detector learnt from the ones before.</summary>
    internal static readonly string[] Lists = ["", "-harder", "-more"];

    private static readonly Lazy<PersonWish> Learnt = new(() => Train([.. Lists.SelectMany(list => Lines("asks" + list))], [.. Lists.SelectMany(list => Lines("looks-alike" + list))]));

    /// <summary>Learnt on all lists, when first asked.</summary>
    public static PersonWish Standard => Learnt.Value;

    /// <summary>From this probability on it is a wish: rather one hand-over too many than a customer who is not heard.</summary>
    public const double Enough = 0.45;

    private const double Plain = 0.75;

    // At the worth of the other features 3 in 1,000 more of what only looks like a wish is taken for one.
    private const float WorthOfSense = 0.6f;
    private const int MostLetters = 400;
    private readonly Dictionary<ulong, int> _ids;
    private readonly Softmax _model;

    private PersonWish(Dictionary<ulong, int> ids, Softmax model)
    {
        _ids = ids;
        _model = model;
    }

    /// <summary>Whether the customer wants a person.</summary>
    public bool IsIn(string text) => Probability(text) >= Enough;

    /// <summary>How likely it is that the customer wants a person: the most of the whole text and of its clauses.</summary>
    public double Probability(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = TextFolding.Fold(text.Length > MostLetters ? text[^MostLetters..] : text);
        var most = One(folded);
        if (Refusal().IsMatch(Compact(folded)) || Refusal().IsMatch(folded))
            return most;
        foreach (var clause in Clauses().Split(folded))
        {
            if (clause.Length > 0 && clause.Length < folded.Length)
                most = Math.Max(most, One(clause));
        }
        return most;
    }

    internal static string[] Lines(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"Queqiao.Text.HandingOver.{name}.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    internal static PersonWish Train(IReadOnlyList<string> asks, IReadOnlyList<string> others)
    {
        var ordinary = Lines("ordinary");
        var texts = new List<(string Text, int Label)>();
        texts.AddRange(asks.Select(ask => (ask, 1)));
        // A wish often stands behind what it is about.
        texts.AddRange(asks.Where((ask, i) => ask.Length <= 12 && i % 3 == 0).Select((ask, i) => (ordinary[i * 7 % ordinary.Length] + "，" + ask, 1)));
        texts.AddRange(others.Select(other => (other, 0)));
        texts.AddRange(ordinary.Select(text => (text, 0)));
        texts.AddRange(SmallTalk.Texts.Select(text => (text, 0)));
        var ids = new Dictionary<ulong, int>();
        var folded = texts.ConvertAll(one => TextFolding.Fold(one.Text));
        var read = folded.ConvertAll(Features);
        foreach (var feature in read.SelectMany(features => features).CountBy(feature => feature).Where(feature => feature.Value > 1))
            ids.Add(feature.Key, ids.Count);
        SparseVector[] rows = [.. read.Select((features, i) => Vector(features, ids, folded[i]))];
        var model = Softmax.Train(rows, [.. texts.Select(one => one.Label)], 2, ids.Count + SentenceEncoder.Width, new SoftmaxOptions(Epochs: 60, Rate: 1, Decay: 1e-5f));
        return new PersonWish(ids, model);
    }

    private double One(string folded)
    {
        Span<float> logits = stackalloc float[2];
        var features = Features(folded);
        if (features.Count == 0)
            return 0;
        _model.Score(Vector(features, _ids, folded), logits);
        var likely = 1 / (1 + Math.Exp(logits[0] - logits[1]));
        return likely < Plain && IsPlain(folded) ? Plain : likely;
    }

    /// <summary>A wish in so many words, at the end of what is said, and nothing that speaks against it.</summary>
    private static bool IsPlain(string folded)
    {
        var compact = Compact(folded);
        return (ZhPlain().IsMatch(compact) || EnPlain().IsMatch(folded)) && !Refusal().IsMatch(compact) && !Refusal().IsMatch(folded)
            && !ZhAbout().IsMatch(compact) && !ZhOther().IsMatch(compact) && !EnAbout().IsMatch(folded);
    }

    /// <summary>The features, together of length one, and behind them what the text is about.</summary>
    private static SparseVector Vector(List<ulong> features, Dictionary<ulong, int> ids, string folded)
    {
        var found = features.Where(ids.ContainsKey).Select(feature => ids[feature]).Distinct().Order().ToArray();
        var worth = found.Length == 0 ? 0 : 1 / MathF.Sqrt(found.Length);
        var sense = new float[SentenceEncoder.Width];
        SentenceEncoder.Standard.Encode(folded, sense);
        TensorPrimitives.Multiply(sense, WorthOfSense, sense);
        return new SparseVector([.. found, .. Enumerable.Range(ids.Count, sense.Length)], [.. found.Select(_ => worth), .. sense]);
    }

    /// <summary>Characters one to four in a row without spaces, words, and what the patterns see.</summary>
    private static List<ulong> Features(string folded)
    {
        var features = new List<ulong>();
        var compact = Compact(folded);
        var padded = "^" + compact + "$";
        for (var n = 1; n <= 4; n++)
        {
            for (var start = 0; start + n <= padded.Length; start++)
                features.Add(NGrams.Hash(padded.AsSpan(start, n)) + (ulong)n);
        }
        var words = Latin().Matches(folded).Select(word => word.Value).ToList();
        for (var i = 0; i < words.Count; i++)
        {
            features.Add(NGrams.Hash("w:" + words[i]));
            if (i > 0)
                features.Add(NGrams.Hash("w:" + words[i - 1] + " " + words[i]));
        }
        features.Add(NGrams.Hash("length:" + Math.Min(6, compact.Length / 3)));
        foreach (var (name, pattern) in Patterns)
        {
            if (!pattern.IsMatch(name[0] == 'e' ? folded : compact))
                continue;
            // Several times the same sight, so that it outweighs single characters.
            for (var i = 0; i < 4; i++)
                features.Add(NGrams.Hash(name + i));
        }
        return features;
    }

    private static string Compact(string folded) => Gaps().Replace(folded, "");

    private static readonly (string Name, Regex Pattern)[] Patterns =
    [
        ("z-ask", ZhAsk()), ("z-bare", ZhBare()), ("z-boss", ZhBoss()), ("z-bot", ZhBot()), ("z-there", ZhThere()), ("z-pinyin", ZhPinyin()),
        ("z-refusal", Refusal()), ("e-refusal", Refusal()), ("z-plain", ZhPlain()), ("e-plain", EnPlain()), ("z-about", ZhAbout()), ("z-other", ZhOther()), ("e-ask", EnAsk()), ("e-bare", EnBare()), ("e-bot", EnBot()), ("e-about", EnAbout()),
    ];

    [GeneratedRegex(@"[\s\p{P}\p{S}]+")]
    private static partial Regex Gaps();

    [GeneratedRegex(@"[\p{P}\n]+|\s{2,}")]
    private static partial Regex Clauses();

    [GeneratedRegex("[a-z']+")]
    private static partial Regex Latin();

    [GeneratedRegex(@"(转|接|找|叫|喊|换|要|呼叫?|联系|申请|安排|派|切换?|摇|召唤|搵|揾|整|上|给我|给俺|和|跟|与|同|请|需要|介入|转接)[^几吗]{0,5}?(人工|真人|活人|坐席|座席|专员|专席|客服|工作人员|服务员|人公|仁工|任工)(客服|服务|处理|坐席|座席|专员|窗口|台)?(吧|啊|呀|谢谢|呗|吗|么|好吗|可以吗|行吗|来|帮|处理|介入|说|讲|聊|谈|出来)?")]
    private static partial Regex ZhAsk();

    [GeneratedRegex("(转|接|找|叫|喊|换|要|呼叫?|call|联系|联络|申请|安排|派|切换?|摇|召唤|搵|揾|整|上|给我|给俺|给个|和|跟|与|同|需要|介入|打给|打电话给|有没有|想)[^几多吗]{0,5}(人工|真人|活人|坐席|座席|专员|专席|客服|工作人员|服务员|售后人员|人工台)(客服|服务|处理|坐席|座席|专员|窗口|台|介入|协助|帮忙)?(吧|啊|呀|谢谢|呗|好吗|可以吗|行吗|来|帮我|处理|说话|说|讲|聊聊|聊|谈|出来|沟通|解决)*$|^(转|接)(售后|售前|客服|后台|技术)|^(不要|不想|别|关掉|停止).{0,5}(自动回复|机器人|智能客服|ai)(了|聊|说话)*$|(让|叫|请)[^的]{0,4}人?.{0,3}给我(打|回)个?电话|^人工(客服|服务)?(入口)?(在哪|在哪里|几号键)")]
    private static partial Regex ZhPlain();

    [GeneratedRegex(@"\b(talk|speak|chat|connect|transfer|put|get|give|let|escalate|reach|contact|need|want)\b.{0,25}\b(to|with|through|me|an?|the|some) ?\w{0,10} ?(human|person|agent|representative|rep|someone|somebody|staff( member)?|supervisor|manager|operator|customer (service|support)|real person|live (agent|person))( please| now| asap| pls|!|\.)*$|\b(some|any) ?(one|body)\b.{0,12}\b(call me|help me|from your team)|^no (more )?(bots?|robots?)\W*$|^(live support|manager)( now| please)?\W*$|\b(is|are) (there )?(any ?body|any ?one|any humans?|anyone there i can talk to)( there)?\W*$")]
    private static partial Regex EnPlain();

    [GeneratedRegex("^(请|亲|你好|您好|快|直接|有没有|有|算了|还是|呼|在线|要|我要|给我|嗯|好)*(人工|真人|客服|人工客服|人工服务|在线客服|真人客服|人工台)+(在吗|在不在|呢|啊|谢谢|快点|吗|吧|有吗|在哪|在哪里|人呢|出来|服务|处理|介入)*$")]
    private static partial Regex ZhBare();

    [GeneratedRegex("(叫|找|让|把|喊|要|跟|和|请|换)[^的]{0,4}(主管|经理|领导|负责人|老板|店长|管事|上级|管理人员|能管事|头儿)")]
    private static partial Regex ZhBoss();

    [GeneratedRegex("(不要|不想|别|不跟|不和|关掉|拒绝|不用|讨厌|停止|滚|闭嘴|垃圾|傻|智障|破|蠢|废物|没用)[^吗]{0,6}(机器人|智能客服|ai|自动回复|机器)|(机器人|智能客服|ai|机器)[^吗]{0,4}(滚|闭嘴|没用|解决不了|听不懂|答不了|糊弄|敷衍)|听不懂人话|答非所问")]
    private static partial Regex ZhBot();

    [GeneratedRegex("(有没有|有|来|找|叫|换|派|喊|搞|整)(个|位|一个|一位)?(活|真)?人(吗|啊|在吗|呀|嘛|来|行不行|说|讲|管|理|出来|帮|跟|和|给|$)|人呢$|跟人(说|聊|讲|谈)|和人(说|聊|讲|谈|唠)|找个?人(聊|唠|说|帮)|摇人|回个?电话")]
    private static partial Regex ZhThere();

    [GeneratedRegex("(zhuan|转|call)?ren ?gong|^zrg$|zhuanren|kefu|^0$|human|agent")]
    private static partial Regex ZhPinyin();

    [GeneratedRegex("(不用|不需要|不要|别|先不|无需|取消|不必|甭|暂时不|没必要)(再|给我|帮我)?(转|找|换|叫|接|要)?(到|接)?(人工|客服$|客服了|真人|人$|人了|专员)(了|谢谢|客服|服务)*|(no need|don't|do not|dont|never ?mind|without)[a-z ]{0,20}(human|agent|person|transfer)")]
    private static partial Regex Refusal();

    [GeneratedRegex("(人工|客服)[^转找]{0,6}(几点|上班|下班|时间|周末|节假日|电话是|电话多少|热线|号码|收费|要钱|态度|评价|点赞|好评|工资|专属|说|答应|招)|(冒充|自称|说是|称是|昨天|上次|之前|刚才|问过|应聘|招|专属|投诉|评价)[^转]{0,4}(客服|人工|专员)|给客服(评|点|打分|好)|你们有多少|(晚上|周末|节假日|夜里)[^转]{0,3}有[^转]{0,3}(客服|人工)|是不是(真人|人工)|你是(真人|人工|机器人)|(转|换)人工(要收费|收费)")]
    private static partial Regex ZhAbout();

    [GeneratedRegex("人工(智能|湖|草|耳|降|呼吸|授|牛|皮|缝|制|费|成本|审核|合成|智)|工人|人造|人体|真人(照|试|图|身高|评价|cs)|真人(秀|穿)|活人穿|换人(收|签)|收货人|收件人|转(账|让|寄|运|换|速|别|到别|发)|几个?人|个人|别人|本人|有人(来取|来上|签|冒充|让|骗)|代(付|签|收)|取件|上门|机器人(吸尘|玩具|多少|有|卖)|扫地机器人|专员(多久|什么时候|报价)|专人(回收|安装|上门)|师傅|快递员|送货")]
    private static partial Regex ZhOther();

    [GeneratedRegex(@"\b(talk|speak|chat|connect|conect|transfer|put me|get me|give me|want|need|let me|reach|escalate)\b.{0,25}\b(human|humen|person|persn|people|agent|aget|representative|reprsentative|rep|someone|somebody|anyone|anybody|staff|supervisor|manager|operator|customer (service|support)|live)\b")]
    private static partial Regex EnAsk();

    [GeneratedRegex(@"^\W*(a |an |live |real |human |the )*(human|person|agent|representative|operator|supervisor|manager|support|customer service|customer service representative)( please| now| asap|!|\?| pls)*\W*$")]
    private static partial Regex EnBare();

    [GeneratedRegex(@"\b(no|stop|not|don't|useless|stupid|hate|off)\b.{0,20}\b(bots?|robots?|machines?|ai)\b|\b(bot|robot)\b.{0,12}\b(useless|stupid|sucks)\b")]
    private static partial Regex EnBot();

    [GeneratedRegex(@"\b(hours|open|phone number|told me|said|yesterday|travel|real estate|cleaning|detergent|resources|error|hair|pretending|someone else|at night|in person|pick(ed)? up|call from|saying|vacuum|when do|when does|are you a|leather|agent orange|points|earbuds)\b")]
    private static partial Regex EnAbout();
}
