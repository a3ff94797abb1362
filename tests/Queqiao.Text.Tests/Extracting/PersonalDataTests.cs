using Queqiao.Text.Extracting;

namespace Queqiao.Text.Tests.Extracting;

public sealed class PersonalDataTests
{
    [Theory]
    [InlineData("电话13812345678，谢谢"), InlineData("write to a.b@mail.example please"), InlineData("身份证11010519491231002X"), InlineData("卡号6222021234567890128"), InlineData("from 203.0.113.7 today")]
    public void What_was_hidden_leaves_no_name_behind(string text)
    {
        var masked = PersonalData.Mask(text);
        Assert.Contains('[', masked);
        Assert.DoesNotContain('[', PersonalData.WithoutMasks(masked));
    }
}
