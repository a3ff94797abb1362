using System.Net;
using System.Text.Json;
using Queqiao.Server.Conversations.Snoozing;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

/// <summary>What colleagues do with conversations, over HTTP on both databases.</summary>
public sealed class ConversationTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_conversation_is_put_away_and_comes_back_at_its_time(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("where is my parcel")).Text("conversationId");
        var path = $"/api/v1/conversations/{id}/status";
        Assert.Equal("validation", (await owner.Api.Post(path, new { status = "snoozed" })).Code);
        Assert.Equal("validation", (await owner.Api.Post(path, new { status = "snoozed", until = site.Time.GetUtcNow().AddMinutes(-1) })).Code);
        Assert.Equal("validation", (await owner.Api.Post(path, new { status = "open", until = site.Time.GetUtcNow().AddMinutes(1) })).Code);
        var until = site.Time.GetUtcNow().AddHours(3);
        (await owner.Api.Post(path, new { status = "snoozed", until, reason = "等仓库回复" })).Expect(HttpStatusCode.OK);

        var row = await owner.Row(id);
        Assert.Equal("snoozed", row.Text("status"));
        Assert.Equal(until.ToUnixTimeMilliseconds(), row.GetProperty("snoozedUntil").GetDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.Equal((0, 1, 1), (await Count(owner, "unassigned"), await Count(owner, "snoozed"), await Count(owner, "all")));
        Assert.Equal(0, await site.The<SnoozeWaker>().Turn(CancellationToken.None));

        site.Time.Move(TimeSpan.FromHours(3) + TimeSpan.FromSeconds(1));
        await site.The<SnoozeWaker>().Turn(CancellationToken.None);
        Assert.Equal("queued", (await owner.Row(id)).Text("status"));
        Assert.Equal(0, await site.The<SnoozeWaker>().Turn(CancellationToken.None));
        var woken = (await owner.Log(id))[^1].GetProperty("event");
        Assert.Equal(("snoozed", "queued", "snooze_over"), (woken.Text("from"), woken.Text("to"), woken.Text("reason")));
        Assert.DoesNotContain("snooze_over", JsonSerializer.Serialize(await visitor.Log()), StringComparison.Ordinal); // reasons stay inside
        Assert.DoesNotContain("等仓库回复", JsonSerializer.Serialize(await visitor.Log()), StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Tags_priority_subject_and_fields_show_in_the_row_and_in_filters_and_never_to_the_customer(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor, other) = (site.Owner, await site.Visitor(), await site.Visitor());
        var id = (await visitor.Say("hello")).Text("conversationId");
        await other.Say("hi");
        (await owner.Api.Post("/api/v1/custom-fields", new { @object = "conversation", key = "plan", name = "套餐", kind = "single", options = new[] { new { id = "gold", label = "金" } } })).Expect(HttpStatusCode.Created);
        (await owner.Api.Post("/api/v1/custom-fields", new { @object = "conversation", key = "id_no", name = "证件", kind = "text", @class = "personal" })).Expect(HttpStatusCode.Created);

        (await owner.Api.Post($"/api/v1/conversations/{id}/tags", new { add = new[] { "VIP", "退款" } })).Expect(HttpStatusCode.OK);
        var tags = (await owner.Api.Get("/api/v1/tags")).Expect(HttpStatusCode.OK).Items().ToList();
        Assert.Equal(["VIP", "退款"], tags.Select(tag => tag.Text("name")));
        (await owner.Api.Post($"/api/v1/conversations/{id}/tags", new { add = new[] { "vip" }, remove = new[] { tags[1].Text("id") } })).Expect(HttpStatusCode.OK); // names differ by more than case
        (await owner.Api.Post($"/api/v1/conversations/{id}/priority", new { priority = "urgent" })).Expect(HttpStatusCode.OK);
        (await owner.Api.Patch($"/api/v1/conversations/{id}", new { subject = " 退款进度 ", fields = new { plan = "gold", id_no = "310-secret" } })).Expect(HttpStatusCode.OK);

        var row = await owner.Row(id);
        Assert.Equal(("urgent", "退款进度"), (row.Text("priority"), row.Text("subject")));
        Assert.Equal("VIP", Assert.Single(row.GetProperty("tags").EnumerateArray()).Text("name"));
        Assert.Equal(("gold", "310-secret"), (row.GetProperty("fields").Text("plan"), row.GetProperty("fields").Text("id_no")));

        var vip = tags[0].Text("id");
        foreach (var (query, expected) in new[] { ($"tag={vip}", 1), ($"tag={tags[1].Text("id")}", 0), ("tag=none", 1), ("priority=urgent,high", 1), ("priority=none", 1), ("field.plan=gold", 1), ("field.plan=silver", 0), ("status=queued,open", 2), ("unread=true", 2), ("assignee=none&priority=urgent", 1), ("team=none", 2), ($"channel={site.ChannelId}", 2) })
            Assert.Equal((query, expected), (query, (await owner.Api.Get("/api/v1/conversations?" + query)).Expect(HttpStatusCode.OK).Items().Count()));
        foreach (var query in new[] { "field.id_no=310-secret", "field.nope=1", "priority=hot", "tag=x", "team=1", "status=done", "unread=maybe", "sort=name" })
            Assert.Equal((query, "validation"), (query, (await owner.Api.Get("/api/v1/conversations?" + query)).Code));
        Assert.Equal("unknown_parameter", (await owner.Api.Get("/api/v1/conversations?tagged=x")).Code);

        var seen = JsonSerializer.Serialize(await visitor.Log());
        foreach (var secret in new[] { "VIP", "urgent", "退款进度", "310-secret", "gold" })
            Assert.DoesNotContain(secret, seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_labels_are_named_and_viewers_put_none_on()
    {
        await using var site = await Site.Open();
        var (owner, viewer) = (site.Owner, await site.Agent("viewer"));
        var id = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        async Task<string> Code(string path, object body) => (await owner.Api.Post($"/api/v1/conversations/{id}/{path}", body)).Code;
        Assert.Equal("validation", await Code("tags", new { }));
        Assert.Equal("validation", await Code("tags", new { add = new[] { Guid.NewGuid().ToString() } }));
        Assert.Equal("validation", await Code("tags", new { add = new[] { " " } }));
        Assert.Equal("validation", await Code("priority", new { priority = "hot" }));
        Assert.Equal("validation", (await owner.Api.Patch($"/api/v1/conversations/{id}", new { fields = new { nope = 1 } })).Code);
        Assert.Equal("not_found", (await owner.Api.Post($"/api/v1/conversations/{Guid.NewGuid()}/tags", new { add = new[] { "x" } })).Code);
        Assert.Equal("forbidden", (await viewer.Api.Post($"/api/v1/conversations/{id}/tags", new { add = new[] { "x" } })).Code);
        var made = (await owner.Api.Post("/api/v1/tags", new { name = "bug", color = "#AABBCC" })).Expect(HttpStatusCode.Created);
        Assert.Equal("#aabbcc", made.Text("color"));
        Assert.Equal("validation", (await owner.Api.Post("/api/v1/tags", new { name = "ＢＵＧ" })).Code); // full width is the same word
        (await owner.Api.Patch("/api/v1/tags/" + made.Text("id"), new { archived = true })).Expect(HttpStatusCode.OK);
        Assert.Equal("validation", await Code("tags", new { add = new[] { "bug" } }));
        var agent = await site.Agent("agent");
        Assert.Equal("forbidden", (await agent.Api.Patch("/api/v1/tags/" + made.Text("id"), new { name = "x" })).Code);
        (await agent.Api.Post($"/api/v1/conversations/{id}/tags", new { add = new[] { "new" } })).Expect(HttpStatusCode.OK);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Teams_take_over_with_a_note_and_members_keep_what_they_hold(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li, wang) = (site.Owner, await site.Agent("agent", name: "李"), await site.Agent("agent", name: "王"));
        var team = (await owner.Api.Post("/api/v1/teams", new { name = "退款组" })).Expect(HttpStatusCode.Created).Text("id");
        (await owner.Api.Patch("/api/v1/teams/" + team, new { members = new[] { new { id = li.Id } } })).Expect(HttpStatusCode.OK);
        var visitor = await site.Visitor();
        var id = (await visitor.Say("money back")).Text("conversationId");
        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { agentId = wang.Id })).Expect(HttpStatusCode.OK);
        (await wang.Api.Post($"/api/v1/conversations/{id}/transfer", new { teamId = team, note = "要退款，订单 QQ1" })).Expect(HttpStatusCode.OK);
        var row = await owner.Row(id);
        Assert.Equal(("退款组", "queued", JsonValueKind.Null), (row.GetProperty("team").Text("name"), row.Text("status"), row.GetProperty("assignee").ValueKind));
        Assert.Equal(["note", "event", "event", "event"], (await owner.Log(id)).TakeLast(4).Select(item => item.Text("kind")));

        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { agentId = li.Id })).Expect(HttpStatusCode.OK);
        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { teamId = team })).Expect(HttpStatusCode.OK);
        Assert.Equal("李", (await owner.Row(id)).GetProperty("assignee").Text("name"));
        Assert.Single((await owner.Api.Get($"/api/v1/conversations?team={team}")).Expect(HttpStatusCode.OK).Items());
        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { teamId = (string?)null })).Expect(HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, (await owner.Row(id)).GetProperty("team").ValueKind);
        Assert.Equal("李", (await owner.Row(id)).GetProperty("assignee").Text("name"));
        Assert.Equal("validation", (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { teamId = Guid.NewGuid() })).Code);
        Assert.Equal("validation", (await owner.Api.Post($"/api/v1/conversations/{id}/transfer", new { note = "nobody" })).Code);
        Assert.DoesNotContain("退款组", JsonSerializer.Serialize(await visitor.Log()), StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Who_is_mentioned_sees_the_conversation_and_has_it_in_a_view_until_they_looked(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li, wang) = (site.Owner, await site.Agent("agent", name: "李"), await site.Agent("agent", name: "王"));
        var visitor = await site.Visitor();
        var id = (await visitor.Say("hello")).Text("conversationId");
        (await owner.Api.Post($"/api/v1/conversations/{id}/assign", new { agentId = wang.Id })).Expect(HttpStatusCode.OK);
        Assert.Equal("not_found", (await li.Api.Get($"/api/v1/conversations/{id}")).Code);
        Assert.Equal("validation", (await wang.Api.Post($"/api/v1/conversations/{id}/messages", new { clientId = "m1", text = "@李", mentions = new[] { li.Id } })).Code);
        (await wang.Api.Post($"/api/v1/conversations/{id}/messages", new { clientId = "m2", text = "@李 看一下", @private = true, mentions = new[] { li.Id } })).Expect(HttpStatusCode.Created);

        Assert.Equal(li.Id.ToString(), Assert.Single((await li.Row(id)).GetProperty("unseenMentions").EnumerateArray()).GetString());
        Assert.Equal((1, 0), (await Count(li, "mentions"), await Count(wang, "mentions")));
        Assert.Single((await li.Api.Get("/api/v1/conversations?view=mentions")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(0, await Count(li, "mine"));
        Assert.Equal(HttpStatusCode.NoContent, (await li.Api.Post($"/api/v1/conversations/{id}/read", new { seq = 99 })).Status);
        Assert.Equal(0, await Count(li, "mentions"));
        Assert.Single((await li.Api.Get("/api/v1/conversations?view=mentions")).Expect(HttpStatusCode.OK).Items());
        Assert.DoesNotContain("李", JsonSerializer.Serialize(await visitor.Log()), StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Words_are_edited_and_recalled_for_everybody(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li, visitor) = (site.Owner, await site.Agent("supervisor"), await site.Visitor());
        var id = (await visitor.Say("hello")).Text("conversationId");
        var first = (await owner.Say(id, "secret price 1")).Long("seq");
        var second = (await owner.Say(id, "typo")).Long("seq");
        var note = (await owner.Say(id, "he is rude", isPrivate: true)).Long("seq");
        string Message(long seq) => $"/api/v1/conversations/{id}/messages/{seq}";
        Assert.Equal("message_not_own", (await li.Api.Patch(Message(first), new { text = "x" })).Code);
        Assert.Equal("not_found", (await owner.Api.Patch(Message(999), new { text = "x" })).Code);
        Assert.Equal("validation", (await owner.Api.Patch(Message(first), new { text = " " })).Code);
        (await owner.Api.Patch(Message(second), new { text = "fixed" })).Expect(HttpStatusCode.OK);
        (await owner.Api.Patch(Message(note), new { text = "he is upset" })).Expect(HttpStatusCode.OK);
        (await owner.Api.Patch(Message(first), new { text = "secret price 2" })).Expect(HttpStatusCode.OK);
        (await owner.Api.Delete(Message(first))).Expect(HttpStatusCode.OK);
        Assert.Equal("message_recalled", (await owner.Api.Patch(Message(first), new { text = "x" })).Code);

        var theirs = await visitor.Log();
        Assert.DoesNotContain("secret", JsonSerializer.Serialize(theirs), StringComparison.Ordinal);
        Assert.DoesNotContain("upset", JsonSerializer.Serialize(theirs), StringComparison.Ordinal);
        Assert.Equal("fixed", theirs.Single(item => item.Long("seq") == second).Text("text"));
        Assert.NotNull(theirs.Single(item => item.Long("seq") == first).Maybe("recalledAt"));
        var ours = await owner.Log(id);
        Assert.Equal("secret price 2", ours.Single(item => item.Long("seq") == first).Text("text")); // colleagues may look
        Assert.Equal("he is upset", ours.Single(item => item.Long("seq") == note).Text("text"));

        // whoever was away catches up without the words either
        var socket = await visitor.Socket(new Dictionary<string, long> { [id] = 1 });
        await Until.True(() => socket.Frames.Any(frame => frame.Maybe("event") == "message.updated" && frame.GetProperty("data").Maybe("kind") == "event" && frame.GetProperty("data").GetProperty("event").Maybe("type") == "recalled"), "the recall was heard");
        Assert.DoesNotContain(socket.Frames, frame => frame.GetRawText().Contains("secret", StringComparison.Ordinal));

        site.Time.Move(TimeSpan.FromMinutes(16));
        Assert.Equal("message_too_old", (await owner.Api.Patch(Message(second), new { text = "x" })).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Views_are_saved_for_oneself_and_for_everybody_and_counted(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li) = (site.Owner, await site.Agent("agent", name: "李"));
        var (one, two) = (await site.Visitor(), await site.Visitor());
        var id = (await one.Say("hello")).Text("conversationId");
        await two.Say("hi");
        (await owner.Api.Post($"/api/v1/conversations/{id}/priority", new { priority = "urgent" })).Expect(HttpStatusCode.OK);
        object Urgent(bool shared) => new { name = "加急", shared, sort = "created", conditions = new[] { new { field = "priority", op = "in", values = new[] { "urgent" } }, new { field = "assignee", op = "not_in", values = new[] { "me" } } } };
        Assert.Equal("forbidden", (await li.Api.Post("/api/v1/views", Urgent(shared: true))).Code);
        var mine = (await li.Api.Post("/api/v1/views", Urgent(shared: false))).Expect(HttpStatusCode.Created).Text("id");
        var everybodys = (await owner.Api.Post("/api/v1/views", Urgent(shared: true))).Expect(HttpStatusCode.Created).Text("id");

        Assert.Equal([everybodys, mine], (await li.Api.Get("/api/v1/views")).Expect(HttpStatusCode.OK).Items().Select(view => view.Text("id")));
        Assert.Equal([everybodys], (await owner.Api.Get("/api/v1/views")).Expect(HttpStatusCode.OK).Items().Select(view => view.Text("id")));
        var counts = (await li.Api.Get("/api/v1/conversations/counts")).Expect(HttpStatusCode.OK).GetProperty("views");
        Assert.Equal((1, 1), (counts.GetProperty(mine).GetInt32(), counts.GetProperty(everybodys).GetInt32()));
        Assert.Equal(id, Assert.Single((await li.Api.Get("/api/v1/conversations?view=" + mine)).Expect(HttpStatusCode.OK).Items()).Text("id"));
        Assert.Equal("validation", (await owner.Api.Get("/api/v1/conversations?view=" + mine)).Code); // somebody else's
        Assert.Equal("not_found", (await owner.Api.Delete("/api/v1/views/" + mine)).Code);
        Assert.Equal("forbidden", (await li.Api.Patch("/api/v1/views/" + everybodys, new { name = "x" })).Code);
        Assert.Equal("forbidden", (await li.Api.Patch("/api/v1/views/" + mine, new { shared = true })).Code);

        // a saved view is followed live like any other
        var socket = await li.Socket();
        await socket.Send(new { op = "watch", list = mine });
        await Until.True(() => socket.Frames.Any(frame => frame.Maybe("op") == "watching"), "the view is watched");
        (await owner.Api.Post($"/api/v1/conversations/{id}/priority", new { priority = "low" })).Expect(HttpStatusCode.OK);
        await Until.True(() => socket.Frames.Any(frame => frame.Maybe("event") == "list.changed" && frame.GetProperty("data").GetProperty("gone").EnumerateArray().Any(gone => gone.Text("id") == id)), "it left the view");

        (await li.Api.Patch("/api/v1/views/" + mine, new { conditions = new[] { new { field = "unread", op = "in", values = new[] { "true" } } } })).Expect(HttpStatusCode.OK);
        Assert.Equal(2, (await li.Api.Get("/api/v1/conversations?view=" + mine)).Expect(HttpStatusCode.OK).Items().Count());
        foreach (var wrong in new object[] { new { field = "color", op = "in", values = new[] { "x" } }, new { field = "status", op = "is", values = new[] { "open" } }, new { field = "status", op = "in", values = Array.Empty<string>() } })
            Assert.Equal("validation", (await li.Api.Post("/api/v1/views", new { name = "x", conditions = new[] { wrong } })).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await li.Api.Delete("/api/v1/views/" + mine)).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_workspace_says_how_long_a_conversation_is_taken_up_again(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        Assert.Equal(72, (await owner.Api.Get("/api/v1/settings/conversations")).Expect(HttpStatusCode.OK).Long("reopenHours"));
        Assert.Equal("validation", (await owner.Api.Patch("/api/v1/settings/conversations", new { reopenHours = -1 })).Code);
        Assert.Equal("validation", (await owner.Api.Patch("/api/v1/settings/conversations", new { blockedMessages = "shout" })).Code);
        Assert.Equal("forbidden", (await (await site.Agent("supervisor")).Api.Patch("/api/v1/settings/conversations", new { reopenHours = 1 })).Code);
        var set = (await owner.Api.Patch("/api/v1/settings/conversations", new { reopenHours = 1, resolveReasons = new[] { " 已解决 ", "无回应" } })).Expect(HttpStatusCode.OK);
        Assert.Equal(["已解决", "无回应"], set.GetProperty("resolveReasons").EnumerateArray().Select(reason => reason.GetString()));

        var first = (await visitor.Say("hello")).Text("conversationId");
        await owner.Status(first, "resolved", "已解决");
        site.Time.Move(TimeSpan.FromMinutes(59));
        Assert.Equal(first, (await visitor.Say("again")).Text("conversationId"));
        await owner.Status(first, "resolved");
        site.Time.Move(TimeSpan.FromMinutes(61));
        Assert.NotEqual(first, (await visitor.Say("later")).Text("conversationId"));
    }

    private static async Task<int> Count(AgentClient who, string view) =>
        (await who.Api.Get("/api/v1/conversations/counts")).Expect(HttpStatusCode.OK).GetProperty(view).GetInt32();
}
