using Queqiao.Server.Contacts.People;

namespace Queqiao.Server.Tests.Contacts;

public sealed class IdentifierWordsTests
{
    [Theory]
    [InlineData("phone", "+86 138 0000 1111", "138", true), InlineData("phone", "+86 138 0000 1111", "1380000", true), InlineData("phone", "13800001111", "8613800001111", true)]
    [InlineData("phone", "13800001111", "1111", true), InlineData("phone", "13800001111", "138 0000", true), InlineData("phone", "13800001111", "3800", false), InlineData("phone", "13800001111", "13", false)]
    [InlineData("email", "Fang.Wang@Example.com", "fang", true), InlineData("email", "fang@example.com", "@example.com", true), InlineData("email", "fang@example.com", "@example", false), InlineData("email", "fang@example.com", "ang", false)]
    [InlineData("crm", "C-7788", "c-7", true), InlineData("crm", "C-7788", "7788", true), InlineData("wechat", "Wx_Fang", "wx_f", true), InlineData("crm", "王芳", "王芳", false)]
    public void Parts_are_found_by_their_beginning_or_end(string kind, string value, string search, bool matches) => Assert.Equal(matches, IdentifierWords.Matches(kind, value, search));

    [Fact]
    public void Parts_are_few_and_none_is_part_of_a_name()
    {
        Assert.InRange(IdentifierWords.Of("phone", "+86 138 0000 1111").Count(), 5, 12);
        Assert.InRange(IdentifierWords.Of("email", "somebody.with.a.long.address@example.com").Count(), 5, 12);
        Assert.All(IdentifierWords.Of("email", "fang@example.com"), part => Assert.Equal(':', part[1]));
        Assert.DoesNotContain(NameWords.OfName("b:fang d:example"), part => part.Contains(':', StringComparison.Ordinal));
    }
}
