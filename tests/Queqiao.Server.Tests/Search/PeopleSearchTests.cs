using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Search;

/// <summary>People are found by name and identifier, inside what one may see, as they are now; conversations by their subject.</summary>
public sealed class PeopleSearchTests
{
    private static async Task<List<JsonElement>> Find(AgentClient agent, string q, string type = "contacts") =>
        [.. (await agent.Api.Get($"/api/v1/search?type={type}&q={Uri.EscapeDataString(q)}")).Expect(HttpStatusCode.OK).Items()];

    private static async Task<string> Names(AgentClient agent, string q) =>
        string.Join(",", (await Find(agent, q)).Select(item => item.GetProperty("contact").Maybe("name")).Order(StringComparer.Ordinal));

    [Theory, OnSqlite, OnPostgres]
    public async Task People_are_found_by_parts_of_names_and_identifiers_as_they_are_now(string engine)
    {
        await using var site = await Site.Open(engine);
        async Task<string> Add(string name, params (string Kind, string Value)[] identities) => (await site.Owner.Api.Post("/api/v1/contacts", new
        {
            name, identities = identities.Select(one => new { kind = one.Kind, externalId = one.Value }),
        })).Expect(HttpStatusCode.Created).Text("id");
        var fang = await Add("王芳", ("phone", "+86 138 0000 1111"), ("email", "fang@example.com"));
        var li = await Add("李雷", ("phone", "13900002222"), ("crm", "C-7788"));

        foreach (var q in (string[])["王", "芳", "138", "1111", "fang", "@example.com", "fang@example.com", "13800001111"])
            Assert.Equal((q, "王芳"), (q, await Names(site.Owner, q)));
        Assert.Equal(("李雷", "李雷", ""), (await Names(site.Owner, "7788"), await Names(site.Owner, "c-77"), await Names(site.Owner, "0000")));
        var hit = Assert.Single(await Find(site.Owner, "1111")).GetProperty("contact");
        Assert.Equal(("phone", "+86 138 0000 1111"), (hit.GetProperty("matched")[0].Text("kind"), hit.GetProperty("matched")[0].Text("value")));

        // another name, another number, one less
        await site.Owner.Api.Patch("/api/v1/contacts/" + fang, new { name = "王小明" });
        (await site.Owner.Api.Post($"/api/v1/contacts/{fang}/identities", new { kind = "phone", externalId = "13744445555" })).Expect(HttpStatusCode.Created);
        Assert.Equal(("", "王小明", "王小明", "王小明"), (await Names(site.Owner, "芳"), await Names(site.Owner, "小明"), await Names(site.Owner, "5555"), await Names(site.Owner, "1111")));
        var mail = (await site.Owner.Api.Get("/api/v1/contacts/" + fang)).Body.GetProperty("identities").EnumerateArray().Single(one => one.Text("kind") == "email").Text("id");
        await site.Owner.Api.Delete($"/api/v1/contacts/{fang}/identities/{mail}");
        Assert.Equal(("", "王小明"), (await Names(site.Owner, "@example.com"), await Names(site.Owner, "137")));

        // merged they are one person, erased they are nobody
        (await site.Owner.Api.Post($"/api/v1/contacts/{fang}/merge", new { otherId = li })).Expect(HttpStatusCode.OK);
        Assert.Equal("王小明", await Names(site.Owner, "7788"));
        (await site.Owner.Api.Post($"/api/v1/contacts/{fang}/erase", new { reason = "x" })).Expect(HttpStatusCode.OK);
        foreach (var q in (string[])["小明", "1111", "7788", "李雷"])
            Assert.Equal((q, ""), (q, await Names(site.Owner, q)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Nobody_finds_people_whom_they_may_not_see(string engine)
    {
        await using var site = await Site.Open(engine);
        var lin = await site.Agent("agent");
        var mine = (await (await site.Visitor()).Say("for Lin")).Text("conversationId");
        var theirs = (await (await site.Visitor()).Say("for nobody")).Text("conversationId");
        await site.Owner.Assign(mine, lin.Id);
        await site.Owner.Assign(theirs, site.Owner.Id);
        foreach (var (conversation, phone) in new[] { (mine, "13800001111"), (theirs, "13800002222") })
        {
            var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
            await site.Owner.Api.Patch("/api/v1/contacts/" + contact, new { name = "王" + phone[^4..] });
            await site.Owner.Api.Post($"/api/v1/contacts/{contact}/identities", new { kind = "phone", externalId = phone });
        }
        Assert.Equal("王1111,王2222", await Names(site.Owner, "138"));
        Assert.Equal(("王1111", "王1111", ""), (await Names(lin, "138"), await Names(lin, "王"), await Names(lin, "2222")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Pages_show_everybody_once_and_an_upgrade_makes_the_words(string engine)
    {
        await using var site = await Site.Open(engine);
        for (var n = 0; n < 7; n++)
            (await site.Owner.Api.Post("/api/v1/contacts", new { name = $"P{n}", identities = new[] { new { kind = "phone", externalId = $"1380000{1000 + n}" } } })).Expect(HttpStatusCode.Created);
        var seen = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await site.Owner.Api.Get($"/api/v1/search?type=contacts&q=138&limit=3{(cursor == "" ? "" : "&cursor=" + cursor)}")).Expect(HttpStatusCode.OK);
            seen.AddRange(page.Items().Select(item => item.GetProperty("contact").Maybe("name")));
            cursor = page.Maybe("nextCursor");
        }
        Assert.Equal(["P0", "P1", "P2", "P3", "P4", "P5", "P6"], seen.Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Get("/api/v1/search?type=contacts&q=138&cursor=x")).Status);

        // as an older server left them: without words of their identifiers
        await site.Storage.RunSystem(async (unit, ct) =>
        {
            await unit.Db.Visible(Scope<ContactWord>.Everything("a test")).ExecuteDeleteAsync(ct);
            return await unit.Db.Visible(Scope<Contact>.Everything("a test")).ExecuteUpdateAsync(set => set.SetProperty(contact => contact.WordsDue, true), ct);
        }, default);
        Assert.True((await site.Owner.Api.Get("/api/v1/search?type=contacts&q=138")).Body.GetProperty("rebuilding").GetBoolean());
        await site.The<JobSchedules>().Declare(default);
        site.Time.Move(TimeSpan.FromMinutes(2));
        await site.The<JobSchedules>().Tick(default);
        await site.RunDueJobs();
        var after = (await site.Owner.Api.Get("/api/v1/search?type=contacts&q=138")).Body;
        Assert.Equal((7, false), (after.Items().Count(), after.GetProperty("rebuilding").GetBoolean()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Conversations_are_found_by_the_subject_that_they_have(string engine)
    {
        await using var site = await Site.Open(engine);
        var conversation = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        async Task Subject(string subject) => (await site.Owner.Api.Patch("/api/v1/conversations/" + conversation, new { subject })).Expect(HttpStatusCode.OK);
        // The index follows within a moment: what is there now is asked for until it is as it should be.
        Task Finds(int count, string q) => Until.True(async () => (await Find(site.Owner, q, "conversations")).Count == count, $"{count} conversations are found for {q}");
        await Subject("退款 DD20240601");
        await Finds(1, "退款");
        await Finds(1, "dd2024");
        Assert.Equal("subject", (await Find(site.Owner, "退款", "messages"))[0].GetProperty("hits")[0].Text("kind"));
        await Subject("换货");
        await Finds(1, "换货");
        await Finds(0, "退款");
        await Subject("");
        await Finds(0, "换货");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        await Subject("发票");
        await Finds(1, "发票");
        (await site.Owner.Api.Post($"/api/v1/contacts/{contact}/erase", new { reason = "x" })).Expect(HttpStatusCode.OK);
        await Finds(0, "发票");
    }
}
