using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.CustomerData;
using Queqiao.Server.Platform.Outbound;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.CustomerData;

/// <summary>The firm's system asked over HTTP, and what is shown of it.</summary>
public sealed class CustomerDataTests
{
    private const string Facts = """
        {"user":{"id":"u-1","name":"王小芳","phone":"13812345678","level":"gold"},
         "orders":[{"id":"Q-old","status":"completed","createdAt":"2026-01-02T00:00:00Z","currency":"CNY","total":100,"items":[]},
                   {"id":"Q-new","status":"shipped","createdAt":"2026-11-02T00:00:00Z","currency":"CNY","total":15900,
                    "items":[{"id":"QA-101","name":"Zephyr hoodie","quantity":1,"price":15900}],
                    "shipments":[{"carrier":"青鸟快递","number":"QN1","status":"moving","events":[{"at":"2026-11-03T00:00:00Z","text":"已揽收"}]}]}]}
        """;

    private sealed record Stage(Site Site, FirmSystem Firm, string Contact) : IAsyncDisposable
    {
        public string Path => $"/api/v1/contacts/{Contact}/customer-data";

        public async Task<JsonElement> Look(AgentClient? by = null, bool refresh = false) =>
            (await (by ?? Site.Owner).Api.Get(Path + (refresh ? "?refresh=true" : ""))).Expect(HttpStatusCode.OK);

        public async ValueTask DisposeAsync()
        {
            await Site.DisposeAsync();
            await Firm.DisposeAsync();
        }
    }

    private static object Settings(FirmSystem firm, bool unverified = false, bool enabled = true) =>
        new { enabled, source = "http", url = new Uri(firm.Address, "/queqiao").ToString(), timeoutMs = 10_000, freshSeconds = 60, unverified };

    private static async Task<Stage> Set(string engine = Engines.Sqlite)
    {
        var allowed = new ConfigurationBuilder().AddInMemoryCollection([new("outbound-allow", "127.0.0.0/8")]).Build();
        var site = await Site.Open(engine, also: services => services.AddSingleton(OutboundOptions.Read(allowed)).AddSingleton(all => new GuardedHttp(all.GetRequiredService<OutboundOptions>(), all.GetRequiredService<TimeProvider>())));
        var firm = await FirmSystem.Start();
        firm.Body = Facts;
        firm.Secret = (await site.Owner.Api.Post("/api/v1/customer-data/settings/secret", new { })).Expect(HttpStatusCode.OK).Text("secret");
        (await site.Owner.Api.Send(HttpMethod.Put, "/api/v1/customer-data/settings", Settings(firm))).Expect(HttpStatusCode.OK);

        var key = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/user-keys", new { algorithm = "HS256" })).Expect(HttpStatusCode.Created);
        using var shop = new SignedUser { Secret = key.Text("secret") };
        using var api = new ApiClient(site.Address);
        var exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600;
        var session = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user = new { jwt = shop.Jwt(new { sub = "u-1", name = "王小芳", exp }) } })).Expect(HttpStatusCode.OK);
        var said = await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Say("hello");
        var contact = (await site.Owner.Row(said.Text("conversationId"))).GetProperty("contact").Text("id");
        return new Stage(site, firm, contact);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_firms_system_is_asked_by_what_is_proven_signed_and_once(string engine)
    {
        await using var stage = await Set(engine);
        var first = await stage.Look();
        Assert.Equal(("fresh", "u-1", "Q-new"), (first.Text("state"), first.GetProperty("user").Text("id"), first.GetProperty("orders")[0].Text("id")));
        var question = Assert.Single(stage.Firm.Asked);
        Assert.Equal(("customer", 1), (question.Text("ask"), question.GetProperty("version").GetInt32()));
        var identity = Assert.Single(question.GetProperty("customer").GetProperty("identities").EnumerateArray());
        Assert.Equal(("user", "u-1"), (identity.Text("kind"), identity.Text("value"))); // not the visitor's random number
        Assert.Empty(stage.Firm.Forged);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => stage.Look()));
        Assert.Single(stage.Firm.Asked); // the copy is fresh
        stage.Site.Time.Move(TimeSpan.FromSeconds(61));
        await stage.Look();
        Assert.Equal(2, stage.Firm.Asked.Count);
        await stage.Look(refresh: true);
        Assert.Equal(3, stage.Firm.Asked.Count);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task When_it_does_not_answer_the_copy_is_shown_with_its_age_and_goes_with_the_person(string engine)
    {
        await using var stage = await Set(engine);
        var fresh = await stage.Look();
        stage.Site.Time.Move(TimeSpan.FromMinutes(2));
        stage.Firm.Status = 500;
        var stale = await stage.Look();
        Assert.Equal(("stale", "Q-new", fresh.Text("fetchedAt")), (stale.Text("state"), stale.GetProperty("orders")[0].Text("id"), stale.Text("fetchedAt")));
        Assert.Equal(("customer_data_answered", "500"), (stale.GetProperty("trouble").Text("code"), stale.GetProperty("trouble").Text("detail")));
        stage.Firm.Status = 200;
        stage.Firm.Body = """{"orders":[{"id":7}]}""";
        Assert.Equal("customer_data_schema", (await stage.Look()).GetProperty("trouble").Text("code"));

        Assert.DoesNotContain("Zephyr", await Everything(stage.Site, "customer_data_copy"), StringComparison.Ordinal);
        Assert.DoesNotContain(stage.Firm.Secret, await Everything(stage.Site, "customer_data_setting"), StringComparison.Ordinal);
        var receipt = (await stage.Site.Owner.Api.Post($"/api/v1/contacts/{stage.Contact}/erase", new { reason = "asked" })).Expect(HttpStatusCode.OK).GetProperty("receipt");
        Assert.Contains("customerData", receipt.ToString(), StringComparison.Ordinal);
        Assert.Equal("", await Everything(stage.Site, "customer_data_copy"));
        Assert.Equal(HttpStatusCode.NotFound, (await stage.Site.Owner.Api.Get(stage.Path)).Status);
    }

    [Fact]
    public async Task What_somebody_typed_identifies_nobody_unless_the_firm_says_so()
    {
        await using var stage = await Set();
        var typed = (await stage.Site.Owner.Api.Post("/api/v1/contacts", new { name = "Li", identities = new[] { new { kind = "email", externalId = "boss@shop.example" } } })).Expect(HttpStatusCode.Created).Text("id");
        var path = $"/api/v1/contacts/{typed}/customer-data";
        Assert.Equal("unknown", (await stage.Site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).Text("state"));
        Assert.Empty(stage.Firm.Asked);
        (await stage.Site.Owner.Api.Send(HttpMethod.Put, "/api/v1/customer-data/settings", Settings(stage.Firm, unverified: true))).Expect(HttpStatusCode.OK);
        Assert.Equal("fresh", (await stage.Site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK).Text("state"));
        Assert.False(stage.Firm.Asked.Single().GetProperty("customer").GetProperty("identities")[0].GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task An_order_of_somebody_else_is_not_shown_and_a_test_call_says_what_is_wrong()
    {
        await using var stage = await Set();
        stage.Firm.Body = """{"order":{"id":"Q-9","status":"paid","createdAt":"2026-11-20T09:06:00Z","currency":"CNY","total":1,"items":[]}}""";
        Assert.Equal("Q-9", (await stage.Site.Owner.Api.Get(stage.Path + "/orders/Q-9")).Expect(HttpStatusCode.OK).Text("id"));
        Assert.Equal(HttpStatusCode.NotFound, (await stage.Site.Owner.Api.Get(stage.Path + "/orders/Q-1")).Status);
        var door = stage.Site.The<ICustomerData>();
        Assert.Equal("Q-9", (await door.Order(1, Guid.Parse(stage.Contact), "Q-9", default)).Order!.Id);

        stage.Firm.Body = """{"user":{"id":"1"},"orders":[{"id":"a","status":"???","createdAt":"2026-11-20T09:06:00Z","currency":"yuan","total":1,"items":[]}]}""";
        var test = (await stage.Site.Owner.Api.Post("/api/v1/customer-data/settings/test", new { kind = "user", value = "u-1" })).Expect(HttpStatusCode.OK);
        Assert.False(test.GetProperty("ok").GetBoolean());
        Assert.Equal(["orders[0].status", "orders[0].currency"], test.GetProperty("faults").EnumerateArray().Select(fault => fault.Text("path")));
        stage.Firm.Secret = "another";
        Assert.Equal("401", (await stage.Site.Owner.Api.Post("/api/v1/customer-data/settings/test", new { kind = "user", value = "u-1" })).Expect(HttpStatusCode.OK).GetProperty("trouble").Text("detail"));
    }

    [Fact]
    public async Task Rights_masks_and_reasons_hold_here_too()
    {
        await using var stage = await Set();
        Assert.Equal(HttpStatusCode.Forbidden, (await (await stage.Site.Agent("viewer")).Api.Get(stage.Path)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await stage.Site.Agent("agent")).Api.Get("/api/v1/customer-data/settings")).Status);
        await stage.Site.Workspace(2);
        Assert.Equal(HttpStatusCode.NotFound, (await (await stage.Site.Agent("owner", ws: 2)).Api.Get(stage.Path)).Status);
        var agent = await stage.Site.Agent("agent");
        Assert.Equal("13812345678", (await stage.Look(agent)).GetProperty("user").Text("phone"));
        Assert.Equal("validation", (await agent.Api.Post(stage.Path + "/reveal", new { fields = new[] { "messages" }, reason = "why" })).Code);
        Assert.Equal("validation", (await agent.Api.Post(stage.Path + "/reveal", new { fields = new[] { "phone" }, reason = " " })).Code);
        var revealed = (await agent.Api.Post(stage.Path + "/reveal", new { fields = new[] { "phone" }, reason = "核对收货电话" })).Expect(HttpStatusCode.OK);
        Assert.Equal("13812345678", revealed.GetProperty("user").Text("phone"));
    }

    private static Task<string> Everything(Site site, string table) => site.Storage.RunSystem(async (unit, ct) =>
    {
        var text = new StringBuilder();
        await using var command = unit.Connection.CreateCommand();
        command.Transaction = unit.Transaction;
        command.CommandText = "SELECT * FROM " + table;
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            for (var i = 0; i < row.FieldCount; i++)
                text.Append(row.GetValue(i) is byte[] bytes ? Encoding.Latin1.GetString(bytes) : row.GetValue(i).ToString()).Append('\n');
        }
        return text.ToString();
    }, default);
}
