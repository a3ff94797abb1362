using System.Net;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.CustomFields;

public sealed class CustomFieldTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_field_is_defined_changed_and_archived(string engine)
    {
        await using var site = await Site.Open(engine);
        var api = site.Owner.Api;
        var made = await api.Post("/api/v1/custom-fields", new
        {
            @object = "conversation", key = "plan", name = " 套餐 ", kind = "single", options = new[] { new { id = "gold", label = "金牌" }, new { id = "free", label = "免费" } },
        });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal(("套餐", "internal"), (made.Text("name"), made.Text("class")));
        Assert.Equal("field_key_taken", (await Fault(api, new { @object = "conversation", key = "plan", name = "x", kind = "text" }, "key")));
        Assert.Equal(HttpStatusCode.Created, (await api.Post("/api/v1/custom-fields", new { @object = "contact", key = "plan", name = "x", kind = "text", @class = "personal" })).Status);

        var changed = await api.Patch("/api/v1/custom-fields/" + made.Text("id"), new { name = "方案", required = true, options = new[] { new { id = "gold", label = "金" } } });
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(["gold False", "free True"], changed.Body.GetProperty("options").EnumerateArray().Select(o => $"{o.GetProperty("id")} {o.GetProperty("archived").GetBoolean()}"));
        Assert.True((await api.Patch("/api/v1/custom-fields/" + made.Text("id"), new { archived = true })).Body.GetProperty("archived").GetBoolean());

        var list = await api.Get("/api/v1/custom-fields?object=conversation");
        Assert.Equal("方案", Assert.Single(list.Body.GetProperty("items").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(2, (await api.Get("/api/v1/custom-fields")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal("validation", (await api.Get("/api/v1/custom-fields?object=ticket")).Code);

        var agent = await site.Agent("agent");
        Assert.Equal(HttpStatusCode.OK, (await agent.Api.Get("/api/v1/custom-fields")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "k", name = "x", kind = "text" })).Status);
    }

    [Theory]
    [InlineData("ticket", "k", "x", "text", "object"), InlineData("contact", "K", "x", "text", "key"), InlineData("contact", "1k", "x", "text", "key")]
    [InlineData("contact", "k", " ", "text", "name"), InlineData("contact", "k", "x", "blob", "kind"), InlineData("contact", "k", "x", "single", "options")]
    public async Task What_is_wrong_is_named(string of, string key, string name, string kind, string field)
    {
        await using var site = await Site.Open();
        Assert.NotNull(await Fault(site.Owner.Api, new { @object = of, key, name, kind }, field));
        Assert.Equal("not_found", (await site.Owner.Api.Patch("/api/v1/custom-fields/" + Guid.CreateVersion7(), new { name = "x" })).Code);
    }

    private static async Task<string?> Fault(Tests.Identity.ApiClient api, object body, string field)
    {
        var answer = await api.Post("/api/v1/custom-fields", body, ("Accept-Language", "en"));
        Assert.Equal((HttpStatusCode.BadRequest, "validation"), (answer.Status, answer.Code));
        var text = answer.Body.GetProperty("errors").GetProperty(field)[0].GetString()!;
        return text.Contains("has been used", StringComparison.Ordinal) ? "field_key_taken" : text;
    }
}
