using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Platform.Outbound;

public sealed class HostBreakersTests
{
    [Fact]
    public async Task A_host_that_fails_is_left_alone_tried_again_and_hurts_no_other()
    {
        var (asked, status) = (0, 503);
        await using var broken = await MiniHost.Start(_ => { }, app => app.Run(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }));
        await using var well = await MiniHost.Start(_ => { }, app => app.Run(context => context.Response.WriteAsync("well")));
        var clock = new HeldClock();
        using var guard = new GuardedHttp(Allowing(), clock);
        using var http = guard.Client();

        for (var i = 0; i < 8; i++)
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(broken.Address)).StatusCode);
        var resting = await Assert.ThrowsAsync<HostRestingException>(() => http.GetAsync(broken.Address));
        Assert.InRange(resting.RetryAfter.TotalSeconds, 1, 15);
        Assert.Equal(8, asked); // nothing was sent
        Assert.Equal("well", await http.GetStringAsync(well.Address));

        clock.Move(TimeSpan.FromSeconds(16));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(broken.Address)).StatusCode); // one tries
        await Assert.ThrowsAsync<HostRestingException>(() => http.GetAsync(broken.Address));
        status = 200;
        clock.Move(TimeSpan.FromSeconds(16));
        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(broken.Address)).StatusCode);
    }

    [Fact]
    public async Task Refusals_of_the_guard_and_answers_below_500_are_no_failures()
    {
        await using var host = await MiniHost.Start(_ => { }, app => app.Run(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }));
        using var guard = new GuardedHttp(Allowing(), new HeldClock());
        using var http = guard.Client();
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(host.Address)).StatusCode);
            await Assert.ThrowsAsync<OutboundRefusedException>(() => http.GetAsync("http://10.0.0.1/"));
        }
    }

    private static OutboundOptions Allowing() => OutboundOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["outbound-allow"] = "127.0.0.0/8",
        ["outbound-http"] = "on",
    }).Build());
}
