using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Passkeys;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Passkeys with an authenticator in software, honest and hostile.</summary>
public sealed class PasskeyTests
{
    private const string Home = "https://chat.shop.example";

    private static SoftKey Key() => new(Home, "chat.shop.example");

    private static Task<ApiHost> Host() => ApiHost.Start(publicUrl: Home);

    private static async Task<ApiAnswer> Add(ApiClient who, SoftKey key, string name = "笔记本")
    {
        var begun = await who.Post("/api/v1/me/passkeys/begin", new { });
        Assert.Equal(HttpStatusCode.OK, begun.Status);
        return await who.Post("/api/v1/me/passkeys", new { name, state = begun.Text("state"), credential = key.Create(begun.Body.GetProperty("options")) });
    }

    private static async Task<ApiAnswer> SignIn(ApiClient browser, SoftKey key)
    {
        var begun = await browser.Post("/api/v1/session/passkey/begin", new { });
        return await browser.Post("/api/v1/session/passkey", new { state = begun.Text("state"), credential = key.Get(begun.Body.GetProperty("options")) });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_passkey_signs_in_without_a_password_and_is_a_second_factor(string engine)
    {
        await using var host = await ApiHost.On(engine, publicUrl: Home);
        var owner = await host.SetUp();
        using var key = Key();
        var added = await Add(owner, key);
        Assert.Equal(HttpStatusCode.Created, added.Status);
        Assert.Equal(10, added.Body.GetProperty("recoveryCodes").GetArrayLength());
        using var second = Key();
        Assert.Equal(JsonValueKind.Null, (await Add(owner, second, "手机")).Body.GetProperty("recoveryCodes").ValueKind);
        Assert.Equal(["笔记本", "手机"], (await owner.Get("/api/v1/me/passkeys")).Body.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("name").GetString()!));

        using var browser = host.Anonymous();
        var session = await SignIn(browser, key);
        Assert.Equal("owner@example.com", session.Text("agent", "email"));
        Assert.True((await browser.Get("/api/v1/sessions")).Body.GetProperty("items").EnumerateArray().Single(one => one.GetProperty("current").GetBoolean()).GetProperty("withSecondFactor").GetBoolean());

        // After the password it stands in for a code; so does a recovery code.
        using var third = host.Anonymous();
        Assert.Equal("otp_required", (await third.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password })).Code);
        var begun = await third.Post("/api/v1/session/passkey/begin", new { });
        var passkey = new { state = begun.Text("state"), credential = second.Get(begun.Body.GetProperty("options")) };
        Assert.Equal(HttpStatusCode.OK, (await third.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password, passkey })).Status);
        Assert.Equal("otp_invalid", (await host.Anonymous().Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password, passkey })).Code);
        var code = added.Body.GetProperty("recoveryCodes")[0].GetString();
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous().Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password, otp = code })).Status);

        var id = (await browser.Get("/api/v1/me/passkeys")).Body.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await browser.Patch($"/api/v1/me/passkeys/{id}", new { name = "旧电脑" })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await browser.Delete($"/api/v1/me/passkeys/{id}")).Status);
        Assert.Equal("passkey_refused", (await SignIn(host.Anonymous(), key)).Code);
    }

    [Fact]
    public async Task Hostile_answers_open_nothing()
    {
        await using var host = await Host();
        var owner = await host.SetUp();
        using var key = Key();
        await Add(owner, key);

        async Task<string> Lie(Action<SoftKey> change)
        {
            var (origin, rpId, handle, count) = (key.Origin, key.RpId, key.Handle, key.Count);
            change(key);
            using var browser = host.Anonymous();
            var answer = await SignIn(browser, key);
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Get("/api/v1/session")).Status);
            (key.Origin, key.RpId, key.Handle, key.Verified, key.CrossOrigin, key.FlipSignature, key.Count) = (origin, rpId, handle, true, false, false, Math.Max(count, key.Count));
            return answer.Code;
        }

        Assert.Equal("passkey_refused", await Lie(it => it.Origin = "https://chat.shop.example.evil"));
        Assert.Equal("passkey_refused", await Lie(it => it.Origin = "http://chat.shop.example"));
        Assert.Equal("passkey_refused", await Lie(it => it.RpId = "shop.example"));
        Assert.Equal("passkey_refused", await Lie(it => it.Verified = false));
        Assert.Equal("passkey_refused", await Lie(it => it.CrossOrigin = true));
        Assert.Equal("passkey_refused", await Lie(it => it.FlipSignature = true));
        Assert.Equal("passkey_refused", await Lie(it => it.Handle = "nobody"));

        // Somebody else's handle with this key, and the other way round.
        var colleague = await host.Colleague(owner, "agent");
        using var theirs = Key();
        await Add(colleague, theirs);
        var own = key.Handle;
        Assert.Equal("passkey_refused", await Lie(it => it.Handle = theirs.Handle));
        theirs.Handle = own;
        Assert.Equal("passkey_refused", (await SignIn(host.Anonymous(), theirs)).Code);

        // A key that was copied shows by its counter.
        Assert.Equal(HttpStatusCode.OK, (await SignIn(host.Anonymous(), key)).Status);
        key.Count = 0;
        Assert.Equal("passkey_refused", (await SignIn(host.Anonymous(), key)).Code);
    }

    [Fact]
    public async Task An_answer_counts_once_for_what_it_was_asked_for_and_for_five_minutes()
    {
        await using var host = await Host();
        var owner = await host.SetUp();
        using var key = Key();
        await Add(owner, key);
        using var browser = host.Anonymous();
        var begun = await browser.Post("/api/v1/session/passkey/begin", new { });
        var answer = new { state = begun.Text("state"), credential = key.Get(begun.Body.GetProperty("options")) };
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/api/v1/session/passkey", answer)).Status);
        Assert.Equal("passkey_refused", (await host.Anonymous().Post("/api/v1/session/passkey", answer)).Code);

        // With a device that does not count, only the remembered challenge says so.
        await host.Storage.RunSystem((unit, ct) => unit.Db.Table<Passkey>().ExecuteUpdateAsync(set => set.SetProperty(passkey => passkey.SignCount, 0), ct), CancellationToken.None);
        key.Count = uint.MaxValue; // the next answer says 0
        var again = await host.Anonymous().Post("/api/v1/session/passkey/begin", new { });
        var uncounted = new { state = again.Text("state"), credential = key.Get(again.Body.GetProperty("options")) };
        Assert.Equal(HttpStatusCode.OK, (await host.Anonymous().Post("/api/v1/session/passkey", uncounted)).Status);
        Assert.Equal("passkey_refused", (await host.Anonymous().Post("/api/v1/session/passkey", uncounted)).Code);

        // A challenge to sign in is none to prove, nor the other way round, nor in another session.
        key.Count = 10;
        var signIn = await browser.Post("/api/v1/session/passkey/begin", new { });
        Assert.Equal("passkey_refused", (await browser.Post("/api/v1/session/proof/passkey", new { state = signIn.Text("state"), credential = key.Get(signIn.Body.GetProperty("options")) })).Code);
        var proof = await browser.Post("/api/v1/session/proof/passkey/begin", new { });
        Assert.Equal("passkey_refused", (await host.Anonymous().Post("/api/v1/session/passkey", new { state = proof.Text("state"), credential = key.Get(proof.Body.GetProperty("options")) })).Code);
        Assert.Equal("passkey_refused", (await owner.Post("/api/v1/session/proof/passkey", new { state = proof.Text("state"), credential = key.Get(proof.Body.GetProperty("options")) })).Code);

        var late = await browser.Post("/api/v1/session/passkey/begin", new { });
        host.Clock.Move(TimeSpan.FromMinutes(6));
        Assert.Equal("passkey_refused", (await host.Anonymous().Post("/api/v1/session/passkey", new { state = late.Text("state"), credential = key.Get(late.Body.GetProperty("options")) })).Code);
    }

    [Fact]
    public async Task A_passkey_proves_for_what_is_dangerous_and_lifts_the_demand_for_a_second_factor()
    {
        await using var host = await Host();
        var owner = await host.SetUp();
        using var key = Key();
        await Add(owner, key);
        Assert.True((await owner.Get("/api/v1/session/proof")).Body.GetProperty("passkey").GetBoolean());
        host.Clock.Move(TimeSpan.FromMinutes(6));
        Assert.Equal("proof_required", (await owner.Post("/api/v1/tokens", new { name = "t" })).Code);
        var begun = await owner.Post("/api/v1/session/proof/passkey/begin", new { });
        Assert.Equal(1, begun.Body.GetProperty("options").GetProperty("allowCredentials").GetArrayLength());
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Post("/api/v1/session/proof/passkey", new { state = begun.Text("state"), credential = key.Get(begun.Body.GetProperty("options")) })).Status);
        Assert.Equal(HttpStatusCode.Created, (await owner.Post("/api/v1/tokens", new { name = "t" })).Status);

        var colleague = await host.Colleague(owner, "agent");
        var email = (await colleague.Get("/api/v1/session")).Text("agent", "email");
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch("/api/v1/workspace", new { secondFactor = "required" })).Status);
        using var browser = host.Anonymous();
        Assert.Equal("second_factor", (await browser.Post("/api/v1/session", new { email, password = ApiHost.Password })).Text("limitedTo"));
        Assert.Equal("second_factor_required", (await browser.Get("/api/v1/agents")).Code);
        using var theirs = Key();
        Assert.Equal(HttpStatusCode.Created, (await Add(browser, theirs)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/api/v1/agents")).Status);
        var id = (await browser.Get("/api/v1/me/passkeys")).Body.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal("second_factor_kept", (await browser.Delete($"/api/v1/me/passkeys/{id}")).Code);

        // An administrator takes it away when the device is lost.
        var them = (await browser.Get("/api/v1/session")).Text("agent", "id");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"/api/v1/agents/{them}/second-factor")).Status);
        Assert.Equal("passkey_refused", (await SignIn(host.Anonymous(), theirs)).Code);
    }

    [Fact]
    public async Task A_registration_is_checked_as_well()
    {
        await using var host = await Host();
        var owner = await host.SetUp();
        using var foreign = Key();
        foreign.Origin = "https://evil.example";
        Assert.Equal("passkey_refused", (await Add(owner, foreign)).Code);
        using var unverified = Key();
        unverified.Verified = false;
        Assert.Equal("passkey_refused", (await Add(owner, unverified)).Code);
        using var key = Key();
        Assert.Equal(HttpStatusCode.Created, (await Add(owner, key)).Status);
        var colleague = await host.Colleague(owner, "agent");
        Assert.Equal("passkey_refused", (await Add(colleague, key)).Code); // registered for somebody already
        Assert.Equal(new PasskeyOwner(1, Guid.Empty), PasskeyOwner.Of(new PasskeyOwner(1, Guid.Empty).Handle));
        Assert.Null(PasskeyOwner.Of("1"));
        Assert.Null(PasskeyOwner.Of(Encoding.UTF8.GetString([0xff])));
    }
}
