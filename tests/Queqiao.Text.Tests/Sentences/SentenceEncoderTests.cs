using System.Numerics.Tensors;
using Queqiao.Text.Classifying;
using Queqiao.Text.Sentences;

namespace Queqiao.Text.Tests.Sentences;

public sealed class SentenceEncoderTests
{
    [Theory]
    [InlineData("单子填错门牌号了，还没发出去，帮我改一下呗", "怎么修改收货地址", "怎么修改登录密码")]
    [InlineData("钱都划走了页面还让我再付一遍", "已扣款但订单显示未付款", "付款方式有哪些")]
    [InlineData("买小了，能给我调大一号不", "怎么换尺码", "怎么退款")]
    [InlineData("the jug I got is in pieces", "item arrived damaged", "how do I track my parcel")]
    [InlineData("啥时候能把钱还我", "refund time", "delivery time")]
    public void What_means_the_same_is_nearer_than_what_shares_words(string asked, string same, string other)
    {
        var vector = Of(asked);
        Assert.True(TensorPrimitives.Dot<float>(vector, Of(same)) > TensorPrimitives.Dot<float>(vector, Of(other)) + 0.1f);
    }

    [Fact]
    public void A_vector_is_of_length_one_and_of_nothing_zero()
    {
        var vector = new float[SentenceEncoder.Width];
        Assert.InRange(SentenceEncoder.Standard.Encode("怎么开发票", vector), 0.5f, 1f);
        Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 4);
        foreach (var nothing in new[] { "", " \u200b\n", "。。。" })
        {
            Assert.Equal(0, SentenceEncoder.Standard.Encode(nothing, vector));
            Assert.Equal(0, TensorPrimitives.Norm<float>(vector));
        }
    }

    [Fact]
    public void Topics_that_share_no_word_come_together_and_the_same_texts_give_the_same_encoder()
    {
        List<Example> texts = [];
        string[][] topics = [["红苹果", "脆甜果子", "树上红果"], ["开汽车", "四轮出行", "马路驾驶"], ["写程序", "敲代码", "键盘开发"], ["下大雨", "天上落水", "出门带伞"]];
        for (var topic = 0; topic < topics.Length; topic++)
            texts.AddRange(topics[topic].SelectMany(text => new[] { text, text + "吗", "请问" + text }).Select(text => new Example(text, $"{topic}")));
        var options = new SentenceOptions(Epochs: 60, Batch: 4);
        var encoder = SentenceTrainer.Train(texts, options);
        var (fruit, same, other) = (Of("红苹果", encoder), Of("脆甜果子", encoder), Of("敲代码", encoder));
        Assert.True(TensorPrimitives.Dot<float>(fruit, same) > 0.7f);
        Assert.True(TensorPrimitives.Dot<float>(fruit, other) < 0.5f);
        Assert.Equal(fruit, Of("红苹果", SentenceTrainer.Train(texts, options)));

        using var file = new MemoryStream();
        encoder.Save(file);
        file.Position = 0;
        Assert.True(TensorPrimitives.Dot<float>(fruit, Of("红苹果", SentenceEncoder.Load(file))) > 0.999f);
    }

    [Fact]
    public void What_is_no_encoder_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => SentenceEncoder.Load(new MemoryStream([9, 0, 0, 0, 1, 2, 0, 0, 0, 0])));
        using var file = new MemoryStream();
        SentenceEncoder.Standard.Save(file);
        file.SetLength(file.Length / 2);
        file.Position = 0;
        Assert.Throws<EndOfStreamException>(() => SentenceEncoder.Load(file));
    }

    private static float[] Of(string text, SentenceEncoder? encoder = null)
    {
        var vector = new float[SentenceEncoder.Width];
        (encoder ?? SentenceEncoder.Standard).Encode(text, vector);
        return vector;
    }
}
