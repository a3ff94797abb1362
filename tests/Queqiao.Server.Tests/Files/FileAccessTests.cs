using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Files;

/// <summary>Who may have a file, for how long, and what happens to those that nobody sends.</summary>
public sealed class FileAccessTests
{
    [Fact]
    public async Task Files_of_a_note_stay_in_the_house()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        using var agent = Uploader.Of(site.Owner);
        using var customer = Uploader.Of(visitor);
        var secret = await agent.Put("内部.txt", "secret"u8.ToArray());
        await Send(site.Owner, conversation, isPrivate: true, secret);

        Assert.Contains(await site.Owner.Log(conversation), item => item.Text("kind") == "note" && item.GetProperty("attachments").GetArrayLength() == 1);
        Assert.DoesNotContain(await visitor.Log(), item => item.GetRawText().Contains(secret, StringComparison.Ordinal));
        Assert.Empty((await customer.Links(secret)).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("secret", System.Text.Encoding.UTF8.GetString(await agent.Bytes(secret)));

        await Send(site.Owner, conversation, isPrivate: false, secret); // on purpose, later
        Assert.Equal("ready", (await customer.Link(secret)).Text("state"));
    }

    [Fact]
    public async Task What_one_may_not_see_has_no_link()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        var id = await customer.Put("a.txt", "mine"u8.ToArray());
        var (wen, bo) = (await site.Agent("agent"), await site.Agent("agent"));
        using var ofWen = Uploader.Of(wen);
        using var ofBo = Uploader.Of(bo);
        Assert.Equal(HttpStatusCode.NotFound, (await ofWen.Links(id)).Status); // not sent yet: nobody's but the visitor's
        var conversation = (await visitor.Post("/widget/v1/messages", new { clientId = "c", attachments = new[] { id } })).Expect(HttpStatusCode.Created).Text("conversationId");
        Assert.Equal(HttpStatusCode.OK, (await ofWen.Links(id)).Status);
        await site.Owner.Assign(conversation, wen.Id);
        Assert.Equal(HttpStatusCode.OK, (await ofWen.Links(id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ofBo.Links(id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ofBo.Get($"/api/v1/conversations/{conversation}/files")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ofWen.Links(id, Guid.CreateVersion7().ToString())).Status);

        var other = await site.Visitor();
        await other.Say("hello");
        using var stranger = Uploader.Of(other);
        Assert.Empty((await stranger.Links(id)).Expect(HttpStatusCode.OK).Items());
        foreach (var request in (Func<Task<Identity.ApiAnswer>>[])[() => stranger.Show(id), () => stranger.Piece(id, 0, "x"u8.ToArray()), () => stranger.Cancel(id), () => ofWen.Show(id)])
            Assert.Equal(HttpStatusCode.NotFound, (await request()).Status);
        Assert.Equal("validation", (await other.Post("/widget/v1/messages", new { clientId = "s", attachments = new[] { id } })).Code);

        var foreign = await site.Workspace(2);
        var there = await site.Agent("owner", ws: 2);
        using var elsewhere = Uploader.Of(there);
        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.Links(id)).Status);
        Assert.NotEqual(Guid.Empty, foreign);
    }

    [Fact]
    public async Task A_link_works_for_minutes_and_for_nothing_else()
    {
        await using var site = await Site.Open();
        using var agent = Uploader.Of(site.Owner);
        var id = await agent.Put("a.txt", "text"u8.ToArray());
        var url = (await agent.Link(id)).Text("url");
        Assert.Equal(HttpStatusCode.OK, (await agent.Fetch(url)).StatusCode);
        for (var at = "/files/".Length; at < url.Length; at++)
        {
            var changed = url[..at] + (url[at] == 'A' ? 'B' : 'A') + url[(at + 1)..];
            Assert.Null(site.The<FileLinks>().Read(changed["/files/".Length..]) is { } read && changed[^1] == url[^1] ? read : null);
        }
        foreach (var bad in (string[])["/files/", "/files/x", "/files/" + new string('A', 200), url + "A", "/files/..%2f..%2froot.key"])
            Assert.Equal(HttpStatusCode.NotFound, (await agent.Fetch(bad)).StatusCode);
        site.Time.Move(TimeSpan.FromMinutes(4));
        Assert.Equal(HttpStatusCode.OK, (await agent.Fetch(url)).StatusCode);
        site.Time.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.NotFound, (await agent.Fetch(url)).StatusCode);
    }

    [Fact]
    public async Task A_file_belongs_to_one_conversation()
    {
        await using var site = await Site.Open();
        var (one, other) = ((await (await site.Visitor()).Say("1")).Text("conversationId"), (await (await site.Visitor()).Say("2")).Text("conversationId"));
        using var agent = Uploader.Of(site.Owner);
        var id = await agent.Put("a.txt", "text"u8.ToArray());
        await Send(site.Owner, one, false, id);
        await Send(site.Owner, one, false, id); // again in the same one: fine
        var refused = await site.Owner.Api.Post($"/api/v1/conversations/{other}/messages", new { clientId = "x", text = "hi", attachments = new[] { id } });
        Assert.Equal((HttpStatusCode.Conflict, "file_sent_elsewhere"), (refused.Status, refused.Code));
        Assert.DoesNotContain(await site.Owner.Log(other), item => item.GetRawText().Contains("\"hi\"", StringComparison.Ordinal)); // the message went with it
        Assert.Equal("file_sent", (await agent.Cancel(id)).Code);
        (await site.Owner.Api.Post($"/api/v1/conversations/{other}/messages", new { clientId = "x", text = "hi" })).Expect(HttpStatusCode.Created); // and its key too
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_repeated_send_with_files_is_one_message_and_many_at_once_are_all_stored(string engine)
    {
        await using var site = await Site.Open(engine);
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        var ids = new List<string>();
        for (var n = 0; n < 6; n++)
            ids.Add(await customer.Put($"{n}.txt", "text"u8.ToArray()));
        var answers = await Task.WhenAll(ids.SelectMany((id, n) => Enumerable.Range(0, 3).Select(_ =>
            visitor.Post("/widget/v1/messages", new { clientId = $"c{n}", text = $"no {n}", attachments = new[] { id } }))));
        Assert.All(answers, answer => answer.Expect(HttpStatusCode.Created));
        Assert.Single(answers.Select(answer => answer.Text("conversationId")).Distinct());
        Assert.Equal(6, (await visitor.Log()).Count(item => item.Text("kind") == "message"));
        await using var db = site.Storage.ReadSystem();
        Assert.Equal(6, await db.Visible(Scope<StoredFile>.Workspace(1)).CountAsync(file => file.ConversationId != null && file.ContactId != null && file.NextAt == null));
        Assert.Empty(site.Troubles);
    }

    [Fact]
    public async Task Messages_with_files_have_limits_and_need_something()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        var id = await customer.Put("a.txt", "text"u8.ToArray());
        foreach (var wrong in (object[])[new { clientId = "a" }, new { clientId = "a", text = " ", attachments = Array.Empty<string>() }, new { clientId = "a", attachments = new[] { id, id } },
            new { clientId = "a", attachments = Enumerable.Range(0, 11).Select(_ => Guid.CreateVersion7()).ToArray() }, new { clientId = "a", attachments = new[] { Guid.CreateVersion7() } }])
            Assert.Equal((HttpStatusCode.BadRequest, "validation"), ((await visitor.Post("/widget/v1/messages", wrong)).Status, (await visitor.Post("/widget/v1/messages", wrong)).Code));
        Assert.Empty(await visitor.Log());
    }

    [Fact]
    public async Task A_visitor_and_a_workspace_have_so_much_room()
    {
        await using var site = await Site.Open(also: services => services.AddSingleton(new FileLimits { VisitorFiles = 3, VisitorBytes = 1000, WorkspaceBytes = 3000 }));
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        (await customer.Begin("a.txt", 900)).Expect(HttpStatusCode.Created);
        var bytes = await customer.Begin("b.txt", 101);
        Assert.Equal((HttpStatusCode.TooManyRequests, "file_quota_visitor"), (bytes.Status, bytes.Code));
        (await customer.Begin("b.txt", 10)).Expect(HttpStatusCode.Created);
        (await customer.Begin("c.txt", 10)).Expect(HttpStatusCode.Created);
        Assert.Equal("file_quota_visitor", (await customer.Begin("d.txt", 1)).Code);
        site.Time.Move(TimeSpan.FromHours(25));
        (await customer.Begin("d.txt", 1)).Expect(HttpStatusCode.Created);

        using var agent = Uploader.Of(site.Owner);
        (await agent.Begin("a.txt", 1000)).Expect(HttpStatusCode.Created);
        var full = await agent.Begin("a.txt", 2000);
        Assert.Equal((HttpStatusCode.InsufficientStorage, "file_quota_workspace"), (full.Status, full.Code));
    }

    [Fact]
    public async Task What_nobody_finishes_or_sends_is_deleted_and_what_was_sent_stays()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        var half = (await customer.Begin("half.txt", 100)).Text("id");
        await customer.Piece(half, 0, "half"u8.ToArray());
        var unsent = await customer.Put("unsent.png", Samples.Png());
        var sent = await customer.Put("sent.txt", "sent"u8.ToArray());
        await visitor.Post("/widget/v1/messages", new { clientId = "c", attachments = new[] { sent } });
        var cancelled = await customer.Put("cancelled.txt", "cancelled"u8.ToArray());
        Assert.Equal(HttpStatusCode.NoContent, (await customer.Cancel(cancelled)).Status);
        var sweep = site.The<FileSweep>();
        await sweep.RunOnce(CancellationToken.None);
        Assert.Equal(HttpStatusCode.NotFound, (await customer.Show(cancelled)).Status);
        Assert.Equal(HttpStatusCode.OK, (await customer.Show(unsent)).Status);

        site.Time.Move(TimeSpan.FromHours(25));
        await sweep.RunOnce(CancellationToken.None);
        Assert.Equal(HttpStatusCode.NotFound, (await customer.Show(half)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await customer.Show(unsent)).Status);
        Assert.Equal("sent", System.Text.Encoding.UTF8.GetString(await customer.Bytes(sent)));
        Assert.Single(Blobs(site));
    }

    [Fact]
    public async Task Nothing_readable_lies_in_the_folder_or_the_database()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        var half = (await customer.Begin("canary-name-half.txt", 1000)).Text("id");
        await customer.Piece(half, 0, "canary-content-half"u8.ToArray());
        await customer.Put("canary-name-whole.txt", "canary-content-whole"u8.ToArray());
        foreach (var file in Directory.EnumerateFiles(site.The<StorageOptions>().DataFolder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Assert.True(bytes.AsSpan().IndexOf("canary-"u8) < 0, file);
        }
    }

    [Fact]
    public async Task A_persons_files_can_be_erased()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        using var agent = Uploader.Of(site.Owner);
        var mine = await customer.Put("mine.png", Samples.Png(600, 600));
        var conversation = (await visitor.Post("/widget/v1/messages", new { clientId = "c", attachments = new[] { mine } })).Text("conversationId");
        var theirs = await agent.Put("theirs.txt", "for you"u8.ToArray());
        await Send(site.Owner, conversation, false, theirs);
        var contact = (await site.Owner.Row(conversation)).GetProperty("contact").Text("id");
        var url = (await agent.Link(mine)).Text("url");
        Assert.Equal(3, Blobs(site).Count); // the picture, its small one, the text

        Assert.Equal(2, await site.The<StoredFiles>().Erase(1, Guid.Parse(contact), CancellationToken.None));
        Assert.Empty(Blobs(site));
        Assert.Equal(HttpStatusCode.NotFound, (await agent.Fetch(url)).StatusCode);
        Assert.Equal("erased", (await agent.Link(mine)).Text("state"));
        Assert.Equal("erased", (await customer.Link(theirs)).Text("state"));
        Assert.Equal(0, await site.The<StoredFiles>().Erase(1, Guid.Parse(contact), CancellationToken.None));
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_said_clearly_and_the_upload_goes_on_when_there_is_room()
    {
        await using var site = await Site.Open();
        using var disk = new SmallDisk(2);
        var uploads = Path.Combine(site.The<StorageOptions>().DataFolder, "files", "uploads");
        Directory.CreateDirectory(Path.GetDirectoryName(uploads)!);
        Directory.CreateSymbolicLink(uploads, disk.Folder);
        using var agent = Uploader.Of(site.Owner);
        var content = System.Text.Encoding.ASCII.GetBytes(new string('a', 1_500_000));
        var ballast = Path.Combine(disk.Folder, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[1_000_000]);
        var id = (await agent.Begin("a.txt", content.Length)).Expect(HttpStatusCode.Created).Text("id");
        var full = await agent.Piece(id, 0, content);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "storage_full"), (full.Status, full.Code));
        File.Delete(ballast);
        var offset = await agent.Offset(id);
        Assert.InRange(offset, 1, 1_100_000);
        Assert.Equal("ready", (await agent.Piece(id, offset, content.AsMemory((int)offset))).Expect(HttpStatusCode.OK).Text("state"));
        Assert.Equal(content, await agent.Bytes(id));
        Directory.Delete(uploads);
    }

    private static List<string> Blobs(Site site) =>
        [.. Directory.EnumerateFiles(Path.Combine(site.The<StorageOptions>().DataFolder, "files"), "*", SearchOption.AllDirectories)];

    private static async Task Send(AgentClient agent, string conversation, bool isPrivate, params string[] attachments) =>
        (await agent.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = AgentClient.NewId(), text = "", @private = isPrivate, attachments })).Expect(HttpStatusCode.Created);
}
