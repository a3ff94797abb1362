using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Platform.Security;

/// <summary>Limits of colleagues, their workspace, and what costs more; what a program is told before it is refused.</summary>
public sealed partial class RateLimitTests
{
    private static readonly LimitsOptions Tight = new() { User = Rate.PerHour(1, burst: 200), Workspace = Rate.PerHour(1, burst: 330) };

    [Fact]
    public void Dear_requests_count_as_many_and_a_workspace_is_one_purse()
    {
        var limits = new RateLimits(Tight, TimeProvider.System);
        Assert.Null(limits.OfUser("a", ws: 1, RequestCost.Export * 3));
        Assert.NotNull(limits.OfUser("a", ws: 1, RequestCost.Export + 1)); // 50 are left
        Assert.Null(limits.OfUser("a", ws: 1, RequestCost.Export));
        Assert.Null(limits.OfUser("b", ws: 1, 130)); // the workspace has none left now
        Assert.NotNull(limits.OfUser("c", ws: 1));
        Assert.Null(limits.OfUser("d", ws: 2)); // another firm does not notice
    }

    [Fact]
    public async Task Searches_and_exports_cost_more_and_every_answer_says_what_is_left()
    {
        await using var site = await Site.Open(limits: true, also: services => services.AddSingleton(Tight));
        var before = Left(await site.Owner.Api.Get("/api/v1/session"));
        Assert.Equal(before - 1, Left(await site.Owner.Api.Get("/api/v1/session")));
        Assert.Equal(before - 1 - RequestCost.Search, Left(await site.Owner.Api.Get("/api/v1/search?q=hello")));
        using (var export = await site.Owner.Api.Raw(HttpMethod.Get, "/api/v1/contacts/export"))
            Assert.Equal(before - 1 - RequestCost.Search - RequestCost.Export, Left(export));

        var answer = await site.Owner.Api.Get("/api/v1/session");
        while (answer.Status == HttpStatusCode.OK)
            answer = await site.Owner.Api.Get("/api/v1/search?q=hello");
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (answer.Status, answer.Code));
        Assert.True(answer.Raw.Headers.RetryAfter?.Delta > TimeSpan.FromMinutes(1));
        Assert.InRange(Left(answer), 0, RequestCost.Search - 1);
        Assert.Matches(@"^""default"";q=200;w=720000$", answer.Raw.Headers.GetValues("RateLimit-Policy").Single());
    }

    [PostgresFact]
    public async Task What_a_workspace_uses_at_one_node_counts_at_the_other()
    {
        await using var site = await Site.Open(Engines.Postgres, limits: true, also: services => services.AddSingleton(Tight));
        await using var other = await site.Join();
        var (here, there) = (site.The<RateLimits>(), other.The<RateLimits>());
        Assert.Null(here.OfUser("a", ws: 7, cost: 200));
        await Until.True(() => there.LeftOf(ws: 7) == 130, "what was used at the first node counts here");
        Assert.Null(there.OfUser("b", ws: 7, cost: 100));
        await Until.True(() => here.LeftOf(ws: 7) == 30, "and the other way");
        Assert.NotNull(here.OfUser("c", ws: 7, cost: 31));
        Assert.Null(here.OfUser("d", ws: 8, cost: 200));
    }

    private static int Left(ApiAnswer answer) => Left(answer.Raw);

    private static int Left(HttpResponseMessage answer) => Remaining().Match(answer.Headers.GetValues("RateLimit").Single()) is { Success: true } told
        ? int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture) : throw new Xunit.Sdk.XunitException(answer.Headers.ToString());

    [GeneratedRegex(@"^""default"";r=(\d+);t=\d+$")]
    private static partial Regex Remaining();
}
