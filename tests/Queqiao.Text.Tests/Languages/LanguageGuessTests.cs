using Queqiao.Text.Languages;

namespace Queqiao.Text.Tests.Languages;

public sealed class LanguageGuessTests
{
    [Theory]
    [InlineData("退款多久到账", "zh-Hans")]
    [InlineData("退款幾天到賬，請問", "zh-Hant")]
    [InlineData("where is my order", "en")]
    [InlineData("iPhone 壳有货吗", "zh-Hans")]
    [InlineData("注文はどこですか", "ja")]
    [InlineData("주문이 어디에 있나요", "ko")]
    [InlineData("где мой заказ", "ru")]
    [InlineData("où est ma commande je vous prie", "fr")]
    [InlineData("wo ist meine Bestellung bitte", "de")]
    [InlineData("¿dónde está mi pedido?", "es")]
    [InlineData("12345 !!!", "und")]
    public void It_tells_the_language(string text, string tag) => Assert.Equal(tag, LanguageGuess.Of(text));
}
