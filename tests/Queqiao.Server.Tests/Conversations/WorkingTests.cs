using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

/// <summary>Drafts, ratings, merging, transcripts, writing first: over HTTP on both databases.</summary>
public sealed class WorkingTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_draft_is_kept_for_its_author_and_an_empty_editor_does_not_wipe_it_out(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, li) = (site.Owner, await site.Agent("supervisor"));
        var id = (await (await site.Visitor()).Say("hello")).Text("conversationId");
        var path = $"/api/v1/conversations/{id}/drafts/reply";
        Task<ApiAnswer> Save(AgentClient who, string text, long version) => who.Api.Send(HttpMethod.Put, path, new { text, version });
        Assert.Equal(1, (await Save(owner, "draft-canary", 0)).Expect(HttpStatusCode.OK).Long("version"));
        Assert.Equal(2, (await Save(owner, "draft-canary 2", 1)).Expect(HttpStatusCode.OK).Long("version"));
        Assert.Equal("draft_conflict", (await Save(owner, "", 0)).Code); // another tab, which has seen nothing yet
        Assert.Equal("draft_conflict", (await Save(owner, "late", 1)).Code);
        Assert.Equal("draft_conflict", (await Save(owner, "from nowhere", 7)).Code);
        var kept = Assert.Single((await owner.Api.Get($"/api/v1/conversations/{id}/drafts")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(("draft-canary 2", 2L), (kept.Text("text"), kept.Long("version")));
        Assert.Empty((await li.Api.Get($"/api/v1/conversations/{id}/drafts")).Expect(HttpStatusCode.OK).Items());
        await using (var db = site.Storage.Read(1))
            Assert.DoesNotContain("canary", Encoding.UTF8.GetString((await db.Visible(Scope<DraftRow>.Workspace(1)).SingleAsync()).Text!), StringComparison.Ordinal);
        Assert.Equal(3, (await Save(owner, "", 2)).Expect(HttpStatusCode.OK).Long("version"));
        Assert.Equal("validation", (await owner.Api.Send(HttpMethod.Put, $"/api/v1/conversations/{id}/drafts/mail", new { text = "x", version = 0 })).Code);
        Assert.Equal("not_found", (await owner.Api.Send(HttpMethod.Put, $"/api/v1/conversations/{Guid.NewGuid()}/drafts/note", new { text = "x", version = 0 })).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_customer_is_asked_how_it_was_and_answers_once(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("hello")).Text("conversationId");
        Task<ApiAnswer> Rate(int? score, string? comment = null) => visitor.Post("/widget/v1/events", new { type = "rating", score, comment });
        Assert.Equal("rating_not_asked", (await Rate(5)).Code);
        await owner.Say(id, "hi");
        await owner.Status(id, "resolved", "solved");
        Assert.Equal("rating_requested", (await visitor.Log())[^1].GetProperty("event").Text("type"));
        Assert.Equal("validation", (await Rate(6)).Code);
        Assert.Equal("validation", (await Rate(null)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await Rate(2, " slow ")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Rate(4)).Status);
        Assert.Equal(4, (await owner.Row(id)).GetProperty("rating").Long("score"));
        Assert.Equal([2, 4], (await owner.Log(id)).Where(item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "rated").Select(item => (int)item.GetProperty("event").Long("score")));
        Assert.Single((await owner.Api.Get("/api/v1/conversations?rating=4,5")).Expect(HttpStatusCode.OK).Items());
        site.Time.Move(TimeSpan.FromHours(25));
        Assert.Equal("rating_closed", (await Rate(1)).Code);

        (await owner.Api.Patch("/api/v1/settings/conversations", new { askRating = false })).Expect(HttpStatusCode.OK);
        var other = await site.Visitor();
        var second = (await other.Say("hello")).Text("conversationId");
        await owner.Say(second, "hi");
        await owner.Status(second, "resolved");
        Assert.Equal("status", (await other.Log())[^1].GetProperty("event").Text("type"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Two_conversations_of_one_person_become_one_and_both_logs_stay(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor, stranger) = (site.Owner, await site.Visitor(), await site.Visitor());
        var old = (await visitor.Say("one")).Text("conversationId");
        await owner.Status(old, "resolved");
        site.Time.Move(TimeSpan.FromHours(80));
        var current = (await visitor.Say("two")).Text("conversationId");
        var others = (await stranger.Say("three")).Text("conversationId");
        Task<ApiAnswer> Merge(string id, string into) => owner.Api.Post($"/api/v1/conversations/{id}/merge", new { intoId = into });
        Assert.Equal("validation", (await Merge(old, old)).Code);
        Assert.Equal("validation", (await Merge(old, Guid.NewGuid().ToString())).Code);
        Assert.Equal("merge_other_contact", (await Merge(old, others)).Code);
        var before = (await owner.Log(old)).Count;
        (await Merge(old, current)).Expect(HttpStatusCode.OK);
        Assert.Equal(before + 1, (await owner.Log(old)).Count);
        Assert.Equal((current, "resolved"), ((await owner.Row(old)).Text("mergedInto"), (await owner.Row(old)).Text("status")));
        var link = (await owner.Log(current))[^1].GetProperty("event");
        Assert.Equal(("merged_from", old), (link.Text("type"), link.Text("conversation")));
        Assert.Equal("conversation_merged", (await Merge(old, current)).Code);
        Assert.Equal("conversation_merged", (await Merge(current, old)).Code);
        Assert.Equal(JsonValueKind.Undefined, (await owner.Row(current)).TryGetProperty("mergedInto", out var none) ? none.ValueKind : JsonValueKind.Undefined); // both or neither
        Assert.Equal("conversation_merged", (await owner.Api.Post($"/api/v1/conversations/{old}/status", new { status = "open" })).Code);
        Assert.Equal(current, (await visitor.Say("goes on")).Text("conversationId"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_transcript_tells_what_was_said_and_never_a_note(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("my parcel <b>is late</b>")).Text("conversationId");
        await owner.Say(id, "note-canary: difficult", isPrivate: true);
        (await owner.Api.Post($"/api/v1/conversations/{id}/tags", new { add = new[] { "tag-canary" } })).Expect(HttpStatusCode.OK);
        var wrong = (await owner.Say(id, "recalled-canary")).Long("seq");
        (await owner.Api.Delete($"/api/v1/conversations/{id}/messages/{wrong}")).Expect(HttpStatusCode.OK);
        await owner.Say(id, "it comes tomorrow");
        await owner.Status(id, "resolved", "reason-canary");
        foreach (var (url, fetch) in new (string, Func<string, Task<string>>)[]
        {
            ($"/api/v1/conversations/{id}/transcript", url => Raw(site, url, ("Cookie", owner.Cookie))),
            ("/widget/v1/transcript", url => Raw(site, url, visitor.Bearer)),
        })
        {
            foreach (var query in new[] { "?format=text", "?format=html", "?format=json", "" })
            {
                var text = await fetch(url + query);
                Assert.Contains("it comes tomorrow", text, StringComparison.Ordinal);
                Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
                Assert.Equal(query.Contains("html", StringComparison.Ordinal) || (query.Length == 0 && url.StartsWith("/widget", StringComparison.Ordinal)), text.Contains("&lt;b&gt;", StringComparison.Ordinal));
            }
        }
        Assert.Contains("会话已结束", await Raw(site, $"/api/v1/conversations/{id}/transcript?events=true&timeZone=Asia/Shanghai", ("Cookie", owner.Cookie)), StringComparison.Ordinal);
        Assert.Equal("validation", (await owner.Api.Get($"/api/v1/conversations/{id}/transcript?format=pdf")).Code);
        Assert.Equal("validation", (await owner.Api.Get($"/api/v1/conversations/{id}/transcript?timeZone=Mars/Base")).Code);
        Assert.Equal("not_found", (await (await site.Visitor()).Get("/widget/v1/transcript")).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.Owner.Api.Get("/widget/v1/transcript")).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_agent_writes_first_to_somebody_who_is_known_there(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var first = (await visitor.Say("hello")).Text("conversationId");
        var contactId = (await owner.Row(first)).GetProperty("contact").Text("id");
        object Start(string text, string? clientId = null, string? contact = null) => new { contactId = contact ?? contactId, channelId = site.ChannelId, text, clientId };
        Assert.Equal(first, (await owner.Api.Post("/api/v1/conversations", Start("still there?"))).Expect(HttpStatusCode.Created).Text("conversationId")); // what goes on goes on
        await owner.Status(first, "resolved");
        var begun = (await owner.Api.Post("/api/v1/conversations", Start("news for you", "s1"))).Expect(HttpStatusCode.Created);
        Assert.NotEqual(first, begun.Text("conversationId"));
        Assert.Equal(begun.GetRawText(), (await owner.Api.Post("/api/v1/conversations", Start("news for you", "s1"))).Expect(HttpStatusCode.Created).GetRawText());
        var row = await owner.Row(begun.Text("conversationId"));
        Assert.Equal(("open", "林晓", contactId), (row.Text("status"), row.GetProperty("assignee").Text("name"), row.GetProperty("contact").Text("id")));
        Assert.Equal("news for you", (await visitor.Log()).Last(item => item.Text("kind") == "message").Text("text"));
        Assert.Equal("contact_not_on_channel", (await owner.Api.Post("/api/v1/conversations", Start("x", contact: Guid.NewGuid().ToString()))).Code);
        Assert.Equal("validation", (await owner.Api.Post("/api/v1/conversations", Start(" "))).Code);

        await owner.Status(begun.Text("conversationId"), "resolved");
        object Marked(string format) => new { contactId, channelId = site.ChannelId, text = "**7** days", clientId = "s2", format };
        Assert.Equal("validation", (await owner.Api.Post("/api/v1/conversations", Marked("html"))).Code);
        var marked = (await owner.Api.Post("/api/v1/conversations", Marked("markdown"))).Expect(HttpStatusCode.Created).Text("conversationId");
        var said = (await owner.Log(marked)).Last(item => item.Text("kind") == "message");
        Assert.Equal(("7 days", "**7** days"), (said.Text("text"), said.Text("markdown")));
    }

    private static async Task<string> Raw(Site site, string path, (string Name, string Value) header)
    {
#pragma warning disable RS0030 // tests speak to their own server
        using var http = new HttpClient { BaseAddress = site.Address };
#pragma warning restore RS0030
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var answer = await http.SendAsync(request);
        Assert.Equal((path, HttpStatusCode.OK), (path, answer.StatusCode));
        return await answer.Content.ReadAsStringAsync();
    }
}
