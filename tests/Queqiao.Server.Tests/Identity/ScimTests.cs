using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Scim;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>SCIM 2.0 as directories speak it: examples of RFC 7644, and the shapes that Entra ID and Okta send.</summary>
public sealed class ScimTests
{
    private const string Patch = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

    private sealed class Directory(ApiHost host, string token)
    {
        private readonly ApiClient _client = host.Anonymous();

        public Task<ApiAnswer> Get(string path, params (string, string)[] more) => Send(HttpMethod.Get, path, null, more);

        public Task<ApiAnswer> Post(string path, object body) => Send(HttpMethod.Post, path, body);

        public Task<ApiAnswer> Put(string path, object body, params (string, string)[] more) => Send(HttpMethod.Put, path, body, more);

        public Task<ApiAnswer> Patch(string path, params object[] operations) => Send(HttpMethod.Patch, path, new { schemas = new[] { ScimTests.Patch }, Operations = operations });

        public Task<ApiAnswer> Delete(string path) => Send(HttpMethod.Delete, path, null);

        private Task<ApiAnswer> Send(HttpMethod method, string path, object? body, params (string, string)[] more) =>
            _client.Send(method, "/scim/v2" + path, body, [("Authorization", "Bearer " + token), .. more]);
    }

    private static async Task<(ApiClient Owner, Directory Directory)> Begin(ApiHost host)
    {
        var owner = await host.SetUp();
        var made = await owner.Post("/api/v1/scim/tokens", new { name = "Entra ID" });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        return (owner, new Directory(host, made.Text("token")));
    }

    private static object Person(string userName, string? externalId = null, bool active = true) => new
    {
        schemas = new[] { ScimJson.UserSchema, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User" },
        externalId, userName, active, displayName = "梅 " + userName[..3], name = new { formatted = "梅", familyName = "王", givenName = "梅" },
        emails = new[] { new { primary = true, type = "work", value = userName } }, meta = new { resourceType = "User" },
    };

    [Theory, OnSqlite, OnPostgres]
    public async Task Somebody_is_made_found_changed_and_taken_out(string engine)
    {
        await using var host = await ApiHost.On(engine);
        var (owner, directory) = await Begin(host);
        Assert.Equal(0, (await directory.Get("/Users?filter=userName eq \"mei@shop.example\"")).Body.GetProperty("totalResults").GetInt32());
        var made = await directory.Post("/Users", Person("mei@shop.example", "entra-1"));
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var id = made.Text("id");
        Assert.EndsWith($"/scim/v2/Users/{id}", made.Raw.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, (await directory.Get("/Users?filter=externalId eq \"entra-1\" and active eq true")).Body.GetProperty("totalResults").GetInt32());
        Assert.Equal("agent", (await owner.Get($"/api/v1/agents/{id}")).Text("role"));
        var again = await directory.Post("/Users", Person("MEI@shop.example"));
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal("uniqueness", again.Text("scimType"));

        // Entra: verbs in capitals, values without a path, a dotted name, a filter in the path, truth as text.
        var changed = await directory.Patch($"/Users/{id}",
            new { op = "Replace", path = "displayName", value = "王梅" }, new { op = "Add", path = "emails[type eq \"work\"].value", value = "wang.mei@shop.example" }, new { op = "Replace", value = new Dictionary<string, object> { ["name.familyName"] = "汪" } });
        Assert.Equal("王梅", changed.Text("displayName"));
        Assert.Equal("wang.mei@shop.example", changed.Body.GetProperty("emails")[0].GetProperty("value").GetString());
        Assert.Equal("汪", changed.Text("name", "familyName"));

        // A session of theirs ends in the moment they are taken out (Okta's shape), and they cannot come back by themselves.
        using var browser = host.Anonymous();
        await host.Storage.RunSystem((unit, ct) => unit.Db.Table<Agent>().Where(agent => agent.EmailKey == "wang.mei@shop.example")
            .ExecuteUpdateAsync(set => set.SetProperty(agent => agent.PasswordHash, unit.Db.Table<Agent>().Where(one => one.Role == "owner").Select(one => one.PasswordHash).First()), ct), CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, (await browser.Post("/api/v1/session", new { email = "wang.mei@shop.example", password = ApiHost.Password })).Status);
        Assert.False((await directory.Patch($"/Users/{id}", new { op = "replace", value = new { active = false } })).Body.GetProperty("active").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Get("/api/v1/session")).Status);
        Assert.Equal("invalid_credentials", (await host.Anonymous().Post("/api/v1/session", new { email = "wang.mei@shop.example", password = ApiHost.Password })).Code);
        Assert.True((await directory.Patch($"/Users/{id}", new { op = "Replace", path = "active", value = "True" })).Body.GetProperty("active").GetBoolean());

        Assert.Equal(HttpStatusCode.NoContent, (await directory.Delete($"/Users/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await directory.Get($"/Users/{id}")).Status);
        Assert.True((await owner.Get($"/api/v1/agents/{id}")).Body.GetProperty("disabled").GetBoolean());
        Assert.Equal(id, (await directory.Post("/Users", Person("mei@shop.example", "entra-1"))).Text("id"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Groups_give_roles_and_teams_and_never_more_than_their_maker_has(string engine)
    {
        await using var host = await ApiHost.On(engine);
        var (owner, directory) = await Begin(host);
        var team = (await owner.Post("/api/v1/teams", new { name = "售后" })).Text("id");
        var mei = (await directory.Post("/Users", Person("mei@shop.example"))).Text("id");
        var lan = (await directory.Post("/Users", Person("lan@shop.example"))).Text("id");
        var group = (await directory.Post("/Groups", new { schemas = new[] { ScimJson.GroupSchema }, displayName = "Support Leads", members = new[] { new { value = mei } } })).Text("id");
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/scim/groups/{group}", new { role = "supervisor", team })).Status);
        Assert.Equal("supervisor", (await owner.Get($"/api/v1/agents/{mei}")).Text("role"));
        Assert.Equal("售后", (await owner.Get($"/api/v1/agents/{mei}")).Body.GetProperty("teams")[0].GetProperty("name").GetString());

        // Okta adds and removes by filter; Entra removes with a list.
        Assert.Equal(2, (await directory.Patch($"/Groups/{group}", new { op = "add", path = "members", value = new[] { new { value = lan, display = "lan" } } })).Body.GetProperty("members").GetArrayLength());
        Assert.Equal("supervisor", (await owner.Get($"/api/v1/agents/{lan}")).Text("role"));
        await directory.Patch($"/Groups/{group}", new { op = "remove", path = $"members[value eq \"{mei}\"]" });
        Assert.Equal("agent", (await owner.Get($"/api/v1/agents/{mei}")).Text("role"));
        Assert.Equal(0, (await owner.Get($"/api/v1/agents/{mei}")).Body.GetProperty("teams").GetArrayLength());
        await directory.Patch($"/Groups/{group}", new { op = "Remove", path = "members", value = new[] { new { value = lan } } });
        Assert.Equal("agent", (await owner.Get($"/api/v1/agents/{lan}")).Text("role"));

        Assert.Equal("validation", (await owner.Patch($"/api/v1/scim/groups/{group}", new { role = "owner", team = (string?)null })).Code);
        var me = (await owner.Get("/api/v1/session")).Text("agent", "id");
        Assert.Equal(HttpStatusCode.Conflict, (await directory.Patch($"/Users/{me}", new { op = "replace", path = "active", value = false })).Status);

        // A token of an administrator does not reach the owner, and dies with its maker's rights.
        var admin = await host.Colleague(owner, "admin");
        var theirs = new Directory(host, (await admin.Post("/api/v1/scim/tokens", new { name = "second" })).Text("token"));
        var above = await theirs.Patch($"/Users/{me}", new { op = "replace", path = "displayName", value = "X" });
        Assert.Equal((HttpStatusCode.Forbidden, "403"), (above.Status, above.Text("status")));
        var adminId = (await admin.Get("/api/v1/session")).Text("agent", "id");
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/agents/{adminId}", new { disabled = true })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await theirs.Get("/Users")).Status);
    }

    [Fact]
    public async Task Tokens_open_this_and_nothing_else()
    {
        await using var host = await ApiHost.Start();
        var (owner, directory) = await Begin(host);
        var made = await owner.Post("/api/v1/scim/tokens", new { name = "x" });
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous().Get("/api/v1/agents", ("Authorization", "Bearer " + made.Text("token")))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous().Get("/scim/v2/Users")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.Get("/scim/v2/Users")).Status);
        var api = (await owner.Post("/api/v1/tokens", new { name = "api" })).Text("token");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Anonymous().Get("/scim/v2/Users", ("Authorization", "Bearer " + api))).Status);
        Assert.Equal(HttpStatusCode.OK, (await new Directory(host, made.Text("token")).Get("/Users")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete($"/api/v1/scim/tokens/{made.Text("row", "id")}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await new Directory(host, made.Text("token")).Get("/Users")).Status);
        Assert.DoesNotContain(made.Text("token"), (await owner.Get("/api/v1/scim")).Body.GetRawText(), StringComparison.Ordinal);
        Assert.True((await directory.Get("/ServiceProviderConfig")).Body.GetProperty("patch").GetProperty("supported").GetBoolean());
        Assert.Equal(2, (await directory.Get("/ResourceTypes")).Body.GetProperty("totalResults").GetInt32());
        Assert.Equal("User", (await directory.Get($"/Schemas/{ScimJson.UserSchema}")).Text("name"));
    }

    [Fact]
    public async Task Pages_versions_and_errors_are_as_the_specification_has_them()
    {
        await using var host = await ApiHost.Start();
        var (_, directory) = await Begin(host);
        for (var n = 0; n < 5; n++, host.Clock.Move(TimeSpan.FromMilliseconds(1))) // within a millisecond ids have no order
            await directory.Post("/Users", Person($"p{n}p@shop.example"));
        var page = await directory.Get("/Users?startIndex=2&count=2&filter=userName sw \"p\"&attributes=userName");
        Assert.Equal((5, 2, 2), (page.Body.GetProperty("totalResults").GetInt32(), page.Body.GetProperty("startIndex").GetInt32(), page.Body.GetProperty("itemsPerPage").GetInt32()));
        var first = page.Body.GetProperty("Resources")[0];
        Assert.Equal("p1p@shop.example", first.GetProperty("userName").GetString());
        Assert.False(first.TryGetProperty("emails", out _));
        Assert.Equal(0, (await directory.Get("/Users?count=0")).Body.GetProperty("itemsPerPage").GetInt32());

        var id = first.GetProperty("id").GetString();
        var version = (await directory.Get($"/Users/{id}")).Text("meta", "version");
        Assert.Equal(HttpStatusCode.NotModified, (await directory.Get($"/Users/{id}", ("If-None-Match", version))).Status);
        Assert.Equal(HttpStatusCode.OK, (await directory.Put($"/Users/{id}", Person("p1p@shop.example", "new"), ("If-Match", version))).Status);
        var stale = await directory.Put($"/Users/{id}", Person("p1p@shop.example", "newer"), ("If-Match", version));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "412"), (stale.Status, stale.Text("status")));

        var bad = await directory.Get("/Users?filter=userName xx 3");
        Assert.Equal((HttpStatusCode.BadRequest, "invalidFilter", "application/scim+json"), (bad.Status, bad.Text("scimType"), bad.Raw.Content.Headers.ContentType!.MediaType!));
        Assert.Equal("urn:ietf:params:scim:api:messages:2.0:Error", bad.Body.GetProperty("schemas")[0].GetString());
        Assert.Equal("invalidSyntax", (await directory.Post("/Users", "no json")).Text("scimType"));
        Assert.Equal("invalidValue", (await directory.Post("/Users", new { userName = "no address" })).Text("scimType"));
        Assert.Equal("noTarget", (await directory.Patch($"/Users/{id}", new { op = "remove" })).Text("scimType"));
    }

    [Theory]
    [InlineData("userName eq \"bjensen\"", true), InlineData("userName eq \"BJENSEN\"", true), InlineData("name.familyName co \"O'Malley\"", true), InlineData("userName sw \"J\"", false)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"b\"", true), InlineData("title pr", false), InlineData("meta.lastModified gt \"2011-05-13T04:42:34Z\"", true)]
    [InlineData("title pr and userType eq \"Employee\"", false), InlineData("title pr or userType eq \"Employee\"", true), InlineData("userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")", true)]
    [InlineData("userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"example.org\")", false), InlineData("userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]", true)]
    [InlineData("emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co \"@foo.com\"]", true), InlineData("active eq \"True\"", true), InlineData("active eq false", false), InlineData("userName eq \"a\\\"b\"", false)]
    public void Filters_of_the_specification_are_read(string text, bool matches)
    {
        var resource = JsonNode.Parse("""
            {"userName":"bjensen","name":{"familyName":"O'Malley"},"userType":"Employee","active":true,"meta":{"lastModified":"2026-05-13T04:42:34Z"},
             "emails":[{"type":"work","value":"b@example.com"},{"type":"home","value":"b@example.net"}]}
            """)!;
        Assert.Equal(matches, ScimFilter.Read(text).Matches(path => ScimJson.At(resource, path)));
    }

    [Theory]
    [InlineData(""), InlineData("userName"), InlineData("userName eq"), InlineData("userName eq \"x"), InlineData("(userName pr"), InlineData("userName pr)"), InlineData("a eq 1 and"), InlineData("not a pr"), InlineData("a[b eq 1"), InlineData("eq eq eq")]
    public void What_is_no_filter_is_refused(string text) => Assert.Equal("invalidFilter", Assert.Throws<ScimException>(() => ScimFilter.Read(text)).Type);

    [Fact]
    public void A_filter_cannot_be_too_deep() => Assert.Throws<ScimException>(() => ScimFilter.Read(new string('(', 500) + "a pr" + new string(')', 500)));

    [Fact]
    public void Patches_of_the_specification_are_applied()
    {
        JsonObject Apply(string resource, string operation) => ScimPatch.Apply((JsonObject)JsonNode.Parse(resource)!, (JsonObject)JsonNode.Parse($$"""{"Operations":[{{operation}}]}""")!);
        var group = """{"displayName":"G","members":[{"value":"1"},{"value":"2"}]}""";
        Assert.Equal(3, ((JsonArray)Apply(group, """{"op":"add","path":"members","value":[{"value":"2","display":"B"},{"value":"3"}]}""")["members"]!).Count);
        Assert.Single((JsonArray)Apply(group, """{"op":"remove","path":"members[value eq \"1\"]"}""")["members"]!);
        Assert.Empty((JsonArray)Apply(group, """{"op":"remove","path":"members"}""")["members"]!);
        Assert.Single((JsonArray)Apply(group, """{"op":"replace","path":"members","value":[{"value":"9"}]}""")["members"]!);
        var user = """{"name":{"givenName":"A","familyName":"B"},"emails":[{"type":"work","value":"a"},{"type":"home","value":"b"}]}""";
        Assert.Equal("C", (string?)Apply(user, """{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName","value":"C"}""")["name"]!["familyName"]);
        Assert.Equal("A", (string?)Apply(user, """{"op":"replace","path":"name","value":{"familyName":"C"}}""")["name"]!["givenName"]);
        Assert.Equal("x", (string?)Apply(user, """{"op":"replace","path":"emails[type eq \"work\"].value","value":"x"}""")["emails"]![0]!["value"]);
        Assert.Equal("m", (string?)Apply(user, """{"op":"add","path":"emails[type eq \"other\"].value","value":"m"}""")["emails"]![2]!["value"]);
        Assert.Throws<ScimException>(() => Apply(user, """{"op":"burn","path":"name"}"""));
    }
}
