using Queqiao.Text.HandingOver;

namespace Queqiao.Text.Tests.HandingOver;

public sealed class AngerTests
{
    [Theory]
    [InlineData("你们就是骗子公司"), InlineData("垃圾客服，浪费我时间"), InlineData("我要投诉你们"), InlineData("再不退钱我就打12315"), InlineData("气死我了"), InlineData("受够了")]
    [InlineData("什么破玩意"), InlineData("你是不是傻"), InlineData("傻逼"), InlineData("我要曝光你们"), InlineData("等着收律师函吧"), InlineData("实在太过分了"), InlineData("说了多少遍了"), InlineData("问了三遍了还不回")]
    [InlineData("黑心商家不要脸"), InlineData("再也不买了"), InlineData("耍我呢？"), InlineData("到底退不退钱！！！"), InlineData("真是岂有此理"), InlineData("滚"), InlineData("这服务简直离谱"), InlineData("我去消协找媒体告你们")]
    [InlineData("you are scammers"), InlineData("this is ridiculous"), InlineData("worst service ever"), InlineData("I'm furious"), InlineData("WHERE IS MY ORDER!"), InlineData("I will sue you"), InlineData("useless bot"), InlineData("how many times do I have to ask")]
    [InlineData("what the fuck"), InlineData("I'm so sick of this"), InlineData("for the third time, where is my refund"), InlineData("I'll file a complaint"), InlineData("you ripped me off"), InlineData("I am reporting you to trading standards"), InlineData("bunch of liars")]
    public void Is_heard(string text) => Assert.True(Anger.IsIn(text), text);

    [Theory]
    [InlineData("快递怎么还没到"), InlineData("衣服有点大，想换一件"), InlineData("怎么投诉商家"), InlineData("收到疑似诈骗短信怎么办"), InlineData("垃圾桶有货吗"), InlineData("破壁机多少钱"), InlineData("加湿器坏了怎么办"), InlineData("退款多久到账")]
    [InlineData("质量不太好"), InlineData("有点失望"), InlineData("谢谢！！！"), InlineData("太好了！！！"), InlineData("请问可以投诉快递吗"), InlineData("你好"), InlineData("没有收到货"), InlineData("差评怎么删除")]
    [InlineData("where is my order?"), InlineData("is this a scam call?"), InlineData("do you sell trash cans"), InlineData("how do I report a seller"), InlineData("the shirt is too small"), InlineData("my payment failed"), InlineData("OK THANKS"), InlineData("NEW BALANCE SHOES SIZE 42")]
    public void Is_not_heard_where_there_is_none(string text) => Assert.False(Anger.IsIn(text), text);

    [Fact]
    public void A_very_long_text_is_read_quickly_and_safely() => Assert.False(Anger.IsIn(new string('啊', 20_000) + new string('!', 2)));
}
