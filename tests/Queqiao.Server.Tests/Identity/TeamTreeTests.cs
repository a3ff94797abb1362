using Queqiao.Server.Identity.Teams;

namespace Queqiao.Server.Tests.Identity;

/// <summary>The tree by itself: firm &gt; (sales &gt; night, support), and one team that was given up.</summary>
public sealed class TeamTreeTests
{
    private static readonly Guid Firm = Id(1), Sales = Id(2), Night = Id(3), Support = Id(4), Gone = Id(5);
    private static readonly Guid Ann = Id(11), Bo = Id(12), Cy = Id(13);

    private static Guid Id(int n) => new(n, 0, 0, new byte[8]);

    private static TeamTree Tree() => new(
        [new(Firm, null, "Firm", false), new(Sales, Firm, "Sales", false), new(Night, Sales, "Night", false), new(Support, Firm, "Support", false), new(Gone, Sales, "Gone", true)],
        [new(Firm, Ann, true), new(Night, Bo, false), new(Sales, Bo, true), new(Support, Cy, false)]);

    [Fact]
    public void A_team_holds_the_people_of_the_teams_below_each_once()
    {
        Assert.Equal([Bo], Tree().PeopleOf(Sales));
        Assert.Equal(new HashSet<Guid> { Ann, Bo, Cy }, Tree().PeopleOf(Firm));
        Assert.Empty(Tree().PeopleOf(Gone));
        Assert.Empty(Tree().PeopleOf(Id(99)));
    }

    [Fact]
    public void Somebody_works_for_their_teams_and_those_above()
    {
        Assert.Equal(new HashSet<Guid> { Night, Sales, Firm }, Tree().TeamsOf(Bo));
        Assert.Equal([Firm], Tree().TeamsOf(Ann));
        Assert.Empty(Tree().TeamsOf(Id(99)));
    }

    [Fact]
    public void A_team_cannot_stand_below_itself()
    {
        Assert.False(Tree().MayMove(Sales, Sales));
        Assert.False(Tree().MayMove(Firm, Night));
        Assert.True(Tree().MayMove(Night, Support));
        Assert.True(Tree().MayMove(Night, null));
    }

    [Fact]
    public void Depth_and_height()
    {
        Assert.Equal((1, 3), (Tree().DepthOf(Firm), Tree().HeightOf(Firm)));
        Assert.Equal((3, 1), (Tree().DepthOf(Night), Tree().HeightOf(Night)));
        Assert.Equal(0, Tree().HeightOf(Gone));
    }

    [Fact]
    public void A_name_outlives_its_team()
    {
        Assert.Equal("Gone", Tree().NameOf(Gone));
        Assert.Null(Tree().Find(Gone));
    }

    [Fact]
    public void A_broken_tree_hangs_nobody()
    {
        var broken = new TeamTree([new(Firm, Sales, "Firm", false), new(Sales, Firm, "Sales", false)], [new(Sales, Ann, false)]);
        Assert.Equal([Ann], broken.PeopleOf(Firm));
        Assert.Equal(2, broken.DepthOf(Firm));
    }
}
