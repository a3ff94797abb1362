using Queqiao.Channels;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>How many of the worker's hands a channel gets.</summary>
public sealed class ChannelTurnsTests
{
    private static readonly ChannelDescriptor Kind = ChannelCatalogue.Find("api")!.Descriptor;

    private static List<ChannelTurns.Turn> All(ChannelTurns turns, ChannelAccount account)
    {
        var taken = new List<ChannelTurns.Turn>();
        while (taken.Count < 100 && turns.Take(Kind, account, Guid.NewGuid(), out _) is { } turn)
            taken.Add(turn);
        return taken;
    }

    private static ChannelAccount Account() => new(1, Guid.NewGuid(), "api", new ChannelSettings(new Dictionary<string, string>()));

    [Theory]
    [InlineData(6)]
    [InlineData(10)]
    public void When_many_providers_hang_together_another_gets_a_hand(int hanging)
    {
        var turns = new ChannelTurns(new Site.Clock());
        var stuck = Enumerable.Range(0, hanging).Select(_ => All(turns, Account())).ToList();
        Assert.All(stuck, one => Assert.InRange(one.Count, 1, 6));
        Assert.InRange(stuck.Sum(one => one.Count), hanging, ChannelTurns.Hands - 1);
        Assert.NotEmpty(All(turns, Account()));
    }

    [Fact]
    public void One_alone_gets_six_and_hands_that_are_given_back_are_free_again()
    {
        var turns = new ChannelTurns(new Site.Clock());
        var account = Account();
        for (var round = 0; round < 20; round++)
        {
            var taken = All(turns, account);
            Assert.Equal(6, taken.Count);
            taken.ForEach(turn => turn.Dispose());
        }
    }
}
