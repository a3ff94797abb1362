using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Tests.Jobs;

public sealed class JobPaceTests
{
    private static readonly JobKind Kind = new("test");

    [Fact]
    public void Quick_jobs_are_taken_in_larger_portions_up_to_a_limit()
    {
        var pace = new JobPace();
        Assert.Equal(64, pace.Portion(Kind));
        for (var i = 0; i < 10; i++)
            pace.Took(Kind, full: true, TimeSpan.FromMilliseconds(50 * i));
        Assert.Equal(512, pace.Portion(Kind));
    }

    [Fact]
    public void Slow_jobs_go_back_to_their_own_portion()
    {
        Assert.Equal(64, JobPace.Next(Kind, 512, full: true, TimeSpan.FromSeconds(2)));
        Assert.Equal(512, JobPace.Next(Kind, 512, full: true, TimeSpan.FromMilliseconds(500)));
    }

    [Fact]
    public void Nothing_grows_while_there_is_not_enough_to_take() =>
        Assert.Equal(64, JobPace.Next(Kind, 64, full: false, TimeSpan.FromMilliseconds(1)));

    [Fact]
    public void Work_that_is_taken_one_by_one_stays_so() =>
        Assert.Equal(2, JobPace.Next(new JobKind("bulk") { Concurrency = 2, Leased = 2 }, 2, full: true, TimeSpan.FromMilliseconds(1)));
}
