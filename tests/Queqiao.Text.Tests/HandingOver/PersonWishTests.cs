using Queqiao.Text.HandingOver;

namespace Queqiao.Text.Tests.HandingOver;

public sealed class PersonWishTests
{
    [Fact]
    public void Of_wishes_that_it_was_not_taught_it_hears_nearly_all() => Check("", 0.97, 0.06);

    /// <summary>Written without knowing the detector: hints, dialects, wishes at the end of long messages; and what misleads it most.</summary>
    [Fact]
    public void Of_harder_ones_it_hears_most() => Check("-harder", 0.92, 0.07);

    /// <summary>Look-alikes above all: people, calls, service hours, "let me know".</summary>
    [Fact]
    public void Of_those_written_last_it_hears_most_and_takes_few_for_wishes() => Check("-more", 0.92, 0.07);

    private static void Check(string which, double least, double most)
    {
        var (asks, others) = (PersonWish.Lines("asks" + which), PersonWish.Lines("looks-alike" + which));
        var rest = PersonWish.Lists.Where(list => list != which).ToList();
        var (otherAsks, otherOthers) = (rest.SelectMany(list => PersonWish.Lines("asks" + list)).ToList(), rest.SelectMany(list => PersonWish.Lines("looks-alike" + list)).ToList());
        int heard = 0, misheard = 0;
        const int folds = 3;
        for (var fold = 0; fold < folds; fold++)
        {
            var wish = PersonWish.Train([.. otherAsks, .. asks.Where((_, i) => i % folds != fold)], [.. otherOthers, .. others.Where((_, i) => i % folds != fold)]);
            heard += asks.Where((_, i) => i % folds == fold).Count(wish.IsIn);
            misheard += others.Where((_, i) => i % folds == fold).Count(wish.IsIn);
        }
        Assert.True(asks.Length >= 200 && others.Length >= 200);
        Assert.True(heard >= least * asks.Length, $"{heard} of {asks.Length}");
        Assert.True(misheard <= most * others.Length, $"{misheard} of {others.Length}");
    }

    [Fact]
    public void It_hears_every_wish_of_the_list_and_none_that_only_looks_like_one()
    {
        Assert.Equal([], PersonWish.Lines("asks").Where(ask => !PersonWish.Standard.IsIn(ask)).ToArray());
        Assert.Equal([], PersonWish.Lines("looks-alike").Where(PersonWish.Standard.IsIn).ToArray());
    }

    [Theory]
    [InlineData("我的空气炸锅又坏了，你们到底管不管，给我接人工")]
    [InlineData("I have asked three times now. Let me talk to a human being!")]
    [InlineData("轉\u200b人工")]
    public void It_hears_a_wish_at_the_end_of_a_message(string text) => Assert.True(PersonWish.Standard.IsIn(text));
}
