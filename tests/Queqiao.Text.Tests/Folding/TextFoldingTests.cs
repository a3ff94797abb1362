using Queqiao.Text.Folding;

namespace Queqiao.Text.Tests.Folding;

public sealed class TextFoldingTests
{
    [Theory]
    [InlineData("Refund POLICY", "refund policy")]
    [InlineData("ＡＢＣ１２３！", "abc123!")]
    [InlineData("我要退貨，訂單後天到", "我要退货,订单后天到")]
    [InlineData("看着著名", "看著著名")]
    [InlineData("ｶﾞ", "ガ")]
    [InlineData("㈱ ½ ﬁ", "(株) 1⁄2 fi")]
    [InlineData("Café résumé Ünïcode", "cafe resume unicode")]
    [InlineData("cafe\u0301", "cafe")]
    [InlineData("👍🏽 ❤️", "👍 ❤")]
    [InlineData("１３８\u3000００１３", "138 0013")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("𠮷野家", "𠮷野家")]
    [InlineData("", "")]
    public void Texts_are_folded(string text, string folded) => Assert.Equal(folded, TextFolding.Fold(text));

    [Fact]
    public void Half_a_character_becomes_a_replacement() => Assert.Equal("a\ufffdb\ufffd", TextFolding.Fold("a\ud83dB\udc4d")); // xunit could not pass it

    [Fact]
    public void Folding_twice_is_folding_once()
    {
        var random = new Random(11);
        for (var n = 0; n < 3000; n++)
        {
            var text = Random(random, 12);
            var once = TextFolding.Fold(text);
            Assert.Equal(once, TextFolding.Fold(once));
        }
    }

    [Fact]
    public void Every_folded_character_knows_where_it_comes_from()
    {
        var folded = new FoldedText();
        TextFolding.Fold("a½e\u0301👍🏽退", folded);
        Assert.Equal("a1⁄2e👍退", folded.Letters.ToString());
        Assert.Equal([0, 1, 1, 1, 2, 4, 4, 8], Enumerable.Range(0, folded.Length).Select(folded.StartOf));
        Assert.Equal([1, 2, 2, 2, 4, 8, 8, 9], Enumerable.Range(0, folded.Length).Select(folded.EndOf));
    }

    [Fact]
    public void Ordinary_texts_allocate_nothing()
    {
        var folded = new FoldedText();
        const string text = "你好，我的訂單 DD20240601 什么时候发货？Thanks";
        TextFolding.Fold(text, folded);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            TextFolding.Fold(text, folded);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Texts from all corners of Unicode, broken ones too.</summary>
    internal static string Random(Random random, int length) => string.Concat(Enumerable.Range(0, random.Next(length)).Select(_ => random.Next(8) switch
    {
        0 => ((char)random.Next(0x20, 0x250)).ToString(),
        1 => ((char)random.Next(0x4e00, 0xa000)).ToString(),
        2 => ((char)random.Next(0x3000, 0x3400)).ToString(),
        3 => ((char)random.Next(0xf900, 0x10000)).ToString(),
        4 => char.ConvertFromUtf32(random.Next(0x1f300, 0x1faff)),
        5 => ((char)random.Next(0x300, 0x370)).ToString(),
        6 => ((char)random.Next(0xd800, 0xe000)).ToString(),
        _ => ((char)random.Next('0', 'z')).ToString(),
    }));
}
