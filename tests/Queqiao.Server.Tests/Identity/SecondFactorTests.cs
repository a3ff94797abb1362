using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

public sealed class SecondFactorTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private static Task<ApiAnswer> SignIn(ApiClient browser, string? otp = null, string email = "owner@example.com") =>
        browser.Post("/api/v1/session", new { email, password = ApiHost.Password, otp });

    [Theory, OnSqlite, OnPostgres]
    public async Task With_a_second_factor_a_password_alone_signs_nobody_in(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var (phone, codes) = await Phone.SetUp(host, owner);
        Assert.Equal(10, codes.Count);
        using var browser = host.Anonymous();
        var half = await SignIn(browser);
        Assert.Equal((HttpStatusCode.Unauthorized, "otp_required", null), (half.Status, half.Code, browser.Cookie));
        Assert.Equal("otp_invalid", (await SignIn(browser, "000000")).Code);
        host.Clock.Move(Step);
        Assert.Equal(HttpStatusCode.OK, (await SignIn(browser, phone.Code())).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/api/v1/agents")).Status);
        var state = (await browser.Get("/api/v1/me/second-factor")).Body;
        Assert.Equal((true, 10), (state.GetProperty("on").GetBoolean(), state.GetProperty("recoveryCodesLeft").GetInt32()));
        Assert.True((await browser.Get("/api/v1/sessions")).Body.GetProperty("items").EnumerateArray().Single(row => row.GetProperty("current").GetBoolean()).GetProperty("withSecondFactor").GetBoolean());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_code_counts_once_also_when_it_comes_twice_at_the_same_time(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var (phone, _) = await Phone.SetUp(host, owner);
        using var replay = host.Anonymous();
        Assert.Equal("otp_invalid", (await SignIn(replay, phone.Code())).Code); // the code that set it up
        host.Clock.Move(Step);
        using var one = host.Anonymous();
        using var two = host.Anonymous();
        var answers = await Task.WhenAll(SignIn(one, phone.Code()), SignIn(two, phone.Code()));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Unauthorized && answer.Code == "otp_invalid");
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_recovery_code_stands_in_once(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var (_, codes) = await Phone.SetUp(host, owner);
        using var browser = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await SignIn(browser, codes[3].ToUpperInvariant())).Status);
        using var again = host.Anonymous();
        Assert.Equal("otp_invalid", (await SignIn(again, codes[3])).Code);
        Assert.Equal(9, (await browser.Get("/api/v1/me/second-factor")).Body.GetProperty("recoveryCodesLeft").GetInt32());
        await using var db = host.Storage.Read(1);
        Assert.Equal(1, await db.Table<AuditRow>().CountAsync(row => row.Action == "recovery_code.used"));
        // what is stored is neither the code nor a plain hash of it
        var stored = await db.Table<RecoveryCode>().Select(code => code.CodeHash).ToListAsync();
        Assert.DoesNotContain(stored, hash => hash.AsSpan().SequenceEqual(System.Security.Cryptography.SHA256.HashData(Encoding.ASCII.GetBytes(codes[0]))));
    }

    [Fact]
    public async Task Guessing_codes_is_slow_wherever_it_comes_from_and_the_owner_gets_in_later()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var (phone, _) = await Phone.SetUp(host, owner);
        for (var guess = 0; guess < 5; guess++) // the password is right each time, so only the codes are counted
            Assert.Equal("validation", (await Prove(owner, "000000")).Code);
        var held = await Prove(owner, phone.Code(1));
        Assert.Equal((HttpStatusCode.TooManyRequests, "rate_limited"), (held.Status, held.Code));
        using var elsewhere = host.Anonymous();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SignIn(elsewhere, phone.Code(1))).Status);
        host.Clock.Move(TimeSpan.FromMinutes(6));
        Assert.Equal(HttpStatusCode.OK, (await SignIn(elsewhere, phone.Code())).Status);

        static Task<ApiAnswer> Prove(ApiClient who, string otp) => who.Post("/api/v1/session/proof", new { password = ApiHost.Password, otp });
    }

    [Fact]
    public async Task A_first_code_that_is_wrong_turns_nothing_on()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal("second_factor_off", (await owner.Post("/api/v1/me/second-factor/confirm", new { code = "123456" })).Code);
        Assert.Equal(HttpStatusCode.OK, (await owner.Post("/api/v1/me/second-factor", new { })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.Post("/api/v1/me/second-factor/confirm", new { code = "123456" })).Status);
        using var browser = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await SignIn(browser)).Status);
        // beginning again makes another secret; the first is worthless
        var first = (await owner.Post("/api/v1/me/second-factor", new { })).Text("secret");
        Assert.NotEqual(first, (await owner.Post("/api/v1/me/second-factor", new { })).Text("secret"));
        await Phone.SetUp(host, owner);
        Assert.Equal("second_factor_on", (await owner.Post("/api/v1/me/second-factor", new { })).Code);
    }

    [Fact]
    public async Task The_secret_is_sealed_where_it_is_stored()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var begun = await owner.Post("/api/v1/me/second-factor", new { });
        await using var db = host.Storage.Read(1);
        var stored = (await db.Table<SecondFactor>().SingleAsync()).Secret;
        Assert.DoesNotContain(begun.Text("secret"), Encoding.Latin1.GetString(stored), StringComparison.Ordinal);
        Assert.True(stored.Length > Server.Identity.Factors.Totp.SecretLength + 16);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Where_a_second_factor_is_required_new_sign_ins_can_only_set_it_up(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var before = await host.Colleague(owner, "admin");
        var email = (await before.Get("/api/v1/session")).Text("agent", "email");
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch("/api/v1/workspace", new { secondFactor = "required" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await before.Get("/api/v1/agents")).Status); // who is at work goes on working

        using var next = host.Anonymous();
        var session = await SignIn(next, email: email);
        Assert.Equal(HttpStatusCode.OK, session.Status);
        Assert.Equal("second_factor", session.Text("limitedTo"));
        Assert.Equal(0, session.Body.GetProperty("permissions").GetArrayLength());
        foreach (var path in new[] { "/api/v1/agents", "/api/v1/teams", "/api/v1/sessions", "/api/v1/workspace", "/api/v1/channels", "/api/v1/tokens" })
            Assert.Equal((path, "second_factor_required"), (path, (await next.Get(path)).Code));
        Assert.Equal("second_factor_required", (await next.Post("/api/v1/tokens", new { name = "x" })).Code);
        Assert.Equal("second_factor_required", (await next.Post("/api/v1/me/password", new { current = ApiHost.Password, password = "another good password" })).Code);
        await Phone.SetUp(host, next);
        Assert.Equal(HttpStatusCode.OK, (await next.Get("/api/v1/agents")).Status);
        Assert.Equal("second_factor_kept", (await next.Delete("/api/v1/me/second-factor")).Code);
    }

    [Fact]
    public async Task An_administrator_takes_a_lost_factor_away_but_not_one_from_above()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var admin = await host.Colleague(owner, "admin");
        using var agent = await host.Colleague(owner, "agent");
        var (ownerId, agentId) = ((await owner.Get("/api/v1/session")).Text("agent", "id"), (await agent.Get("/api/v1/session")).Text("agent", "id"));
        await Phone.SetUp(host, owner);
        await Phone.SetUp(host, agent);
        Assert.Equal("agent_above_own", (await admin.Delete($"/api/v1/agents/{ownerId}/second-factor")).Code);
        Assert.Equal("forbidden", (await agent.Delete($"/api/v1/agents/{ownerId}/second-factor")).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.Delete($"/api/v1/agents/{Guid.NewGuid()}/second-factor")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.Delete($"/api/v1/agents/{agentId}/second-factor")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await agent.Get("/api/v1/session")).Status);
        Assert.Equal("second_factor_off", (await admin.Delete($"/api/v1/agents/{agentId}/second-factor")).Code);
        await using var db = host.Storage.Read(1);
        Assert.Equal(agentId, (await db.Table<AuditRow>().SingleAsync(row => row.Action == "second_factor.reset")).ObjectId);
    }

    [Fact]
    public async Task New_recovery_codes_make_the_old_ones_worthless()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal("second_factor_off", (await owner.Post("/api/v1/me/recovery-codes", new { })).Code);
        var (_, old) = await Phone.SetUp(host, owner);
        var fresh = (await owner.Post("/api/v1/me/recovery-codes", new { })).Body.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!).ToList();
        Assert.Empty(old.Intersect(fresh));
        using var browser = host.Anonymous();
        Assert.Equal("otp_invalid", (await SignIn(browser, old[0])).Code);
        Assert.Equal(HttpStatusCode.OK, (await SignIn(browser, fresh[0])).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.Delete("/api/v1/me/second-factor")).Status);
        using var plain = host.Anonymous();
        Assert.Equal(HttpStatusCode.OK, (await SignIn(plain)).Status);
    }
}
