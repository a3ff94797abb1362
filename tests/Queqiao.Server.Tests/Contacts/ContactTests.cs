using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Contacts.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Channels;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Contacts;

public sealed class ContactTests
{
    private const string Path = "/api/v1/contacts";

    private static async Task<JsonElement> Add(Site site, object contact) => (await site.Owner.Api.Post(Path, contact)).Expect(HttpStatusCode.Created);

    private static async Task<List<string?>> Names(AgentClient agent, string query = "") =>
        [.. (await agent.Api.Get(Path + query)).Expect(HttpStatusCode.OK).Items().Select(row => row.Maybe("name"))];

    private static async Task<string> ContactOf(Site site, string conversation) => (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");

    [Theory, OnSqlite, OnPostgres]
    public async Task Contacts_are_added_changed_and_found(string engine)
    {
        await using var site = await Site.Open(engine);
        (await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "level", name = "Level", kind = "text", @class = "internal" })).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "birthday", name = "Birthday", kind = "date", @class = "personal" })).Expect(HttpStatusCode.Created);
        var fang = await Add(site, new
        {
            name = " 王芳 ", tags = new[] { "vip" }, fields = new { level = "gold", birthday = "1990-05-01" },
            identities = new object[] { new { kind = "email", externalId = "Fang@Example.com" }, new { kind = "phone", externalId = "138 0000 1111" }, new { kind = "crm", externalId = "C-77" } },
        });
        Assert.Equal(("王芳", false), (fang.Text("name"), fang.GetProperty("verified").GetBoolean()));
        Assert.Equal(("gold", "1990-05-01"), (fang.GetProperty("fields").Text("level"), fang.GetProperty("fields").Text("birthday")));
        await Add(site, new { name = "王小明" });
        await Add(site, new { name = "Li Chen", identities = new[] { new { kind = "email", externalId = "li@example.com" } } });

        Assert.Equal(3, (await Names(site.Owner)).Count);
        foreach (var search in (string[])["王芳", "芳", "fang@example.COM", "+86 13800001111", "crm:C-77"])
            Assert.Equal((search, "王芳"), (search, Assert.Single(await Names(site.Owner, "?q=" + Uri.EscapeDataString(search)))));
        Assert.Equal(["王小明", "王芳"], (await Names(site.Owner, "?q=" + Uri.EscapeDataString("王"))).Order(StringComparer.Ordinal));
        Assert.Equal(["Li Chen"], await Names(site.Owner, "?q=che"));
        Assert.Equal(["Li Chen"], await Names(site.Owner, "?q=" + Uri.EscapeDataString("ＬＩ")));
        Assert.Empty(await Names(site.Owner, "?q=" + Uri.EscapeDataString("芳王")));
        Assert.Empty(await Names(site.Owner, "?q=nobody@example.com"));
        Assert.Equal(["王芳"], await Names(site.Owner, "?tag=vip"));

        var path = $"{Path}/{fang.Text("id")}";
        var changed = (await site.Owner.Api.Patch(path, new { name = "王芳芳", tags = new[] { "老客户" }, fields = new { level = (string?)null } })).Expect(HttpStatusCode.OK);
        Assert.Equal(("王芳芳", "1990-05-01"), (changed.Text("name"), changed.GetProperty("fields").Text("birthday")));
        Assert.False(changed.GetProperty("fields").TryGetProperty("level", out _));
        Assert.Equal(["王芳芳"], await Names(site.Owner, "?q=" + Uri.EscapeDataString("芳芳")));
        Assert.True((await site.Owner.Api.Patch(path, new { fields = new { nothing = 1 } })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").TryGetProperty("fields.nothing", out _));

        var phone = fang.GetProperty("identities").EnumerateArray().Single(one => one.Text("kind") == "phone").Text("id");
        Assert.Equal("identity_known", (await site.Owner.Api.Post(path + "/identities", new { kind = "phone", externalId = "+8613800001111" })).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Delete($"{path}/identities/{phone}")).Status);
        Assert.Empty(await Names(site.Owner, "?q=13800001111"));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post(path + "/identities", new { kind = "email", externalId = "not one" })).Status);
    }

    [Fact]
    public async Task Nothing_about_people_stands_in_clear()
    {
        await using var site = await Site.Open();
        var contact = await Add(site, new { name = "Canary Zephyrine", identities = new[] { new { kind = "email", externalId = "canary@zephyr.example" } } });
        await site.Owner.Api.Post($"{Path}/{contact.Text("id")}/notes", new { text = "canary note zephyr" });
        await site.Owner.Api.Post($"{Path}/{contact.Text("id")}/block", new { reason = "canary reason zephyr" });
        var rows = await site.Storage.RunSystem(async (unit, ct) =>
        {
            var text = new StringBuilder();
            foreach (var table in (string[])["contact", "contact_identifier", "contact_note", "contact_block", "contact_word", "contact_detail"])
            {
                await using var command = unit.Connection.CreateCommand();
                command.Transaction = unit.Transaction;
                command.CommandText = "SELECT * FROM " + table;
                await using var row = await command.ExecuteReaderAsync(ct);
                while (await row.ReadAsync(ct))
                {
                    for (var i = 0; i < row.FieldCount; i++)
                        text.Append(row.GetValue(i) is byte[] bytes ? Encoding.Latin1.GetString(bytes) : row.GetValue(i).ToString()).Append('\n');
                }
            }
            return text.ToString();
        }, default);
        Assert.DoesNotContain("zephyr", rows, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("email", rows, StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_agent_sees_the_people_of_the_conversations_they_may_see(string engine)
    {
        await using var site = await Site.Open(engine);
        var (lin, wang) = (await site.Agent("agent"), await site.Agent("agent"));
        var mine = (await (await site.Visitor()).Say("for Lin")).Text("conversationId");
        var theirs = (await (await site.Visitor()).Say("for Wang")).Text("conversationId");
        await site.Owner.Assign(mine, lin.Id);
        await site.Owner.Assign(theirs, wang.Id);
        var imported = await Add(site, new { name = "Imported" });
        var (hers, his) = (await ContactOf(site, mine), await ContactOf(site, theirs));
        Assert.Equal(hers, Assert.Single((await lin.Api.Get(Path)).Expect(HttpStatusCode.OK).Items()).Text("id"));
        Assert.Equal(HttpStatusCode.OK, (await lin.Api.Get($"{Path}/{hers}")).Status);
        foreach (var other in (string[])[his, imported.Text("id")])
        {
            foreach (var below in (string[])["", "/timeline", "/notes", "/consents", "/duplicates"])
                Assert.Equal(HttpStatusCode.NotFound, (await lin.Api.Get($"{Path}/{other}{below}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await lin.Api.Patch($"{Path}/{other}", new { name = "x" })).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await lin.Api.Post($"{Path}/{hers}/merge", new { otherId = other })).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await lin.Api.Post($"{Path}/{other}/block", new { })).Status);
        }
        var own = (await lin.Api.Post(Path, new { name = "Added by Lin" })).Expect(HttpStatusCode.Created);
        Assert.Equal(HttpStatusCode.OK, (await lin.Api.Get($"{Path}/{own.Text("id")}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await wang.Api.Get($"{Path}/{own.Text("id")}")).Status);
        Assert.Equal(4, (await Names(await site.Agent("supervisor"))).Count);
        await site.Owner.Assign(mine, wang.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await lin.Api.Get($"{Path}/{hers}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("viewer")).Api.Patch($"{Path}/{hers}", new { name = "x" })).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Merging_shows_one_person_and_unmerging_gives_back_two_with_what_came_since(string engine)
    {
        await using var site = await Site.Open(engine);
        var (desk, phone) = (await site.Visitor(), await site.Visitor());
        var first = (await desk.Say("from the desk")).Text("conversationId");
        var second = (await phone.Say("from the phone")).Text("conversationId");
        var (a, b) = (await ContactOf(site, first), await ContactOf(site, second));
        await site.Owner.Api.Patch($"{Path}/{b}", new { name = "Chen" });
        await site.Owner.Api.Post($"{Path}/{b}/identities", new { kind = "email", externalId = "chen@example.com" });
        await site.Owner.Api.Post($"{Path}/{b}/notes", new { text = "likes tea" });
        Assert.Equal("contact_same", (await site.Owner.Api.Post($"{Path}/{a}/merge", new { otherId = a })).Code);

        var merged = (await site.Owner.Api.Post($"{Path}/{a}/merge", new { otherId = b })).Expect(HttpStatusCode.OK);
        Assert.Equal((a, "Chen"), (merged.Text("id"), merged.Text("name")));
        Assert.Equal(b, merged.GetProperty("merged")[0].Text("contactId"));
        Assert.Equal(a, (await site.Owner.Api.Get($"{Path}/{b}")).Expect(HttpStatusCode.OK).Text("id"));
        Assert.Equal(a, Assert.Single((await site.Owner.Api.Get(Path)).Body.Items()).Text("id"));
        Assert.Equal(a, Assert.Single((await site.Owner.Api.Get(Path + "?q=chen")).Body.Items()).Text("id"));
        var timeline = (await site.Owner.Api.Get($"{Path}/{a}/timeline")).Expect(HttpStatusCode.OK);
        Assert.Equal([first, second], timeline.Items().Where(item => item.Text("type") == "conversation").Select(item => item.Text("id")).Order(StringComparer.Ordinal));
        Assert.Equal("likes tea", timeline.Items().Single(item => item.Text("type") == "note").GetProperty("note").Text("text"));
        Assert.Single(timeline.Items(), item => item.Text("type") == "merged");
        // What visitors see does not change: whoever merges wrongly shows nobody the other's words.
        Assert.DoesNotContain(await desk.Log(), item => item.Maybe("text") == "from the phone");

        await phone.Say("one more");
        await site.Owner.Api.Post($"{Path}/{a}/notes", new { text = "of the merged one" });
        Assert.Equal("Chen", (await site.Owner.Api.Post($"{Path}/{a}/unmerge", new { })).Expect(HttpStatusCode.OK) is { } alone && alone.Maybe("name") is null ? "Chen" : "still there");
        var back = (await site.Owner.Api.Get($"{Path}/{b}")).Expect(HttpStatusCode.OK);
        Assert.Equal((b, "Chen"), (back.Text("id"), back.Text("name")));
        Assert.Equal(2, (await Names(site.Owner)).Count);
        Assert.Equal(["likes tea"], (await site.Owner.Api.Get($"{Path}/{b}/notes")).Body.Items().Select(note => note.Text("text")));
        Assert.Contains((await site.Owner.Log(second)), item => item.Maybe("text") == "one more");
        Assert.Equal(["merged", "unmerged"], (await site.Owner.Api.Get($"{Path}/{a}/timeline")).Body.Items().Select(item => item.Text("type")).Where(type => type.Contains("merged", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal("contact_not_merged", (await site.Owner.Api.Post($"{Path}/{a}/unmerge", new { })).Code);
    }

    [Fact]
    public async Task A_merge_below_a_merge_is_undone_with_all_that_hangs_on_it()
    {
        await using var site = await Site.Open();
        var ids = new List<string>();
        foreach (var name in (string[])["A", "B", "C"])
            ids.Add((await Add(site, new { name })).Text("id"));
        await site.Owner.Api.Post($"{Path}/{ids[1]}/merge", new { otherId = ids[2] });
        var all = (await site.Owner.Api.Post($"{Path}/{ids[0]}/merge", new { otherId = ids[1] })).Expect(HttpStatusCode.OK);
        Assert.Equal(2, all.GetProperty("merged").GetArrayLength());
        var merge = all.GetProperty("merged").EnumerateArray().Single(one => one.Text("contactId") == ids[1]).Text("id");
        (await site.Owner.Api.Post($"{Path}/{ids[0]}/unmerge", new { mergeId = merge })).Expect(HttpStatusCode.OK);
        Assert.Equal(ids[1], (await site.Owner.Api.Get($"{Path}/{ids[2]}")).Body.Text("id"));
        Assert.Equal(["A", "B"], (await Names(site.Owner)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_a_site_calls_two_people_is_merged_only_on_purpose_and_nobody_is_merged_by_an_address()
    {
        await using var site = await Site.Open();
        using var shop = new SignedUser { Secret = (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/user-keys", new { algorithm = "HS256" })).Body.Text("secret") };
        var soon = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 600;
        async Task<string> Person(string sub)
        {
            using var api = new Identity.ApiClient(site.Address);
            var session = (await api.Post("/widget/v1/sessions", new { channelId = site.ChannelId, user = new { jwt = shop.Jwt(new { sub, exp = soon, email = "shared@example.com", name = "Same Name", attributes = new { plan = "gold" } }) } })).Expect(HttpStatusCode.OK);
            return await ContactOf(site, (await new VisitorClient(site, site.ChannelId, session.Text("visitorToken")).Say("hi")).Text("conversationId"));
        }
        var (one, two) = (await Person("u-1"), await Person("u-2"));
        Assert.NotEqual(one, two);
        var typed = await Add(site, new { name = "Somebody", identities = new[] { new { kind = "email", externalId = "SHARED@example.com" } } });
        var view = (await site.Owner.Api.Get($"{Path}/{one}")).Expect(HttpStatusCode.OK);
        Assert.True(view.GetProperty("verified").GetBoolean());
        Assert.Equal("gold", view.GetProperty("attributes").Text("plan"));
        Assert.Equal(2, (await Names(site.Owner, "?verified=true")).Count);

        var duplicates = (await site.Owner.Api.Get($"{Path}/{one}/duplicates")).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal([typed.Text("id"), two], duplicates.Select(row => row.Text("id")));
        Assert.Equal(["same_email"], duplicates[0].GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
        Assert.Equal(["same_email_verified", "same_name"], duplicates[1].GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()));
        Assert.Equal((null, "other_user"), (duplicates[0].Maybe("against"), duplicates[1].Maybe("against")));
        Assert.Equal("contact_user_ids_differ", (await site.Owner.Api.Post($"{Path}/{one}/merge", new { otherId = two })).Code);
        (await site.Owner.Api.Post($"{Path}/{one}/merge", new { otherId = two, despiteUserIds = true })).Expect(HttpStatusCode.OK);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_is_blocked_cannot_write_until_it_ends(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var contact = await ContactOf(site, (await visitor.Say("hello")).Text("conversationId"));
        await using var socket = await visitor.Socket();
        var blocked = (await site.Owner.Api.Post($"{Path}/{contact}/block", new { reason = "spam", until = DateTimeOffset.UtcNow.AddHours(1) })).Expect(HttpStatusCode.OK);
        Assert.Equal("spam", blocked.GetProperty("blocked").Text("reason"));
        Assert.Equal("contact_blocked", (await visitor.Post("/widget/v1/messages", new { clientId = "b", text = "x" })).Code);
        await using (var again = await visitor.Socket())
        {
            await again.Send(new { op = "send", clientId = "c", text = "x" });
            await again.Error("contact_blocked");
        }
        Assert.Single(await Names(site.Owner, "?blocked=true"));
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Delete($"{Path}/{contact}/block")).Status);
        await visitor.Say("back");
        (await site.Owner.Api.Post($"{Path}/{contact}/block", new { until = DateTimeOffset.UtcNow.AddHours(1) })).Expect(HttpStatusCode.OK);
        site.Time.Move(TimeSpan.FromHours(2));
        await site.The<Server.Platform.Jobs.JobWorker>().RunDue(default);
        await Until.True(async () => (await Names(site.Owner, "?blocked=true")).Count == 0, "the block has ended");
        await visitor.Say("and again");
        Assert.Equal(["blocked", "blocked", "unblocked"], (await site.Owner.Api.Get($"{Path}/{contact}/timeline")).Body.Items().Select(item => item.Text("type")).Where(type => type.Contains("block", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.True((await site.Owner.Api.Post($"{Path}/{contact}/block", new { until = DateTimeOffset.UtcNow.AddHours(-1) })).Expect(HttpStatusCode.BadRequest).GetProperty("errors").TryGetProperty("until", out _));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Lists_and_timelines_page_without_losing_or_repeating(string engine)
    {
        await using var site = await Site.Open(engine);
        for (var i = 0; i < 7; i++)
            await Add(site, new { name = "P" + i });
        var seen = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await site.Owner.Api.Get($"{Path}?limit=3{(cursor.Length > 0 ? "&cursor=" + cursor : "")}")).Expect(HttpStatusCode.OK);
            seen.AddRange(page.Items().Select(row => row.Maybe("name")));
            cursor = page.Maybe("nextCursor");
        }
        Assert.Equal(Enumerable.Range(0, 7).Select(i => "P" + i), seen.Order(StringComparer.Ordinal));
        var id = (await Add(site, new { name = "T" })).Text("id");
        for (var i = 0; i < 5; i++)
            await site.Owner.Api.Post($"{Path}/{id}/notes", new { text = "n" + i });
        var notes = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await site.Owner.Api.Get($"{Path}/{id}/timeline?limit=2{(cursor.Length > 0 ? "&cursor=" + cursor : "")}")).Expect(HttpStatusCode.OK);
            notes.AddRange(page.Items().Where(item => item.Text("type") == "note").Select(item => item.GetProperty("note").Text("text")));
            cursor = page.Maybe("nextCursor");
        }
        Assert.Equal(["n0", "n1", "n2", "n3", "n4"], notes.Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Get(Path + "?cursor=x")).Status);
        Assert.Equal("unknown_parameter", (await site.Owner.Api.Get(Path + "?nam=x")).Code);
    }

    [Fact]
    public async Task An_agent_writes_down_what_a_customer_said_and_takes_it_back()
    {
        await using var site = await Site.Open();
        var id = (await Add(site, new { name = "C" })).Text("id");
        var given = (await site.Owner.Api.Post($"{Path}/{id}/consents", new { purpose = "marketing", given = true })).Expect(HttpStatusCode.OK);
        Assert.Equal((true, true, false), (given.GetProperty("allowed").GetProperty("service").GetBoolean(), given.GetProperty("allowed").GetProperty("marketing").GetBoolean(), given.GetProperty("allowed").GetProperty("analytics").GetBoolean()));
        site.Time.Move(TimeSpan.FromSeconds(1));
        var taken = (await site.Owner.Api.Post($"{Path}/{id}/consents", new { purpose = "marketing", given = false })).Expect(HttpStatusCode.OK);
        Assert.False(taken.GetProperty("allowed").GetProperty("marketing").GetBoolean());
        Assert.Equal(["withdrawn", "given"], taken.Items().Select(line => line.Text("act")));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Owner.Api.Post($"{Path}/{id}/consents", new { purpose = "service", given = true })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Get("/api/v1/consents/export")).Status);
    }
}
