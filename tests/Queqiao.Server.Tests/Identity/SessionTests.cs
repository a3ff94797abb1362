using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;

namespace Queqiao.Server.Tests.Identity;

public sealed class SessionTests
{
    private static readonly object RightPassword = new { email = "OWNER@Example.com ", password = ApiHost.Password };

    [Fact]
    public async Task Signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var browser = host.Anonymous();
        var answer = await browser.Post("/api/v1/session", RightPassword);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Matches("^queqiao-device=[A-Za-z0-9_-]{43}; max-age=34560000; path=/; samesite=strict; httponly$", answer.Raw.Headers.GetValues("Set-Cookie").Single(one => one.Contains("-device=", StringComparison.Ordinal)));
        var cookie = answer.Raw.Headers.GetValues("Set-Cookie").Single(one => !one.Contains("-device=", StringComparison.Ordinal));
        Assert.StartsWith("queqiao=", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("expires", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(browser.Token!, answer.Body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("owner@example.com", (await browser.Get("/api/v1/session")).Text("agent", "email"));
    }

    [Fact]
    public async Task With_HTTPS_the_cookie_is_bound_to_this_host_and_the_plain_one_is_not_taken()
    {
        await using var host = new ProgramHost(demo: true);
        using var browser = host.CreateClient(new() { BaseAddress = new Uri("https://chat.example.com"), HandleCookies = false });
        var password = (await File.ReadAllTextAsync(Path.Combine(host.Folder, "demo-password"))).Trim();
        using var answer = await browser.PostAsJsonAsync("/api/v1/session", new { email = "owner@demo.example", password });
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(one => !one.Contains("-device=", StringComparison.Ordinal));
        Assert.StartsWith("__Host-queqiao=", cookie, StringComparison.Ordinal);
        Assert.Contains("; path=/; secure; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        var given = cookie.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await With(given));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(given.Replace("__Host-", "", StringComparison.Ordinal)));

        async Task<HttpStatusCode> With(string sent)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/session");
            request.Headers.Add("Cookie", sent);
            using var response = await browser.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_program_may_carry_the_token_as_a_bearer()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var program = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/session", ("Authorization", "Bearer " + owner.Token))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Get("/api/v1/session", ("Authorization", "Bearer x"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Get("/api/v1/session", ("Authorization", "Basic " + owner.Token))).Status);
    }

    [Theory]
    [InlineData("owner@example.com", "wrong password!")]
    [InlineData("stranger@example.com", ApiHost.Password)]
    public async Task A_wrong_password_and_a_stranger_get_the_same_answer(string email, string password)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var browser = host.Anonymous();
        var answer = await browser.Post("/api/v1/session", new { email, password });
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_credentials"), (answer.Status, answer.Code));
        Assert.Null(browser.Cookie);
        await using var db = host.Storage.ReadSystem();
        Assert.Equal(1, await db.Table<AuditRow>().CountAsync(row => row.Action == "session.refused"));
    }

    [Fact]
    public async Task Somebody_who_no_longer_works_here_cannot_sign_in_nor_stay()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        await host.Storage.Run(1, (unit, ct) => unit.Db.Table<Agent>().ExecuteUpdateAsync(set => set.SetProperty(agent => agent.DisabledAt, 1L), ct), CancellationToken.None);
        host.Clock.Move(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.Get("/api/v1/session")).Status);
        using var browser = host.Anonymous();
        Assert.Equal("invalid_credentials", (await browser.Post("/api/v1/session", RightPassword)).Code);
    }

    [Fact]
    public async Task Guessing_is_slowed_down_with_a_time_to_wait()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var guesser = host.Anonymous();
        ApiAnswer answer;
        var tries = 0;
        do
            answer = await guesser.Post("/api/v1/session", new { email = "owner@example.com", password = "guess number " + tries });
        while (answer.Status == HttpStatusCode.Unauthorized && ++tries < 40);
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (answer.Status, answer.Code));
        Assert.True(answer.Raw.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_at_once_and_tells_the_sockets()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var thief = host.Anonymous();
        thief.Cookie = owner.Cookie;
        Assert.Equal(HttpStatusCode.OK, (await thief.Get("/api/v1/session")).Status);
        SignedOut? heard = null;
        host.Services.GetRequiredService<IActors>().SignedOut += told => heard = told;
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.Get("/api/v1/session")).Status);
        Assert.NotNull(heard?.TokenHash);
        Assert.False(await host.Services.GetRequiredService<ISessions>().Stands(new SignedInBy(heard.TokenHash), active: true, CancellationToken.None));
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_that_the_browser_had()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var old = host.Anonymous();
        old.Cookie = owner.Cookie;
        Assert.Equal(HttpStatusCode.OK, (await owner.Post("/api/v1/session", RightPassword)).Status);
        Assert.NotEqual(old.Cookie, owner.Cookie);
        Assert.Equal(HttpStatusCode.Unauthorized, (await old.Get("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
    }

    [Fact]
    public async Task A_session_ends_when_nobody_does_anything_for_half_an_hour()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        for (var i = 0; i < 3; i++)
        {
            host.Clock.Move(TimeSpan.FromMinutes(29));
            Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
            await Seen(host);
        }
        host.Clock.Move(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.Get("/api/v1/session")).Status);
    }

    [Fact]
    public async Task A_session_ends_after_ten_hours_whatever_happens()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
            await Seen(host);
            host.Clock.Move(TimeSpan.FromMinutes(29));
        }
        host.Clock.Move(TimeSpan.FromMinutes(20));
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.Get("/api/v1/session")).Status);
    }

    [Fact]
    public async Task Use_is_noted_at_most_once_a_minute()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var began = host.Clock.Now;
        host.Clock.Move(TimeSpan.FromSeconds(59));
        await owner.Get("/api/v1/session");
        Assert.Equal(began, await LastSeen(host));
        host.Clock.Move(TimeSpan.FromSeconds(1));
        await owner.Get("/api/v1/session");
        await Seen(host);
        Assert.Equal(began + 60_000, await LastSeen(host));
    }

    [Fact]
    public async Task Only_the_hash_of_the_token_is_stored()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        await using var db = host.Storage.ReadSystem();
        var session = await db.Table<Session>().SingleAsync();
        Assert.Equal(32, session.TokenHash.Length);
        Assert.NotEqual(System.Buffers.Text.Base64Url.DecodeFromChars(owner.Token), session.TokenHash);
    }

    /// <summary>The note of a use is written behind the answer: waits for it.</summary>
    private static async Task Seen(ApiHost host)
    {
        for (var i = 0; i < 200 && await LastSeen(host) < host.Clock.Now; i++)
            await Task.Delay(10);
    }

    private static async Task<long> LastSeen(ApiHost host)
    {
        await using var db = host.Storage.ReadSystem();
        return await db.Table<Session>().Select(session => session.LastSeenAt).SingleAsync();
    }
}
