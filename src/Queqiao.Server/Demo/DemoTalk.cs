namespace Queqiao.Server.Demo;

/// <summary>Who says something in a dialogue.</summary>
internal enum Voice
{
    Customer,
    Agent,

    /// <summary>A note among colleagues.</summary>
    Note,
}

/// <summary>One turn of a dialogue.</summary>
internal sealed record Turn(Voice Voice, string Text);

/// <summary>Makes dialogues: scenes that are written out, and questions and answers of the shop with what people say around them.</summary>
internal sealed class DemoTalk(Random random, DemoShop shop)
{
    private static readonly string[] Openings = ["", "", "", "你好，", "您好，", "在吗？", "请问", "麻烦问下，"];
    private static readonly string[] Thanks = ["好的，谢谢", "明白了，谢谢", "懂了，我试试", "好的", "谢谢，解决了", "可以，辛苦了", "嗯嗯好的👌", "太好了，谢谢你"];
    private static readonly string[] Byes = ["不客气，祝您购物愉快！", "不客气，有问题随时找我们。", "应该的，祝您生活愉快～", "好的，感谢您的耐心。"];
    private static readonly string[] Greetings = ["您好，", "您好！", "您好，很高兴为您服务。", "亲，您好，"];
    private static readonly string[] Nudges = ["在吗？", "有人吗", "等了好久了", "麻烦快点，着急用", "？", "能帮忙看一下吗"];
    private static readonly string[] EnglishThanks = ["Thank you!", "Great, thanks.", "Got it, thanks for your help.", "OK, I'll try that."];
    private static readonly string[] EnglishByes = ["You're welcome. Have a lovely day!", "My pleasure. Just write again if anything comes up.", "Happy to help!"];
    private static readonly string[] EnglishNudges = ["Hello?", "Is anybody there?", "I'm in a bit of a hurry, sorry.", "Any news?"];

    /// <summary>A dialogue from the first word to the last.</summary>
    public IReadOnlyList<Turn> Dialogue(bool english)
    {
        if (english)
            return FromQuestion(shop.English, [""], ["Hello, ", "Hi there! ", "Good day! "], EnglishThanks, EnglishByes);
        return random.Next(3) == 0
            ? [.. DemoScenes.All[random.Next(DemoScenes.All.Count)].Select(Filled)]
            : FromQuestion(shop.Chinese, Openings, Greetings, Thanks, Byes);
    }

    /// <summary>What somebody writes who has no answer yet.</summary>
    public IReadOnlyList<Turn> Waiting(bool english)
    {
        var first = Dialogue(english).First(turn => turn.Voice == Voice.Customer);
        var nudges = random.Next(3);
        return [first, .. Enumerable.Range(0, nudges).Select(_ => new Turn(Voice.Customer, Pick(english ? EnglishNudges : Nudges)))];
    }

    private List<Turn> FromQuestion(IReadOnlyList<ShopQuestion> questions, string[] openings, string[] greetings, string[] thanks, string[] byes)
    {
        var question = Pick(questions);
        var turns = new List<Turn>
        {
            new(Voice.Customer, Pick(openings) + Pick(question.Wordings)),
            new(Voice.Agent, Pick(greetings) + question.Answer),
        };
        var related = questions.Where(other => other.Category == question.Category && other != question).ToList();
        if (related.Count > 0 && random.Next(3) == 0)
        {
            var more = Pick(related);
            turns.Add(new(Voice.Customer, Pick(more.Wordings)));
            turns.Add(new(Voice.Agent, more.Answer));
        }
        turns.Add(new(Voice.Customer, Pick(thanks)));
        if (random.Next(3) > 0)
            turns.Add(new(Voice.Agent, Pick(byes)));
        return turns;
    }

    private readonly Dictionary<string, string> _filled = [];

    /// <summary>One order and one product for the whole scene.</summary>
    private Turn Filled(Turn turn, int index)
    {
        if (index == 0)
        {
            _filled["{订单}"] = $"QQ{random.Next(100_000, 1_000_000)}";
            _filled["{商品}"] = Pick(shop.Products).NameZh;
            _filled["{衣服}"] = Pick([.. shop.Products.Where(product => product.Category == "服装")]).NameZh;
            _filled["{电器}"] = Pick([.. shop.Products.Where(product => product.Category == "小家电")]).NameZh;
        }
        return turn with { Text = _filled.Aggregate(turn.Text, (text, word) => text.Replace(word.Key, word.Value, StringComparison.Ordinal)) };
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
