using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Invitations and reset links: once, for a while, and worth nothing to whoever has the database.</summary>
public sealed class LinkTests
{
    private static string SecretOf(ApiAnswer answer) => answer.Text("link").Split("#token=")[^1];

    private static Task<ApiAnswer> Accept(ApiClient browser, string token, string name = "小陈") =>
        browser.Post("/api/v1/invitations/accept", new { token, name, password = ApiHost.Password, locale = "en" });

    [Theory, OnSqlite, OnPostgres]
    public async Task An_invitation_becomes_an_account_in_its_teams(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var team = (await owner.Post("/api/v1/teams", new { name = "A" })).Text("id");
        var made = await owner.Post("/api/v1/invitations", new { email = " Chen@Example.com ", role = "supervisor", teams = new[] { team } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Matches("^http://127.0.0.1:\\d+/console/invitation#token=[\\w-]{43}$", made.Text("link"));
        Assert.Equal("Chen@Example.com", (await owner.Get("/api/v1/invitations")).Body.GetProperty("items")[0].GetProperty("email").GetString());
        using var browser = host.Anonymous();
        host.Clock.Move(TimeSpan.FromMilliseconds(1)); // within a millisecond nothing has an order
        var seen = await browser.Post("/api/v1/invitations/look", new { token = SecretOf(made) });
        Assert.Equal(("鹊桥优选", "Chen@Example.com", "supervisor"), (seen.Text("workspace"), seen.Text("email"), seen.Text("role")));
        var accepted = await Accept(browser, SecretOf(made));
        Assert.Equal(HttpStatusCode.Created, accepted.Status);
        Assert.Equal(("小陈", "supervisor", "en"), (accepted.Text("agent", "name"), accepted.Text("agent", "role"), accepted.Text("agent", "locale")));
        Assert.Equal("A", (await browser.Get("/api/v1/me")).Body.GetProperty("teams")[0].GetProperty("name").GetString());
        Assert.Equal(0, (await owner.Get("/api/v1/invitations")).Body.GetProperty("items").GetArrayLength());
        await using var db = host.Storage.Read(1);
        Assert.Equal(["invitation.created", "invitation.accepted"], await db.Table<AuditRow>().Where(row => row.Action.StartsWith("invitation.")).OrderBy(row => row.Id).Select(row => row.Action).ToListAsync());
        Assert.DoesNotContain(await db.Table<Invitation>().Select(one => one.TokenHash).ToListAsync(), hash => System.Text.Encoding.Latin1.GetString(hash).Contains(SecretOf(made), StringComparison.Ordinal));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_many_who_take_one_invitation_at_once_one_gets_in(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var secret = SecretOf(await owner.Post("/api/v1/invitations", new { email = "chen@example.com", role = "agent" }));
        var browsers = Enumerable.Range(0, 4).Select(_ => host.Anonymous()).ToList();
        var answers = await Task.WhenAll(browsers.Select(browser => Accept(browser, secret)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => Assert.Contains(answer.Code, new[] { "link_invalid", "email_taken" }));
        Assert.Equal("link_invalid", (await Accept(browsers[0], secret)).Code);
        browsers.ForEach(browser => browser.Dispose());
    }

    [Fact]
    public async Task What_is_used_revoked_replaced_old_or_no_link_opens_nothing()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var browser = host.Anonymous();
        var revoked = await owner.Post("/api/v1/invitations", new { email = "a@example.com", role = "agent" });
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete("/api/v1/invitations/" + revoked.Text("invitation", "id"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.Delete("/api/v1/invitations/" + revoked.Text("invitation", "id"))).Status);
        var replaced = await owner.Post("/api/v1/invitations", new { email = "b@example.com", role = "agent" });
        var renewed = await owner.Post($"/api/v1/invitations/{replaced.Text("invitation", "id")}/renew", new { });
        foreach (var token in new[] { SecretOf(revoked), SecretOf(replaced), "", " ", new string('A', 43), SecretOf(renewed)[..42], SecretOf(renewed) + " " })
        {
            Assert.Equal("link_invalid", (await browser.Post("/api/v1/invitations/look", new { token })).Code);
            Assert.Equal("link_invalid", (await Accept(browser, token)).Code);
        }
        host.Clock.Move(TimeSpan.FromDays(7));
        Assert.Equal("link_invalid", (await Accept(browser, SecretOf(renewed))).Code);
        Assert.Null(browser.Cookie);
    }

    [Fact]
    public async Task An_address_is_invited_once_at_a_time_and_not_when_it_has_an_account()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var first = await owner.Post("/api/v1/invitations", new { email = "a@example.com", role = "agent" });
        Assert.Equal("invitation_waiting", (await owner.Post("/api/v1/invitations", new { email = "A@example.com", role = "viewer" })).Code);
        Assert.Equal("email_taken", (await owner.Post("/api/v1/invitations", new { email = "OWNER@example.com", role = "agent" })).Code);
        Assert.Equal("validation", (await owner.Post("/api/v1/invitations", new { email = "b@example.com", role = "agent", teams = new[] { Guid.NewGuid() } })).Code);
        Assert.Equal("forbidden", (await agent.Post("/api/v1/invitations", new { email = "b@example.com", role = "viewer" })).Code);
        await owner.Delete("/api/v1/invitations/" + first.Text("invitation", "id"));
        Assert.Equal(HttpStatusCode.Created, (await owner.Post("/api/v1/invitations", new { email = "a@example.com", role = "agent" })).Status);
    }

    [Fact]
    public async Task Links_begin_with_the_public_address_whatever_the_request_says()
    {
        await using var host = await ApiHost.Start(publicUrl: "https://chat.example.com");
        using var owner = await host.SetUp();
        Assert.StartsWith("https://chat.example.com/console/invitation#token=", (await owner.Post("/api/v1/invitations", new { email = "a@example.com", role = "agent" })).Text("link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_links_is_slowed_down()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var guesser = host.Anonymous();
        var tries = 0;
        while ((await guesser.Post("/api/v1/password-resets/look", new { token = new string('A', 43) })).Status == HttpStatusCode.Forbidden && tries < 100)
            tries++;
        Assert.Equal(40, tries);
        Assert.Equal("rate_limited", (await Accept(guesser, new string('B', 43))).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_reset_link_sets_a_password_once_and_ends_every_session(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        var (id, email) = ((await agent.Get("/api/v1/session")).Text("agent", "id"), (await agent.Get("/api/v1/session")).Text("agent", "email"));
        var old = SecretOf(await owner.Post($"/api/v1/agents/{id}/password-reset", new { }));
        var made = await owner.Post($"/api/v1/agents/{id}/password-reset", new { });
        using var browser = host.Anonymous();
        Assert.Equal("link_invalid", (await browser.Post("/api/v1/password-resets/look", new { token = old })).Code); // replaced
        Assert.Equal(email, (await browser.Post("/api/v1/password-resets/look", new { token = SecretOf(made) })).Text("email"));
        Assert.Equal("validation", (await Use("short")).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await Use("a brand new password")).Status);
        Assert.Null(browser.Cookie); // a link is not a sign-in: a second factor is still asked for
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Get("/api/v1/session")).Status);
        Assert.Equal("link_invalid", (await Use("another new password")).Code);
        Assert.Equal("invalid_credentials", (await browser.Post("/api/v1/session", new { email, password = ApiHost.Password })).Code);
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/api/v1/session", new { email, password = "a brand new password" })).Status);
        var late = SecretOf(await owner.Post($"/api/v1/agents/{id}/password-reset", new { }));
        host.Clock.Move(TimeSpan.FromHours(24));
        Assert.Equal("link_invalid", (await browser.Post("/api/v1/password-resets/use", new { token = late, password = "a third good password" })).Code);

        Task<ApiAnswer> Use(string password) => browser.Post("/api/v1/password-resets/use", new { token = SecretOf(made), password });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Changing_the_password_ends_the_other_sessions(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var other = host.Anonymous();
        await other.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password });
        Assert.Equal("validation", (await owner.Post("/api/v1/me/password", new { current = "not my password", password = "a brand new password" })).Code);
        Assert.Equal("validation", (await owner.Post("/api/v1/me/password", new { current = ApiHost.Password, password = "short" })).Code);
        Assert.Equal(HttpStatusCode.OK, (await other.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Post("/api/v1/me/password", new { current = ApiHost.Password, password = "a brand new password" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.Get("/api/v1/session")).Status);
    }
}
