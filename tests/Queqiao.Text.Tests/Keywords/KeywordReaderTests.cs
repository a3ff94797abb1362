using Queqiao.Text.Keywords;

namespace Queqiao.Text.Tests.Keywords;

public sealed class KeywordReaderTests
{
    private static readonly string[] Texts =
        ["鹊桥卡什么时候到期", "鹊桥卡可以退吗", "我的鹊桥卡丢了", "买了鹊桥卡没有运费券", "运费券怎么用", "运费券过期了", "退款没到", "退款几天", "怎么退款", "在哪里看鹊桥卡", "有运费券吗"];

    [Fact]
    public void Words_that_say_much_come_first() => Assert.Contains("退款", KeywordReader.Of(Texts, 5).Select(keyword => keyword.Word));

    [Fact]
    public void Words_that_no_list_knows_are_found() => Assert.Contains("鹊桥卡", KeywordReader.NewWords(Texts, least: 3).Select(keyword => keyword.Word));
}
