using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;
using Xunit.Abstractions;

namespace Queqiao.Server.Tests.Gateway;

/// <summary>Old state + pushed events = freshly fetched state, whatever happens and however one listens.</summary>
public sealed class HistoryTests(ITestOutputHelper output)
{
    [Theory]
    [OnSqlite(1), OnSqlite(2), OnSqlite(0)]
    [OnPostgres(3)]
    public async Task Whoever_followed_along_knows_what_is_there(string engine, int seed)
    {
        if (seed == 0)
            seed = Random.Shared.Next(1000, 1_000_000);
        output.WriteLine($"seed {seed}");
        await using var site = await Site.Open(engine);
        await using var story = new Story(site, seed);
        await story.Begin();
        await story.Live(steps: 250);
        await story.End();
    }
}
