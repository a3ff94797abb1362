using Queqiao.Text.Classifying;
using Queqiao.Text.Features;
using Queqiao.Text.Learning;

namespace Queqiao.Text.Tests.Classifying;

/// <summary>Opinions are told by support vectors over ratios.</summary>
public sealed class OpinionTests
{
    private static readonly string[] Good = ["很好吃", "送得很快", "服务态度很好", "味道不错", "下次还来", "very tasty", "great service", "fast and friendly", "will order again", "量足味道好"];
    private static readonly string[] Bad = ["太难吃了", "送得太慢", "服务态度很差", "味道不行", "再也不来了", "tastes awful", "terrible service", "slow and rude", "never again", "量少还贵"];
    private static readonly string[] Mild = ["还行吧", "一般般", "凑合", "不好不坏", "it is okay", "so so", "average", "nothing special", "普普通通", "可以接受"];

    private static readonly IntentOptions Options = IntentOptions.Opinions with { Least = 1, LearnsScope = false };

    [Theory]
    [InlineData("态度很好，很快", "good")]
    [InlineData("太差了，又慢又难吃", "bad")]
    [InlineData("great and tasty", "good")]
    [InlineData("terrible, never again", "bad")]
    public void Two_classes_are_told_apart(string text, string label) => Assert.Equal(label, Train(Good, Bad).Classify(text).Label);

    [Theory]
    [InlineData("一般般吧", "mild")]
    [InlineData("味道很好", "good")]
    [InlineData("服务太差", "bad")]
    public void Three_classes_are_told_apart(string text, string label) => Assert.Equal(label, Train(Good, Bad, Mild).Classify(text).Label);

    [Fact]
    public void A_saved_model_says_the_same()
    {
        foreach (var model in new[] { Train(Good, Bad), Train(Good, Bad, Mild) })
        {
            using var file = new MemoryStream();
            model.Save(file);
            file.Position = 0;
            var loaded = IntentClassifier.Load(file);
            foreach (var text in new[] { "很好吃", "太差了", "so so, nothing special" })
            {
                Assert.Equal(model.Classify(text).Label, loaded.Classify(text).Label);
                Assert.Equal(model.Classify(text).Score, loaded.Classify(text).Score, 0.05);
            }
        }
    }

    [Fact]
    public void A_text_without_any_feature_is_no_fault() => Assert.InRange(Train(Good, Bad).Classify("🙂").Score, 0, 1);

    /// <summary>The same vectors, whose values say nothing: only whether a feature is there counts.</summary>
    [Fact]
    public void Only_presence_matters()
    {
        SparseVector[] rows = [new([0, 1], [1, 5]), new([0, 2], [9, 1]), new([3, 1], [2, 2]), new([3, 2], [1, 1])];
        var model = Ratios.Train(rows, [0, 0, 1, 1], 2, 4, new RatioOptions());
        Span<float> one = stackalloc float[2], other = stackalloc float[2];
        model.Score(new SparseVector([0, 1], [1, 1]), one);
        model.Score(new SparseVector([0, 1], [7, 3]), other);
        Assert.True(one[0] > one[1]);
        Assert.Equal(one[0], other[0]);
        Assert.Equal(one[0], -one[1]);
    }

    private static IntentClassifier Train(params string[][] classes)
    {
        string[] labels = ["good", "bad", "mild"];
        return IntentTrainer.Train([.. classes.SelectMany((texts, i) => texts.Select(text => new Example(text, labels[i])))], Options);
    }
}
