using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Queqiao.Server.Identity.Storage;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Single sign-on through a real provider process, as browsers do it.</summary>
public sealed class SingleSignOnTests(OidcProvider provider) : IClassFixture<OidcProvider>
{
    private static readonly string[] Scopes = ["email", "profile", "groups"];

    private sealed record Stage(ApiHost Host, ApiClient Owner, string ProviderId, string RedirectUri) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    private async Task<Stage> Set(object? settings = null, bool enabled = true)
    {
        var host = await ApiHost.Start(also: builder => builder.Configuration.AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]));
        Now(host);
        var owner = await host.SetUp();
        var redirect = new Uri(host.Address, "/console/sso").ToString();
        var made = await owner.Post("/api/v1/sso/providers", new
        {
            name = "公司登录", issuer = provider.Issuer, clientId = "queqiao", clientSecret = OidcProvider.Secret, preset = "other", enabled,
            settings = settings ?? new { scopes = Scopes },
        });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var id = made.Text("id");
        await provider.Configure(new { redirectUris = new[] { redirect }, logoutUri = new Uri(host.Address, $"/sso/v1/{id}/logout").ToString(), signedOutUris = new[] { new Uri(host.Address, "/console/sign-in").ToString() } });
        return new Stage(host, owner, id, redirect);
    }

    /// <summary>The provider's clock is the machine's; ours never goes back.</summary>
    private static void Now(ApiHost host)
    {
        var behind = DateTimeOffset.UtcNow - host.Clock.GetUtcNow();
        if (behind > TimeSpan.Zero)
            host.Clock.Move(behind);
    }

    private static async Task<ApiAnswer> Go(Stage stage, SsoBrowser browser, string login, string begin = "/api/v1/sso/begin", OidcProvider.Walk? walk = null)
    {
        Now(stage.Host);
        var begun = await browser.Post(begin, new { providerId = stage.ProviderId, back = "/inbox/mine" });
        Assert.Equal(HttpStatusCode.OK, begun.Status);
        var (code, state, iss, error) = await OidcProvider.Through(begun.Text("url"), stage.RedirectUri, login, walk);
        Now(stage.Host);
        return await browser.Post("/api/v1/sso/complete", new { state, code, iss, error });
    }

    [OidcProviderFact]
    public async Task Somebody_new_gets_an_account_with_role_and_teams_of_their_groups_and_is_known_by_subject_afterwards()
    {
        await using var stage = await Set();
        var team = (await stage.Owner.Post("/api/v1/teams", new { name = "售后" })).Text("id");
        var changed = await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new
        {
            settings = new { scopes = Scopes, groups = new object[] { new { group = "support", teams = new[] { team } }, new { group = "leads", role = "supervisor" } } },
        });
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        await provider.Person(new { sub = "mei-1", email = "mei@shop.example", email_verified = true, name = "梅", groups = new[] { "support", "leads" } });
        using var browser = new SsoBrowser(stage.Host.Address);

        var first = await Go(stage, browser, "mei-1");
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal("signed_in", first.Text("kind"));
        Assert.Equal("/inbox/mine", first.Text("back"));
        Assert.Equal("supervisor", first.Text("session", "agent", "role"));
        Assert.Equal("梅", (await browser.Get("/api/v1/session")).Text("agent", "name"));
        Assert.Equal("售后", (await browser.Get("/api/v1/me")).Body.GetProperty("teams")[0].GetProperty("name").GetString());

        // Another address and other groups: still the same person, who is a supervisor no more.
        await provider.Person(new { sub = "mei-1", email = "mei.new@shop.example", email_verified = true, name = "梅", groups = new[] { "support" } });
        using var another = new SsoBrowser(stage.Host.Address);
        var second = await Go(stage, another, "mei-1");
        Assert.Equal(first.Text("session", "agent", "id"), second.Text("session", "agent", "id"));
        Assert.Equal("agent", second.Text("session", "agent", "role"));
        Assert.Equal("mei@shop.example", second.Text("session", "agent", "email"));

        // They have no password to guess.
        Assert.Equal("invalid_credentials", (await stage.Host.Anonymous().Post("/api/v1/session", new { email = "mei@shop.example", password = "x" })).Code);
    }

    [OidcProviderFact]
    public async Task An_address_alone_makes_nobody_anybody()
    {
        await using var stage = await Set();
        var colleague = await stage.Host.Colleague(stage.Owner, "agent");
        var email = (await colleague.Get("/api/v1/session")).Text("agent", "email");
        using var browser = new SsoBrowser(stage.Host.Address);

        await provider.Person(new { sub = "thief", email, email_verified = true, name = "T" });
        Assert.Equal("sso_link_first", (await Go(stage, browser, "thief")).Code);
        await provider.Person(new { sub = "thief", email = "owner@example.com", email_verified = false, name = "T" });
        Assert.Equal("sso_email_unverified", (await Go(stage, browser, "thief")).Code);
        await provider.Person(new { sub = "thief", name = "T" });
        Assert.Equal("sso_no_email", (await Go(stage, browser, "thief")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Get("/api/v1/session")).Status);

        // Trusted for linking: the address' owner gets the account, and every key from before is worthless. Owners are never linked so.
        await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { settings = new { scopes = Scopes, linksByEmail = true } });
        await provider.Person(new { sub = "rightful", email, email_verified = true, name = "R" });
        var linked = await Go(stage, browser, "rightful");
        Assert.Equal(email, linked.Text("session", "agent", "email"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await colleague.Get("/api/v1/session")).Status);
        Assert.Equal("invalid_credentials", (await stage.Host.Anonymous().Post("/api/v1/session", new { email, password = ApiHost.Password })).Code);
        await provider.Person(new { sub = "boss", email = "owner@example.com", email_verified = true, name = "B" });
        using var other = new SsoBrowser(stage.Host.Address);
        Assert.Equal("sso_link_first", (await Go(stage, other, "boss")).Code);
    }

    [OidcProviderFact]
    public async Task Linked_by_proof_somebody_signs_in_proves_and_unlinks()
    {
        await using var stage = await Set();
        using var browser = new SsoBrowser(stage.Host.Address);
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password })).Status);
        await provider.Person(new { sub = "lin", email = "somebody@else.example", email_verified = false, name = "Lin" });
        Assert.Equal("linked", (await Go(stage, browser, "lin", "/api/v1/me/identities")).Text("kind"));

        using var walk = new OidcProvider.Walk();
        using var second = new SsoBrowser(stage.Host.Address);
        Assert.Equal("owner@example.com", (await Go(stage, second, "lin", walk: walk)).Text("session", "agent", "email"));

        // The proof is old after five minutes; the provider asks again and gives another.
        await stage.Host.Storage.RunSystem((unit, ct) => unit.Db.Table<Session>().ExecuteUpdateAsync(set => set.SetProperty(session => session.ProvenAt, session => session.ProvenAt - 360_000), ct), CancellationToken.None);
        stage.Host.Clock.Move(TimeSpan.FromSeconds(6)); // what is remembered of sessions is five seconds old at most
        Assert.Equal("proof_required", (await second.Post("/api/v1/tokens", new { name = "t" })).Code);
        Assert.Equal("公司登录", (await second.Get("/api/v1/session/proof")).Body.GetProperty("providers")[0].GetProperty("name").GetString());
        Assert.Equal("proven", (await Go(stage, second, "lin", "/api/v1/session/proof/sso", walk)).Text("kind"));
        Assert.Equal(HttpStatusCode.Created, (await second.Post("/api/v1/tokens", new { name = "t" })).Status);

        // Somebody else at the provider proves nothing, and what is linked cannot be linked again.
        await provider.Person(new { sub = "someone", email = "x@else.example", name = "X" });
        Assert.Equal("sso_other_person", (await Go(stage, second, "someone", "/api/v1/session/proof/sso")).Code);
        var colleague = await stage.Host.Colleague(stage.Owner, "agent");
        using var theirs = new SsoBrowser(stage.Host.Address);
        await theirs.Post("/api/v1/session", new { email = (await colleague.Get("/api/v1/session")).Text("agent", "email"), password = ApiHost.Password });
        Assert.Equal("sso_identity_taken", (await Go(stage, theirs, "lin", "/api/v1/me/identities")).Code);

        var id = (await second.Get("/api/v1/me/identities")).Body.GetProperty("items")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await second.Delete($"/api/v1/me/identities/{id}")).Status);
        using var third = new SsoBrowser(stage.Host.Address);
        Assert.Equal("sso_email_unverified", (await Go(stage, third, "lin")).Code);
    }

    [OidcProviderFact]
    public async Task An_answer_counts_once_in_the_browser_that_asked_and_for_ten_minutes()
    {
        await using var stage = await Set();
        await provider.Person(new { sub = "once", email = "once@shop.example", email_verified = true, name = "O" });
        using var mine = new SsoBrowser(stage.Host.Address);
        using var other = new SsoBrowser(stage.Host.Address);
        var begun = await mine.Post("/api/v1/sso/begin", new { providerId = stage.ProviderId });
        var (code, state, iss, _) = await OidcProvider.Through(begun.Text("url"), stage.RedirectUri, "once");

        Assert.Equal("sso_state_invalid", (await other.Post("/api/v1/sso/complete", new { state, code, iss })).Code);
        var otherBegun = await other.Post("/api/v1/sso/begin", new { providerId = stage.ProviderId });
        var (_, otherState, _, _) = await OidcProvider.Through(otherBegun.Text("url"), stage.RedirectUri, "once");
        // Another browser's code in this browser's flow: PKCE refuses it at the provider.
        Assert.Equal("sso_failed", (await other.Post("/api/v1/sso/complete", new { state = otherState, code, iss })).Code);

        var begunAgain = await mine.Post("/api/v1/sso/begin", new { providerId = stage.ProviderId });
        var (code2, state2, iss2, _) = await OidcProvider.Through(begunAgain.Text("url"), stage.RedirectUri, "once");
        Assert.Equal("sso_failed", (await mine.Post("/api/v1/sso/complete", new { state = state2, code = code2, iss = "https://other.example" })).Code);
        Assert.Equal("sso_state_invalid", (await mine.Post("/api/v1/sso/complete", new { state = state2, code = code2, iss = iss2 })).Code);

        var begunLate = await mine.Post("/api/v1/sso/begin", new { providerId = stage.ProviderId });
        var (code3, state3, iss3, _) = await OidcProvider.Through(begunLate.Text("url"), stage.RedirectUri, "once");
        stage.Host.Clock.Move(TimeSpan.FromMinutes(11));
        Assert.Equal("sso_state_invalid", (await mine.Post("/api/v1/sso/complete", new { state = state3, code = code3, iss = iss3 })).Code);
    }

    [OidcProviderFact]
    public async Task Keys_may_be_rotated_and_the_settings_are_tested()
    {
        await using var stage = await Set(enabled: false);
        var tested = await stage.Owner.Post($"/api/v1/sso/providers/{stage.ProviderId}/test", new { });
        Assert.Equal("right", tested.Text("client"));
        Assert.True(tested.Body.GetProperty("pkce").GetBoolean());
        await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { clientSecret = "another" });
        Assert.Equal("wrong", (await stage.Owner.Post($"/api/v1/sso/providers/{stage.ProviderId}/test", new { })).Text("client"));
        await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { clientSecret = OidcProvider.Secret, issuer = provider.Issuer + "/" });
        Assert.Equal("sso_issuer_differs", (await stage.Owner.Post($"/api/v1/sso/providers/{stage.ProviderId}/test", new { })).Code);
        await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { issuer = provider.Issuer });

        // Off: nobody comes in, but the administrator may try it.
        using var browser = new SsoBrowser(stage.Host.Address);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Post("/api/v1/sso/begin", new { providerId = stage.ProviderId })).Status);
        await provider.Person(new { sub = "trial", email = "trial@shop.example", email_verified = true, name = "T", groups = new[] { "a" } });
        await browser.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password });
        var tried = await Go(stage, browser, "trial", $"/api/v1/sso/providers/{stage.ProviderId}/try");
        Assert.Equal("created", tried.Text("seen", "outcome"));
        Assert.Equal("a", tried.Body.GetProperty("seen").GetProperty("groups")[0].GetString());

        await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { enabled = true });
        using var person = new SsoBrowser(stage.Host.Address);
        Assert.Equal(HttpStatusCode.OK, (await Go(stage, person, "trial")).Status);
        await provider.Rotate();
        stage.Host.Clock.Move(TimeSpan.FromMinutes(2)); // keys are asked for once a minute at most
        using var afterwards = new SsoBrowser(stage.Host.Address);
        var begun = await afterwards.Post("/api/v1/sso/begin", new { providerId = stage.ProviderId });
        var (code, state, iss, _) = await OidcProvider.Through(begun.Text("url"), stage.RedirectUri, "trial");
        Assert.Equal(HttpStatusCode.OK, (await afterwards.Post("/api/v1/sso/complete", new { state, code, iss })).Status);
    }

    [OidcProviderFact]
    public async Task Who_signs_out_at_the_provider_is_signed_out_here()
    {
        await using var stage = await Set(new { scopes = Scopes, signsOutThere = true });
        await provider.Person(new { sub = "leaver", email = "leaver@shop.example", email_verified = true, name = "L" });
        using var browser = new SsoBrowser(stage.Host.Address);
        using var walk = new OidcProvider.Walk();
        Assert.Equal(HttpStatusCode.OK, (await Go(stage, browser, "leaver", walk: walk)).Status);

        using var second = new SsoBrowser(stage.Host.Address);
        Assert.Equal(HttpStatusCode.OK, (await Go(stage, second, "leaver", walk: walk)).Status);
        var signedOut = await second.Delete("/api/v1/session");
        Assert.Equal(HttpStatusCode.OK, signedOut.Status);
        var there = new Uri(signedOut.Text("signOutUrl"));
        Assert.StartsWith(provider.Issuer, there.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.Get("/api/v1/session")).Status);

        // The page asks; whoever confirms is signed out there, and the provider tells us by the back channel.
        var page = await (await walk.Http.GetAsync(there)).Content.ReadAsStringAsync();
        var xsrf = System.Text.RegularExpressions.Regex.Match(page, "name=\"xsrf\" value=\"(\\w+)\"").Groups[1].Value;
        var action = System.Text.RegularExpressions.Regex.Match(page, "action=\"([^\"]+)\"").Groups[1].Value;
        using var form = new FormUrlEncodedContent([new("xsrf", xsrf), new("logout", "yes")]);
        Assert.True((await walk.Http.PostAsync(new Uri(there, action), form)).StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.Found);
        await Support.Until.True(async () => (await browser.Get("/api/v1/session")).Status == HttpStatusCode.Unauthorized, "the provider's word did not come");
    }

    [OidcProviderFact]
    public async Task Everybody_by_the_provider_but_one_owner_for_emergencies()
    {
        await using var stage = await Set();
        var colleague = await stage.Host.Colleague(stage.Owner, "admin");
        var owner = (await stage.Owner.Get("/api/v1/session")).Text("agent", "id");
        Assert.Equal("validation", (await stage.Owner.Patch("/api/v1/sign-in-policy", new { ssoOnly = true })).Code);
        Assert.Equal("validation", (await stage.Owner.Patch("/api/v1/sign-in-policy", new { ssoOnly = true, breakGlass = owner })).Code); // no second factor yet
        await Phone.SetUp(stage.Host, stage.Owner);
        Assert.Equal("sso_locks_you_out", (await colleague.Patch("/api/v1/sign-in-policy", new { ssoOnly = true, breakGlass = owner })).Code);
        Assert.Equal(HttpStatusCode.OK, (await stage.Owner.Patch("/api/v1/sign-in-policy", new { ssoOnly = true, breakGlass = owner })).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await colleague.Get("/api/v1/session")).Status);
        Assert.False((await stage.Host.Anonymous().Get("/api/v1/session/options")).Body.GetProperty("password").GetBoolean());
        await using (var db = stage.Host.Storage.ReadSystem())
        {
            var theirs = await db.Table<Agent>().Where(agent => agent.Role == "admin").Select(agent => agent.Email).SingleAsync();
            Assert.Equal("sso_required", (await stage.Host.Anonymous().Post("/api/v1/session", new { email = theirs, password = ApiHost.Password })).Code);
            Assert.Equal("invalid_credentials", (await stage.Host.Anonymous().Post("/api/v1/session", new { email = theirs, password = "wrong password!" })).Code);
        }
        Assert.Equal("otp_required", (await stage.Host.Anonymous().Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password })).Code);
        Assert.Equal("sso_needs_provider", (await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { enabled = false })).Code);
        Assert.Equal("sso_needs_provider", (await stage.Owner.Delete($"/api/v1/sso/providers/{stage.ProviderId}")).Code);
    }

    [OidcProviderFact]
    public async Task A_code_of_ours_is_asked_for_where_the_provider_is_not_trusted_with_it()
    {
        await using var stage = await Set(new { scopes = Scopes, trustsSecondFactor = false });
        using var browser = new SsoBrowser(stage.Host.Address);
        await browser.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password });
        await provider.Person(new { sub = "two", name = "Two" });
        await Go(stage, browser, "two", "/api/v1/me/identities");
        var (phone, _) = await Phone.SetUp(stage.Host, stage.Owner);
        using var second = new SsoBrowser(stage.Host.Address);
        Assert.Equal("second_factor_code", (await Go(stage, second, "two")).Text("session", "limitedTo"));
        Assert.Equal("second_factor_required", (await second.Get("/api/v1/agents")).Code);
        Assert.Equal("validation", (await second.Post("/api/v1/session/proof", new { })).Code);
        stage.Host.Clock.Move(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.NoContent, (await second.Post("/api/v1/session/proof", new { otp = phone.Code() })).Status);
        Assert.Equal(HttpStatusCode.OK, (await second.Get("/api/v1/agents")).Status);
    }

    [OidcProviderFact]
    public async Task The_secret_is_sealed_and_never_shown_and_an_internal_address_needs_the_operator()
    {
        await using var stage = await Set();
        var list = await stage.Owner.Get("/api/v1/sso/providers");
        Assert.DoesNotContain(OidcProvider.Secret, list.Body.GetRawText(), StringComparison.Ordinal);
        await using (var db = stage.Host.Storage.ReadSystem())
            Assert.DoesNotContain(OidcProvider.Secret, System.Text.Encoding.UTF8.GetString((await db.Table<SsoProvider>().SingleAsync()).ClientSecret!), StringComparison.Ordinal);
        Assert.Equal("forbidden", (await (await stage.Host.Colleague(stage.Owner, "supervisor")).Get("/api/v1/sso/providers")).Code);
        var above = await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { settings = new { scopes = Scopes, defaultRole = "owner" } });
        Assert.Equal("validation", above.Code);
        var unknown = await stage.Owner.Patch($"/api/v1/sso/providers/{stage.ProviderId}", new { settings = new { scopes = Scopes, groups = new[] { new { group = "g", role = "nothing" } } } });
        Assert.Equal("validation", unknown.Code);

        await using var closed = await ApiHost.Start();
        var owner = await closed.SetUp();
        var made = await owner.Post("/api/v1/sso/providers", new { name = "P", issuer = provider.Issuer, clientId = "queqiao", settings = new { scopes = Scopes }, enabled = true });
        Assert.Equal("sso_address_refused", (await owner.Post($"/api/v1/sso/providers/{made.Text("id")}/test", new { })).Code);
    }
}

/// <summary>A browser with all its cookies.</summary>
internal sealed class SsoBrowser : IDisposable
{
    private readonly CookieContainer _jar = new();
    private readonly HttpClient _http;

    public SsoBrowser(Uri address)
    {
#pragma warning disable RS0030 // tests speak to their own server
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = _jar }) { BaseAddress = address };
#pragma warning restore RS0030
    }

    public Task<ApiAnswer> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<ApiAnswer> Post(string path, object body) => Send(HttpMethod.Post, path, body);

    public Task<ApiAnswer> Patch(string path, object body) => Send(HttpMethod.Patch, path, body);

    public Task<ApiAnswer> Delete(string path) => Send(HttpMethod.Delete, path, null);

    private async Task<ApiAnswer> Send(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new ApiAnswer(response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, response);
    }

    public void Dispose() => _http.Dispose();
}
