using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Browsers that are known, remembered instead of a code, and new; how many sessions there may be; the lock that all nodes share.</summary>
public sealed class DeviceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private static Task<ApiAnswer> SignIn(ApiClient browser, string? otp = null, bool remember = false, string password = ApiHost.Password) =>
        browser.Post("/api/v1/session", new { email = "owner@example.com", password, otp, remember });

    [Theory, OnSqlite, OnPostgres]
    public async Task A_remembered_browser_stands_in_for_the_code_for_a_while_and_no_other_does(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var (phone, _) = await Phone.SetUp(host, owner);
        using var browser = host.Anonymous();
        host.Clock.Move(Step);
        (await SignIn(browser, phone.Code(), remember: true)).Expect(HttpStatusCode.OK);
        var device = (await browser.Get("/api/v1/me/devices")).Body.Items().Single();
        Assert.True(device.GetProperty("current").GetBoolean());
        Assert.NotNull(device.Maybe("trustedUntil"));
        (await browser.Delete("/api/v1/session")).Expect(HttpStatusCode.NoContent);

        (await SignIn(browser)).Expect(HttpStatusCode.OK); // no code
        Assert.True((await browser.Get("/api/v1/sessions")).Body.Items().Single(row => row.GetProperty("current").GetBoolean()).GetProperty("withSecondFactor").GetBoolean());
        Assert.Equal("validation", (await browser.Post("/api/v1/session/proof", new { password = ApiHost.Password })).Code); // what asks for a proof wants the code still
        using var other = host.Anonymous();
        Assert.Equal("otp_required", (await SignIn(other)).Code);
        other.Device = browser.Device![..^1] + (browser.Device[^1] == 'A' ? 'B' : 'A');
        Assert.Equal("otp_required", (await SignIn(other)).Code);
        Assert.Equal("invalid_credentials", (await SignIn(browser, password: "not the password at all")).Code);

        host.Clock.Move(TimeSpan.FromDays(31));
        Assert.Equal("otp_required", (await SignIn(browser)).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Trust_ends_with_the_password_with_the_workspaces_rule_and_when_it_is_taken_back(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var (phone, _) = await Phone.SetUp(host, owner);
        using var browser = host.Anonymous();
        async Task Remember(string password)
        {
            host.Clock.Move(Step);
            (await SignIn(browser, phone.Code(), remember: true, password)).Expect(HttpStatusCode.OK);
            using var again = host.Anonymous();
            again.Device = browser.Device;
            (await SignIn(again, password: password)).Expect(HttpStatusCode.OK);
        }

        await Remember(ApiHost.Password);
        (await browser.Delete("/api/v1/me/devices/trust")).Expect(HttpStatusCode.NoContent);
        Assert.Equal("otp_required", (await SignIn(browser)).Code);

        await Remember(ApiHost.Password);
        (await browser.Patch("/api/v1/sign-in-policy", new { sessions = new { trustDays = 0 } })).Expect(HttpStatusCode.OK);
        host.Clock.Move(TimeSpan.FromSeconds(6));
        Assert.Equal("otp_required", (await SignIn(browser)).Code);
        (await browser.Patch("/api/v1/sign-in-policy", new { sessions = new { trustDays = 7 } })).Expect(HttpStatusCode.OK);
        host.Clock.Move(TimeSpan.FromSeconds(6));

        await Remember(ApiHost.Password);
        (await browser.Post("/api/v1/me/password", new { current = ApiHost.Password, password = "another good password" })).Expect(HttpStatusCode.NoContent);
        Assert.Equal("otp_required", (await SignIn(browser, password: "another good password")).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_new_browser_is_told_once_and_every_sign_in_stands_in_the_history(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var home = host.Anonymous();
        (await SignIn(home)).Expect(HttpStatusCode.OK);
        Assert.Equal(0, (await home.Get("/api/v1/me/notices/count")).Body.Long("unread")); // the first is no news
        host.Clock.Move(TimeSpan.FromMinutes(1));
        (await SignIn(home)).Expect(HttpStatusCode.OK);
        using var thief = host.Anonymous();
        host.Clock.Move(TimeSpan.FromMinutes(1));
        Assert.Equal("invalid_credentials", (await SignIn(thief, password: "guessed, and wrong")).Code);
        host.Clock.Move(TimeSpan.FromMinutes(1));
        (await SignIn(thief)).Expect(HttpStatusCode.OK);

        var notice = (await home.Get("/api/v1/me/notices")).Body.Items().Single();
        Assert.Equal(("device.new", false), (notice.Text("kind"), notice.GetProperty("read").GetBoolean()));
        var history = (await home.Get("/api/v1/me/sign-ins")).Body.Items().ToList();
        Assert.Equal(["started", "refused", "started", "started"], history.Select(one => one.Text("outcome")));
        Assert.Equal((true, notice.Text("about")), (history[0].GetProperty("newDevice").GetBoolean(), history[0].Text("device")));
        Assert.Equal(("password", "127.0.0.1"), (history[1].Text("wrong"), history[1].Text("address")));
        var page = (await home.Get("/api/v1/me/sign-ins?limit=3")).Body;
        Assert.Single((await home.Get("/api/v1/me/sign-ins?limit=3&cursor=" + page.Text("nextCursor"))).Body.Items());

        (await home.Delete("/api/v1/me/devices/" + notice.Text("about"))).Expect(HttpStatusCode.NoContent); // that was not me
        host.Clock.Move(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.Get("/api/v1/session")).Status);
        Assert.Equal(0, (await home.Post("/api/v1/me/notices/read", new { upTo = notice.Text("id") })).Body.Long("unread"));
        Assert.True((await home.Get("/api/v1/me/notices")).Body.Items().Single().GetProperty("read").GetBoolean());

        using var colleague = await host.Colleague(owner, "agent");
        Assert.Empty((await colleague.Get("/api/v1/me/notices")).Body.Items());
        Assert.Equal(HttpStatusCode.NotFound, (await colleague.Delete($"/api/v1/me/devices/{(await home.Get("/api/v1/me/devices")).Body.Items().First().Text("id")}")).Status);
        Assert.Single((await colleague.Get("/api/v1/me/sign-ins")).Body.Items());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task There_are_as_many_sessions_as_the_workspace_allows_and_none_stays_idle_for_longer(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        Assert.Equal("validation", (await owner.Patch("/api/v1/sign-in-policy", new { sessions = new { mostSessions = 0, idleMinutes = 1, trustDays = 91 } })).Code);
        (await owner.Patch("/api/v1/sign-in-policy", new { sessions = new { mostSessions = 2, idleMinutes = 10 } })).Expect(HttpStatusCode.OK);
        var browsers = Enumerable.Range(0, 3).Select(_ => host.Anonymous()).ToList();
        foreach (var browser in browsers)
        {
            host.Clock.Move(TimeSpan.FromSeconds(61));
            (await SignIn(browser)).Expect(HttpStatusCode.OK);
        }
        host.Clock.Move(TimeSpan.FromSeconds(6));
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK], await Task.WhenAll(browsers.Select(async browser => (await browser.Get("/api/v1/session")).Status)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.Get("/api/v1/session")).Status);
        host.Clock.Move(TimeSpan.FromMinutes(8));
        Assert.Equal(HttpStatusCode.OK, (await browsers[1].Get("/api/v1/session")).Status);
        await Until.True(async () =>
        {
            await using var db = host.Storage.ReadSystem();
            return await db.Table<Session>().AnyAsync(session => session.LastSeenAt == host.Clock.Now);
        }, "the use is noted");
        host.Clock.Move(TimeSpan.FromMinutes(2));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized], new[] { (await browsers[1].Get("/api/v1/session")).Status, (await browsers[2].Get("/api/v1/session")).Status });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_lock_outlives_the_node_and_hides_who_exists(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        foreach (var email in new[] { "owner@example.com", "nobody@example.com" })
        {
            using var guesser = host.Anonymous();
            for (var n = 0; n < 5; n++)
                Assert.Equal("invalid_credentials", (await guesser.Post("/api/v1/session", new { email, password = "guess number " + n })).Code);
        }
        // Another node of this store, or this one after a restart: it counted nothing itself.
        await using var other = await ApiHost.Beside(host);
        foreach (var email in new[] { "owner@example.com", "nobody@example.com" })
        {
            using var again = other.Anonymous();
            var locked = await again.Post("/api/v1/session", new { email, password = ApiHost.Password });
            Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (locked.Status, locked.Code));
            Assert.InRange(locked.Raw.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        }
        host.Clock.Move(TimeSpan.FromSeconds(31));
        using var right = other.Anonymous();
        (await SignIn(right)).Expect(HttpStatusCode.OK);
        await using var db = other.Storage.ReadSystem();
        Assert.Single(await db.Table<SignInLock>().ToListAsync()); // the owner's is forgotten
    }
}
