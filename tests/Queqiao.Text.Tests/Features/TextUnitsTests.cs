using Queqiao.Text.Features;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Tests.Features;

public sealed class TextUnitsTests
{
    [Theory]
    [InlineData("退款多久到账？", "退|款|多|久|到|账|?")]
    [InlineData("ＱＱ空间打不开！！", "qq|空|间|打|不|开|!!")]
    [InlineData("I don't want 2 sizes", "i|don't|want|2|sizes")]
    [InlineData("买V6滤芯29元", "买|v|6|滤|芯|29|元")]
    [InlineData("好的👍🏽", "好|的|👍")]
    [InlineData("…… 。", "")]
    public void A_text_falls_into_signs_words_and_numbers(string text, string units) => Assert.Equal(units, string.Join('|', Of(text)));

    private static IEnumerable<string> Of(string text)
    {
        var folded = TextFolding.Fold(text);
        var units = new List<TextUnit>();
        TextUnits.Of(folded, units);
        return units.Select(unit => folded.Substring(unit.Start, unit.Length));
    }
}
