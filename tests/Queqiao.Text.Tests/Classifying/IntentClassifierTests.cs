using Queqiao.Text.Classifying;

namespace Queqiao.Text.Tests.Classifying;

public sealed class IntentClassifierTests
{
    private static readonly IntentClassifier Model = IntentTrainer.Train(Examples);

    private static List<Example> Examples
    {
        get
        {
            var intents = new Dictionary<string, string[]>
            {
                ["refund"] = ["什么时候退款", "退款多久到", "钱退了吗", "退款没有收到", "退我的钱", "我的退款呢", "when is my refund", "refund my money", "where is the refund", "I want my money back"],
                ["delivery"] = ["快递到哪了", "什么时候发货", "包裹没收到", "物流不动了", "几天能到", "查快递", "where is my parcel", "has it shipped", "track my parcel", "delivery time"],
                ["invoice"] = ["怎么开发票", "发票抬头错了", "要专票", "补开发票", "发票发到邮箱", "电子发票", "I need an invoice", "wrong name on the invoice", "invoice please", "company invoice"],
                ["password"] = ["忘记密码", "登录不上", "密码错误", "重置密码", "账号锁了", "改密码", "forgot my password", "cannot log in", "reset password", "my account is locked"],
                ["size"] = ["穿多大码", "尺码偏大吗", "选什么码", "身高170穿几号", "鞋子多大", "尺码表", "which size", "does it run small", "size chart", "what size fits"],
            };
            return [.. intents.SelectMany(intent => intent.Value.Select(text => new Example(text, intent.Key)))];
        }
    }

    [Theory]
    [InlineData("退款怎么还没到", "refund")]
    [InlineData("快递怎么还没到", "delivery")]
    [InlineData("發票怎麼開", "invoice")]
    [InlineData("I forgot the password", "password")]
    public void It_finds_the_intent(string text, string label) => Assert.Equal(label, Model.Classify(text).Label);

    [Fact]
    public void It_trusts_what_it_knows_more_than_what_is_foreign()
    {
        Assert.True(Model.Classify("退款多久到账").InScope > Model.Classify("今晚的月亮真圆").InScope);
        Assert.True(Model.Classify("退款多久到账").Score > Model.Classify("今晚的月亮真圆").Score);
    }

    [Fact]
    public void The_same_examples_give_the_same_model()
    {
        var again = IntentTrainer.Train(Examples, IntentOptions.Questions with { Threads = 1 });
        Assert.Equal(Model.Classify("发票和快递"), again.Classify("发票和快递"));
    }

    [Fact]
    public void A_saved_model_says_the_same()
    {
        using var file = new MemoryStream();
        Model.Save(file);
        file.Position = 0;
        var loaded = IntentClassifier.Load(file);
        foreach (var text in new[] { "退款怎么还没到", "which size for me", "怎么开发票呀" })
        {
            Assert.Equal(Model.Classify(text).Label, loaded.Classify(text).Label);
            Assert.Equal(Model.Classify(text).Score, loaded.Classify(text).Score, 0.05);
        }
    }

    [Fact]
    public void What_is_no_model_is_refused() => Assert.Throws<InvalidDataException>(() => IntentClassifier.Load(new MemoryStream("not a model at all, sorry"u8.ToArray())));

    [Fact]
    public void One_class_is_nothing_to_learn() => Assert.Throws<ArgumentException>(() => IntentTrainer.Train([new Example("a", "x"), new Example("b", "x")]));

    [Fact]
    public void Chances_sum_to_one() => Assert.Equal(1, Model.Rank("退款", 5).Sum(chance => chance.Probability), 0.001);
}
