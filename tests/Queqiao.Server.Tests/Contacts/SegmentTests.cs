using System.Net;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Contacts;

public sealed class SegmentTests
{
    private static object Condition(string field, string op, params string[] values) => new { field, op, values };

    private static async Task<string> Add(Site site, object contact) => (await site.Owner.Api.Post("/api/v1/contacts", contact)).Expect(HttpStatusCode.Created).Text("id");

    [Theory, OnSqlite, OnPostgres]
    public async Task Saved_conditions_hold_those_they_say(string engine)
    {
        await using var site = await Site.Open(engine);
        (await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "level", name = "Level", kind = "text", @class = "internal" })).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "hobby", name = "Hobby", kind = "text", @class = "personal" })).Expect(HttpStatusCode.Created);
        var gold = await Add(site, new { name = "A", tags = new[] { "vip" }, fields = new { level = "gold" } });
        var silver = await Add(site, new { name = "B", tags = new[] { "vip" }, fields = new { level = "silver" } });
        var plain = await Add(site, new { name = "C", fields = new { level = "golden" } });

        async Task<int> Count(params object[] conditions) => (await site.Owner.Api.Post("/api/v1/segments/preview", new { conditions })).Expect(HttpStatusCode.OK).GetProperty("count").GetInt32();
        Assert.Equal(2, await Count(Condition("tag", "in", "vip")));
        Assert.Equal(1, await Count(Condition("tag", "not_in", "vip")));
        Assert.Equal(1, await Count(Condition("field:level", "in", "gold"))); // not golden
        Assert.Equal(2, await Count(Condition("field:level", "in", "gold", "golden")));
        Assert.Equal(2, await Count(Condition("field:level", "not_in", "gold")));
        Assert.Equal(1, await Count(Condition("tag", "in", "vip"), Condition("field:level", "in", "gold"), Condition("seen", "within", "7"), Condition("blocked", "is", "false"), Condition("verified", "is", "false")));
        Assert.Equal(0, await Count(Condition("created", "before", "1")));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post("/api/v1/segments/preview", new { conditions = new[] { Condition("field:hobby", "in", "x") } })).Status);

        var made = (await site.Owner.Api.Post("/api/v1/segments", new { name = "Gold", conditions = new[] { Condition("field:level", "in", "gold") } })).Expect(HttpStatusCode.Created).Text("id");
        Assert.Equal([gold], (await site.Owner.Api.Get("/api/v1/contacts?segment=" + made)).Expect(HttpStatusCode.OK).Items().Select(row => row.Text("id")));
        Assert.Equal("Gold", Assert.Single((await site.Owner.Api.Get($"/api/v1/contacts/{gold}/segments")).Expect(HttpStatusCode.OK).Items()).Text("name"));
        Assert.Empty((await site.Owner.Api.Get($"/api/v1/contacts/{plain}/segments")).Expect(HttpStatusCode.OK).Items());
        (await site.Owner.Api.Send(HttpMethod.Put, "/api/v1/segments/" + made, new { name = "Silver", conditions = new[] { Condition("field:level", "in", "silver") } })).Expect(HttpStatusCode.OK);
        Assert.Equal([silver], (await site.Owner.Api.Get("/api/v1/contacts?segment=" + made)).Expect(HttpStatusCode.OK).Items().Select(row => row.Text("id")));
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Post("/api/v1/segments", new { name = "x", conditions = new[] { Condition("tag", "in", "vip") } })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Delete("/api/v1/segments/" + made)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Get("/api/v1/contacts?segment=" + made)).Status);
    }
}
