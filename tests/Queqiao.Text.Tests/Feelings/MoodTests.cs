using Queqiao.Text.Feelings;

namespace Queqiao.Text.Tests.Feelings;

public sealed class MoodTests
{
    [Theory]
    [InlineData("你们就是骗子公司"), InlineData("等了三天还没发货，太慢了"), InlineData("客服态度很差"), InlineData("收到的杯子碎了"), InlineData("一点都不好用"), InlineData("非常失望，再也不买了"), InlineData("机器又坏了，没人管"), InlineData("不满意，要求退款")]
    [InlineData("I'm very disappointed with the delivery"), InlineData("The kettle is broken"), InlineData("still waiting for my parcel"), InlineData("Not happy with the colour"), InlineData("nobody answers my e-mails"), InlineData("You sent the wrong size")]
    public void Unhappy(string text) => Assert.Equal(MoodKind.Negative, Mood.Of(text));

    [Theory]
    [InlineData("退款多久到账"), InlineData("你好，请问怎么修改收货地址"), InlineData("怎么投诉卖家"), InlineData("质量问题可以退吗"), InlineData("质量问题的运费谁出"), InlineData("订单号 QQ2611200001"), InlineData("好的"), InlineData("最好明天送"), InlineData("")]
    [InlineData("When do I get my money back?"), InlineData("Good morning, which payment methods do you accept?"), InlineData("I would like to change my address"), InlineData("ok")]
    public void Plain(string text) => Assert.Equal(MoodKind.Neutral, Mood.Of(text));

    [Theory]
    [InlineData("谢谢，解决了"), InlineData("衣服很好看，非常满意"), InlineData("发货真快，点赞"), InlineData("客服很耐心"), InlineData("没有失望，挺好的")]
    [InlineData("Thanks, that was quick"), InlineData("I love the colour"), InlineData("It works well now, great support"), InlineData("not bad at all, would recommend")]
    public void Glad(string text) => Assert.Equal(MoodKind.Positive, Mood.Of(text));
}
