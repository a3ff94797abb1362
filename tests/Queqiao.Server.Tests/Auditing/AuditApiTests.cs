using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Auditing;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Auditing;

/// <summary>Reading, exporting and checking the audit trail over REST; and that reading what is sensitive leaves a row first.</summary>
public sealed class AuditApiTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task The_trail_is_searched_and_exported_and_the_export_is_a_row_of_it(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        host.Clock.Move(TimeSpan.FromMilliseconds(2));
        Assert.Equal(HttpStatusCode.Created, (await owner.Post("/api/v1/teams", new { name = "=cmd|' /C calc'!A0" })).Status);
        await host.Services.GetRequiredService<AuditSealer>().Turn(CancellationToken.None);
        host.Clock.Move(TimeSpan.FromMilliseconds(2));
        Assert.Equal(1, (await owner.Get("/api/v1/audit?action=team&address=127.0.0.1")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await owner.Get("/api/v1/audit?action=team&address=10.9.9.9")).Body.GetProperty("items").GetArrayLength());

        using var csv = await owner.Raw(HttpMethod.Get, "/api/v1/audit/export?action=team");
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n");
        Assert.StartsWith("2,", lines[1], StringComparison.Ordinal); // its number in the chain
        Assert.Contains(",'=cmd|' /C calc'!A0,", lines[1], StringComparison.Ordinal);

        using var jsonl = await owner.Raw(HttpMethod.Get, "/api/v1/audit/export?format=jsonl");
        var rows = (await jsonl.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["workspace.created", "team.created", "audit.exported", "audit.exported"], rows.Select(row => row.GetProperty("entry").GetProperty("action").GetString()));
        Assert.Equal(64, rows[1].GetProperty("hash").GetString()!.Length);
        Assert.Equal(JsonValueKind.Null, rows[3].GetProperty("hash").ValueKind); // not linked yet
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Whether_the_trail_is_whole_is_shown_and_checked_on_request(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        await host.Services.GetRequiredService<AuditSealer>().Turn(CancellationToken.None);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.Post("/api/v1/audit/verifications", new { })).Status);
        await host.RunDueJobs();
        var good = (await owner.Get("/api/v1/audit/integrity")).Body;
        Assert.Equal((1L, 1, 200, JsonValueKind.Null), (good.GetProperty("head").GetInt64(), good.GetProperty("waiting").GetInt32(), good.GetProperty("keepDays").GetInt32(), good.GetProperty("bad").ValueKind));
        Assert.Equal(JsonValueKind.String, good.GetProperty("checkedAt").ValueKind);

        await using (var raw = await host.Raw())
        {
            await raw.Run(raw is Npgsql.NpgsqlConnection ? "DROP TRIGGER audit_is_append_only ON audit" : "DROP TRIGGER audit_is_append_only_update");
            await raw.Run("UPDATE audit SET action = 'workspace.changed' WHERE action = 'workspace.created'");
        }
        await owner.Post("/api/v1/audit/verifications", new { });
        await host.RunDueJobs();
        var bad = (await owner.Get("/api/v1/audit/integrity")).Body.GetProperty("bad");
        Assert.Equal(("changed", 1L), (bad.GetProperty("code").GetString(), bad.GetProperty("no").GetInt64()));
    }

    [Fact]
    public async Task How_long_rows_stay_can_only_be_made_longer_than_the_law_asks()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.Send(HttpMethod.Put, "/api/v1/audit/settings", new { keepDays = 199 })).Status);
        Assert.Equal(HttpStatusCode.OK, (await owner.Send(HttpMethod.Put, "/api/v1/audit/settings", new { keepDays = 1000 })).Status);
        using var admin = await host.Colleague(owner, "viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await admin.Get("/api/v1/audit/integrity")).Status);
    }

    /// <summary>The store takes nothing more, but could still be read: then nobody reads what has to leave a row.</summary>
    [Fact]
    public async Task What_cannot_be_written_down_is_not_shown()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        await using var raw = await host.Raw();
        await raw.Run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
        using var answer = await owner.Raw(HttpMethod.Get, "/api/v1/audit/export");
        Assert.Equal((HttpStatusCode.InternalServerError, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.DoesNotContain("workspace.created", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Opened_files_searches_over_everybody_and_transcripts_leave_rows_without_what_they_were_about(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        using var upload = Uploader.Of(visitor);
        var file = await upload.Put("合同.txt", Encoding.UTF8.GetBytes("kanarie in einer Datei"));
        var sent = (await visitor.Post("/widget/v1/messages", new { clientId = "f", text = "请看合同", attachments = new[] { file } })).Expect(HttpStatusCode.Created);
        var conversation = sent.Text("conversationId");
        async Task<List<JsonElement>> Rows(string action) => [.. (await site.Owner.Api.Get($"/api/v1/audit?action={action}")).Expect(HttpStatusCode.OK).Items()];

        (await site.Owner.Api.Post("/api/v1/files/links", new { ids = new[] { file } })).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Post("/api/v1/files/links", new { ids = new[] { file } })).Expect(HttpStatusCode.OK);
        var opened = Assert.Single(await Rows("files.opened")); // once an hour for a conversation
        Assert.Equal((conversation, site.Owner.Id.ToString(), file), (opened.GetProperty("object").Text("id"), opened.GetProperty("actor").Text("id"), opened.GetProperty("detail").GetProperty("files")[0].GetString()));

        for (var n = 0; n < 2; n++)
            (await site.Owner.Api.Get("/api/v1/search?q=" + Uri.EscapeDataString("合同") + "&type=messages")).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Get("/api/v1/search?q=" + Uri.EscapeDataString("退款"))).Expect(HttpStatusCode.OK);
        var searches = await Rows("search.made");
        Assert.Equal(3, searches.Count);
        Assert.Equal(2, searches.Select(row => row.GetProperty("detail").Text("tag")).Distinct().Count()); // the same words, the same tag

        using (var transcript = await site.Owner.Api.Raw(HttpMethod.Get, $"/api/v1/conversations/{conversation}/transcript?format=html"))
            Assert.Equal(HttpStatusCode.OK, transcript.StatusCode);
        var row = Assert.Single(await Rows("transcript.downloaded"));
        Assert.Equal((conversation, "html"), (row.GetProperty("object").Text("id"), row.GetProperty("detail").Text("format")));

        var agent = await site.Agent("agent");
        await site.Owner.Assign(conversation, agent.Id);
        (await agent.Api.Post("/api/v1/files/links", new { ids = new[] { file } })).Expect(HttpStatusCode.OK);
        (await agent.Api.Get("/api/v1/search?q=" + Uri.EscapeDataString("合同"))).Expect(HttpStatusCode.OK);
        Assert.Single(await Rows("files.opened")); // one's own work is no exception worth a row
        Assert.Equal(3, (await Rows("search.made")).Count);
        var trail = (await site.Owner.Api.Get("/api/v1/audit?limit=200")).Body.GetRawText();
        foreach (var word in new[] { "合同", "退款", "kanarie" })
            Assert.DoesNotContain(word, trail, StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_tokens_use_leaves_one_row_a_day_and_address(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        var token = (await owner.Post("/api/v1/tokens", new { name = "报表", permissions = new[] { "agents.read" } })).Text("token");
        using var program = host.Anonymous();
        for (var day = 0; day < 2; day++)
        {
            for (var n = 0; n < 3; n++)
                Assert.Equal(HttpStatusCode.OK, (await program.Get("/api/v1/agents", ("Authorization", "Bearer " + token))).Status);
            host.Clock.Move(TimeSpan.FromDays(1));
        }
        await using var db = host.Storage.Read(1);
        var rows = await db.Table<AuditRow>().Where(row => row.Action == "token.used").ToListAsync();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(("token", $"token:{row.ObjectId}", "127.0.0.1"), (row.ActorKind, row.Via, row.Address)));
    }
}
