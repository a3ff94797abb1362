using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Queqiao.Server.Contacts.Erasing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Keys.Storage;
using Queqiao.Server.Tests.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Sealing;

/// <summary>A person is erased: nothing of them can be read any more, and a receipt says what it came to.</summary>
public sealed class ErasingTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Everything_of_a_person_becomes_unreadable_with_a_receipt(string engine)
    {
        await using var site = await Site.Open(engine);
        var (visitor, other) = (await site.Visitor(), await site.Visitor());
        var conversation = (await visitor.Say("my secret")).Text("conversationId");
        await site.Owner.Say(conversation, "a reply");
        await site.Owner.Say(conversation, "a note", isPrivate: true);
        var kept = (await other.Say("somebody else")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");

        var receipt = (await Erase(site.Owner.Api, contact, "asked by mail")).Expect(HttpStatusCode.OK);

        Assert.Equal("asked by mail", receipt.Text("reason"));
        var counts = receipt.GetProperty("receipt");
        Assert.Equal((1L, 1L, 2L, 1L, 1L), (counts.Long("keys"), counts.Long("identities"), counts.Long("messages"), counts.Long("notes"), counts.Long("conversations")));
        Assert.Equal(JsonValueKind.String, receipt.GetProperty("finishedAt").ValueKind);
        var row = await site.Owner.Row(conversation);
        Assert.Equal("resolved", row.Text("status"));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("contact").GetProperty("name").ValueKind);
        var log = await site.Owner.Log(conversation);
        Assert.DoesNotContain("my secret", JsonSerializer.Serialize(log), StringComparison.Ordinal);
        Assert.All(log.Where(item => item.Text("kind") is "message" or "note"), item => Assert.Equal("erased", item.Text("unreadable")));
        Assert.Contains(log, item => item.Text("kind") == "event" && item.GetProperty("event").Text("type") == "erased");
        Assert.Equal(["somebody else"], (await site.Owner.Log(kept)).Where(item => item.Text("kind") == "message").Select(item => item.Text("text")));
        Assert.Equal("contact_erased", (await site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "x", text = "hello?", @private = true })).Text("code"));

        Assert.Equal(3L, counts.Long("searchTexts"));

        // The same visitor is somebody new now.
        Assert.NotEqual(conversation, (await visitor.Say("back again")).Text("conversationId"));
        Assert.DoesNotContain(site.Troubles, line => line.Contains("Damaged", StringComparison.Ordinal));
        var list = (await site.Owner.Api.Get("/api/v1/erasures")).Expect(HttpStatusCode.OK);
        Assert.Equal(contact, Assert.Single(list.Items()).Text("contactId"));
        Assert.Equal("contact_erased", (await Erase(site.Owner.Api, contact, "twice")).Text("code"));
    }

    [Fact]
    public async Task The_key_and_the_name_are_gone_from_the_files()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("secret")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        byte[] wrapped;
        await using (var db = site.Storage.Read(1))
            wrapped = (await db.Visible(Scope<ContactKeyRow>.Workspace(1)).SingleAsync()).Wrapped!;

        (await Erase(site.Owner.Api, contact, "x")).Expect(HttpStatusCode.OK);

        foreach (var file in Directory.EnumerateFiles(site.Folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            Assert.True(bytes.AsSpan().IndexOf(wrapped) < 0, $"The destroyed key is still in {file}.");
        }
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Somebody_who_comes_back_with_a_backup_is_erased_again(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("my secret")).Text("conversationId");
        var contact = Guid.Parse((await site.Owner.Row(conversation)).GetProperty("contact").Text("id"));
        byte[] wrapped;
        await using (var db = site.Storage.Read(1))
            wrapped = (await db.Visible(Scope<ContactKeyRow>.Workspace(1)).SingleAsync()).Wrapped!;
        (await Erase(site.Owner.Api, contact.ToString(), "x")).Expect(HttpStatusCode.OK);

        // As a restored database has it: the key is back and the ledger's row is not; the file beside the database is.
        await site.Storage.RunSystem(async (unit, ct) =>
        {
            await unit.Db.Visible(Scope<ContactKeyRow>.Workspace(1)).Where(key => key.ContactId == contact).ExecuteUpdateAsync(set => set.SetProperty(key => key.Wrapped, wrapped), ct);
            return 0;
        }, CancellationToken.None);
        Assert.Contains(await site.Owner.Log(conversation), item => item.Maybe("text") == "my secret");

        await site.Services.GetServices<IHostedService>().OfType<ErasureReplay>().Single().StartAsync(CancellationToken.None);

        Assert.DoesNotContain(await site.Owner.Log(conversation), item => item.Maybe("text") == "my secret");
    }

    [Fact]
    public async Task Only_owners_and_administrators_erase_and_they_say_why()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        foreach (var role in new[] { "agent", "supervisor", "viewer" })
        {
            var colleague = await site.Agent(role);
            Assert.Equal(HttpStatusCode.Forbidden, (await Erase(colleague.Api, contact, "x")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await colleague.Api.Get("/api/v1/erasures")).Status);
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await Erase(site.Owner.Api, contact, " ")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Erase(site.Owner.Api, Guid.CreateVersion7().ToString(), "x")).Status);
        (await Erase((await site.Agent("admin")).Api, contact, "x")).Expect(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Open_lists_hear_of_it()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        await using var socket = await site.Owner.Socket();
        await socket.Send(new { op = "watch", conversation, after = 2 });
        (await Erase(site.Owner.Api, contact, "x")).Expect(HttpStatusCode.OK);
        await socket.Next(
            frame => frame.TryGetProperty("data", out var data) && data.TryGetProperty("event", out var about) && about.Maybe("type") == "erased", "the erasure was told");
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_full_profile_goes_with_all_its_parts_and_what_stays_names_nobody(string engine)
    {
        await using var site = await Site.Open(engine);
        await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "level", name = "Level", kind = "text", @class = "internal" });
        await site.Owner.Api.Post("/api/v1/custom-fields", new { @object = "contact", key = "address", name = "Address", kind = "text", @class = "personal" });
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("zephyr speaks")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        var path = "/api/v1/contacts/" + contact;
        (await site.Owner.Api.Patch(path, new { name = "Zephyrine", tags = new[] { "zephyr-tag" }, fields = new { level = "zephyr gold", address = "1 Zephyr Road" } })).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Post(path + "/identities", new { kind = "email", externalId = "zephyr@example.com" })).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Post(path + "/notes", new { text = "zephyr note" })).Expect(HttpStatusCode.Created);
        (await site.Owner.Api.Post(path + "/block", new { reason = "zephyr reason" })).Expect(HttpStatusCode.OK);
        await site.Owner.Api.Patch("/api/v1/conversations/" + conversation, new { subject = "zephyr subject" });
        var other = (await site.Owner.Api.Post("/api/v1/contacts", new { name = "Zephyr Two", identities = new[] { new { kind = "phone", externalId = "13800001111" } } })).Expect(HttpStatusCode.Created).Text("id");
        (await site.Owner.Api.Post(path + "/merge", new { otherId = other })).Expect(HttpStatusCode.OK);
        await site.RunDueJobs();

        var preview = (await site.Owner.Api.Get(path + "/erase")).Expect(HttpStatusCode.OK);
        Assert.Equal((2L, 1L, 1L, 0L), (preview.Long("contacts"), preview.Long("conversations"), preview.Long("messages"), preview.Long("files")));
        var receipt = (await Erase(site.Owner.Api, contact, "asked")).Expect(HttpStatusCode.OK);
        var counts = receipt.GetProperty("receipt");
        Assert.Equal((2L, 2L, 2L, 1L, 1L, 1L), (counts.Long("contacts"), counts.Long("keys"), counts.Long("identifiers"), counts.Long("tags"), counts.Long("profiles"), counts.Long("contactNotes")));
        Assert.Equal(JsonValueKind.String, (await site.Owner.Api.Get("/api/v1/erasures/" + receipt.Text("id"))).Expect(HttpStatusCode.OK).GetProperty("finishedAt").ValueKind);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Get(path + "/erase")).Status);

        var view = (await site.Owner.Api.Get(path)).Expect(HttpStatusCode.OK);
        Assert.DoesNotContain("zephyr", JsonSerializer.Serialize(view), StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await site.Owner.Api.Get("/api/v1/contacts?q=zephyr@example.com")).Body.Items());
        Assert.DoesNotContain("zephyr", await EverythingIn(site), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Every cell of every table as text: what stands in clear.</summary>
    private static Task<string> EverythingIn(Site site) => site.Storage.RunSystem(async (unit, ct) =>
    {
        var text = new System.Text.StringBuilder();
        await using var names = unit.Connection.CreateCommand();
        names.Transaction = unit.Transaction;
        names.CommandText = site.Database is null
            ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_word%'"
            : "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r' AND has_table_privilege(c.oid, 'SELECT')";
        var tables = new List<string>();
        await using (var row = await names.ExecuteReaderAsync(ct))
        {
            while (await row.ReadAsync(ct))
                tables.Add(row.GetString(0));
        }
        foreach (var table in tables)
        {
            await using var command = unit.Connection.CreateCommand();
            command.Transaction = unit.Transaction;
            command.CommandText = "SELECT * FROM " + table;
            await using var row = await command.ExecuteReaderAsync(ct);
            while (await row.ReadAsync(ct))
            {
                for (var i = 0; i < row.FieldCount; i++)
                    text.Append(row.GetValue(i) is byte[] bytes ? System.Text.Encoding.Latin1.GetString(bytes) : row.GetValue(i).ToString()).Append('\n');
            }
        }
        return text.ToString();
    }, CancellationToken.None);

    [Fact]
    public async Task Somebody_with_many_files_is_unreadable_at_once_and_the_rest_is_a_job()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        using var agent = Uploader.Of(site.Owner);
        for (var message = 0; message < 3; message++)
        {
            var files = new List<string>();
            for (var i = 0; i < 8; i++)
                files.Add(await agent.Put($"{message}{i}.txt", "private"u8.ToArray()));
            (await site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "f" + message, text = "", attachments = files })).Expect(HttpStatusCode.Created);
        }
        var begun = (await Erase(site.Owner.Api, contact, "asked")).Expect(HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.Null, begun.GetProperty("finishedAt").ValueKind);
        Assert.Equal(1L, begun.GetProperty("receipt").Long("keys"));
        Assert.All((await site.Owner.Log(conversation)).Where(item => item.Text("kind") == "message"), item => Assert.Equal("erased", item.Text("unreadable")));
        Assert.Contains(contact, await File.ReadAllTextAsync(Path.Combine(site.Folder, "erasures.jsonl")), StringComparison.Ordinal);
        await site.RunDueJobs();
        var done = (await site.Owner.Api.Get("/api/v1/erasures/" + begun.Text("id"))).Expect(HttpStatusCode.OK);
        Assert.Equal(JsonValueKind.String, done.GetProperty("finishedAt").ValueKind);
        Assert.Equal((24L, 1L, 1L), (done.GetProperty("receipt").Long("files"), done.GetProperty("receipt").Long("keys"), done.GetProperty("receipt").Long("contacts")));
    }

    [Fact]
    public async Task Erasing_wants_a_recent_proof()
    {
        await using var site = await Site.Open();
        var contact = (await site.Owner.Api.Post("/api/v1/contacts", new { name = "Ann" })).Expect(HttpStatusCode.Created).Text("id");
        site.Time.Move(TimeSpan.FromHours(1));
        Assert.Equal("proof_required", (await Erase(site.Owner.Api, contact, "x")).Code);
    }

    private static Task<ApiAnswer> Erase(ApiClient api, string contact, string reason) => api.Post($"/api/v1/contacts/{contact}/erase", new { reason });
}
