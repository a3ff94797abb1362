using Queqiao.Server.Contacts;
using Queqiao.Server.Contacts.Merging;
using Queqiao.Server.Contacts.People;

namespace Queqiao.Server.Tests.Contacts;

public sealed class ContactRulesTests
{
    [Theory]
    [InlineData("email", " Fang@Example.COM ", "fang@example.com")]
    [InlineData("phone", "138-0000-1111", "8613800001111"), InlineData("phone", "+86 138 0000 1111", "8613800001111"), InlineData("phone", "008613800001111", "8613800001111")]
    [InlineData("phone", "+1 (415) 555-0100", "14155550100"), InlineData("phone", "010-6552 9988", "01065529988")]
    [InlineData("crm", " C-77 ", "C-77")]
    public void Identifiers_have_one_form(string kind, string value, string normal) => Assert.Equal(normal, Identifiers.Normal(kind, value));

    [Theory]
    [InlineData("email", "a@b.cn", null), InlineData("email", "a@b", "invalid_email"), InlineData("email", "a b@c.cn", "invalid_email"), InlineData("email", "a@b@c.cn", "invalid_email")]
    [InlineData("phone", "12345", null), InlineData("phone", "1234", "invalid_phone"), InlineData("phone", "12+345", "invalid_phone"), InlineData("phone", "call me", "invalid_phone")]
    [InlineData("crm", "  ", "required"), InlineData("crm", "a\u0007", "control_characters")]
    public void What_cannot_be_one_is_refused(string kind, string value, string? fault) => Assert.Equal(fault, Identifiers.Fault(kind, value));

    [Fact]
    public void Names_are_found_by_characters_pairs_and_beginnings()
    {
        Assert.Equal(["王", "小", "明", "王小", "小明"], NameWords.OfName("王小明"));
        Assert.Equal(["王小", "小明"], NameWords.OfSearch("王小明"));
        Assert.Equal(["王"], NameWords.OfSearch("王"));
        Assert.Equal(["l", "li"], NameWords.OfName("Li"));
        Assert.Equal(["li", "che"], NameWords.OfSearch("Lí CHE"));
        Assert.Equal(["阿", "k"], NameWords.OfSearch("阿K"));
        Assert.Empty(NameWords.OfSearch("?!"));
        Assert.True(NameSearch.Matches("王小明", "小明"));
        Assert.False(NameSearch.Matches("王明小", "小明"));
        Assert.True(NameSearch.Matches("Zoë O'Brien", "brien zoe"));
    }

    [Fact]
    public void A_merge_tree_is_walked_once_even_if_somebody_made_a_circle()
    {
        Guid a = Guid.CreateVersion7(), b = Guid.CreateVersion7(), c = Guid.CreateVersion7();
        Assert.Equal([a, b, c], MergeTree.Below(a, [(a, b), (b, c), (c, a)]));
        Assert.Equal([b, c], MergeTree.Below(b, [(a, b), (b, c)]));
        Assert.Equal([c], MergeTree.Below(c, [(a, b)]));
    }

    [Fact]
    public void Only_a_channel_that_knows_both_can_tell_two_people_apart()
    {
        Guid shop = Guid.CreateVersion7(), blog = Guid.CreateVersion7(), x = Guid.CreateVersion7(), y = Guid.CreateVersion7();
        Assert.True(MergeTree.Differ([(shop, x)], [(shop, y)]));
        Assert.False(MergeTree.Differ([(shop, x)], [(blog, y)]));
        Assert.False(MergeTree.Differ([(shop, x), (shop, y)], [(shop, y)]));
        Assert.False(MergeTree.Differ([], [(shop, y)]));
    }
}
