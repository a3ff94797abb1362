using System.Net;
using System.Text;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Tests.Gateway;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Files;

/// <summary>Files over HTTP: uploaded in pieces, checked, sent, and given to those who may have them.</summary>
public sealed class FileTests(SharedSite shared) : IClassFixture<SharedSite>
{
    private Site Site => shared.Site;

    [Theory, OnSqlite, OnPostgres]
    public async Task A_picture_goes_from_the_visitor_to_the_agent_and_a_document_back(string engine)
    {
        await using var own = engine == Engines.Sqlite ? null : await Site.Open(engine);
        var site = own ?? Site;
        var visitor = await site.Visitor();
        using var from = Uploader.Of(visitor);
        using var agent = Uploader.Of(site.Owner);
        var picture = await from.Put("截图 1.png", Samples.Png(600, 500));
        await using var console = await site.Owner.Socket();
        var sent = (await visitor.Post("/widget/v1/messages", new { clientId = "p1", attachments = new[] { picture } })).Expect(HttpStatusCode.Created);
        var conversation = sent.Text("conversationId");

        var item = (await site.Owner.Log(conversation)).Single(one => one.Text("kind") == "message");
        Assert.Equal("", item.Text("text"));
        var attached = item.GetProperty("attachments").EnumerateArray().Single();
        Assert.Equal((picture, "image", "截图 1.png", "image/png"), (attached.Text("id"), attached.Text("kind"), attached.Text("name"), attached.Text("contentType")));
        Assert.Equal((600, 500), (attached.Long("width"), attached.Long("height")));
        Assert.Equal("🖼️ 截图 1.png", (await site.Owner.Row(conversation)).GetProperty("lastMessage").Text("text"));
        var link = await agent.Link(picture);
        var thumb = await (await agent.Fetch(link.Text("thumbUrl"))).Content.ReadAsByteArrayAsync();
        Assert.Equal((480, 400), ImageHeader.Read("image/webp", new MemoryStream(thumb)));

        var document = await agent.Put("合同.pdf", "%PDF-1.7 contract"u8.ToArray());
        await console.Send(new { op = "send", conversation, clientId = "d1", text = "请看", attachments = new[] { document } });
        await console.Op("ack");
        var back = (await visitor.Log()).Last(one => one.Text("kind") == "message");
        Assert.Equal(("请看", "合同.pdf"), (back.Text("text"), back.GetProperty("attachments").EnumerateArray().Single().Text("name")));
        Assert.Equal("%PDF-1.7 contract", Encoding.UTF8.GetString(await from.Bytes(document)));
        // A PDF opens in the browser's viewer for colleagues who ask for it, framed by the console alone; for nobody else and by no other name.
        var viewed = await agent.Fetch((await agent.Link(document)).Text("url") + "?view=1");
        Assert.Equal("inline", viewed.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Contains("frame-ancestors 'self'", viewed.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var address in new[] { (await agent.Link(document)).Text("url"), (await agent.Link(document)).Text("url") + "?view=1&save=1", (await from.Link(document)).Text("url") + "?view=1" })
        {
            var saved = await agent.Fetch(address);
            Assert.Equal("attachment", saved.Content.Headers.ContentDisposition!.DispositionType);
        }
        Assert.StartsWith("sandbox", (await agent.Fetch(link.Text("url") + "?view=1")).Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var files = (await site.Owner.Api.Get($"/api/v1/conversations/{conversation}/files?limit=1")).Expect(HttpStatusCode.OK);
        Assert.Equal(document, files.Items().Single().Text("id"));
        files = (await site.Owner.Api.Get($"/api/v1/conversations/{conversation}/files?limit=1&cursor={files.Text("nextCursor")}")).Expect(HttpStatusCode.OK);
        Assert.Equal(picture, files.Items().Single().Text("id"));
        Assert.False(files.TryGetProperty("nextCursor", out _));
    }

    [Fact]
    public async Task An_upload_goes_on_where_it_was_interrupted()
    {
        using var agent = Uploader.Of(Site.Owner);
        var content = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 40_000)));
        var id = (await agent.Begin("numbers.txt", content.Length)).Expect(HttpStatusCode.Created).Text("id");
        Assert.Equal(0, await agent.Offset(id));
        Assert.Equal(10, Uploader.OffsetOf(await agent.Piece(id, 0, content.AsMemory(0, 10))));

        // The connection breaks in the middle: what came is kept.
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => agent.Piece(id, 10, new BreaksOff(content, 10, 100_000, () => Until.True(async () => await agent.Offset(id) > 10, "some of it is stored"))));
        var offset = 0L; // a piece counts as on its way until the server hears of the break
        await Until.True(async () => (await agent.Piece(id, 0, Array.Empty<byte>())) is { Code: "upload_offset" } answer && (offset = Uploader.OffsetOf(answer)) > 0, "the server has noticed");
        Assert.InRange(offset, 11, 100_010);

        var behind = await agent.Piece(id, offset - 1, content.AsMemory((int)offset - 1));
        Assert.Equal((HttpStatusCode.Conflict, "upload_offset", offset), (behind.Status, behind.Code, Uploader.OffsetOf(behind)));
        var ahead = await agent.Piece(id, offset + 1, content.AsMemory((int)offset + 1));
        Assert.Equal((HttpStatusCode.Conflict, offset), (ahead.Status, Uploader.OffsetOf(ahead)));
        var last = (await agent.Piece(id, offset, content.AsMemory((int)offset))).Expect(HttpStatusCode.OK);
        Assert.Equal(("ready", content.Length), (last.Text("state"), last.Long("offset")));
        Assert.Equal("ready", (await agent.Piece(id, content.Length, Array.Empty<byte>())).Expect(HttpStatusCode.OK).Text("state")); // asked again: the same answer
        Assert.Equal(content, await agent.Bytes(id));
    }

    [Fact]
    public async Task Asking_where_it_ends_never_costs_a_sender_a_piece()
    {
        using var agent = Uploader.Of(Site.Owner);
        var content = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 20_000)));
        var id = (await agent.Begin("asked.txt", content.Length)).Expect(HttpStatusCode.Created).Text("id");
        using var asking = new CancellationTokenSource();
        var askers = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!asking.IsCancellationRequested)
                await agent.Offset(id);
        }).ToList();
        for (var from = 0; from < content.Length; from += 500)
            (await agent.Piece(id, from, content.AsMemory(from, Math.Min(500, content.Length - from)))).Expect(HttpStatusCode.OK);
        await asking.CancelAsync();
        await Task.WhenAll(askers);
        Assert.Equal(content, await agent.Bytes(id));
    }

    [Fact]
    public async Task More_than_was_announced_is_not_taken()
    {
        using var agent = Uploader.Of(Site.Owner);
        var id = (await agent.Begin("a.txt", 5)).Expect(HttpStatusCode.Created).Text("id");
        Assert.Equal("upload_too_long", (await agent.Piece(id, 0, "123456"u8.ToArray())).Code);
        Assert.Equal("ready", (await agent.Piece(id, await agent.Offset(id), "12345"u8.ToArray())).Text("state"));
    }

    public static TheoryData<string, byte[], string> Hostile => new()
    {
        { "a.exe", "MZ"u8.ToArray(), "file_type_not_allowed" },
        { "a.png.exe", Samples.Png(), "file_type_not_allowed" },
        { "a.png\u202Eexe.", Samples.Png(), "file_type_not_allowed" },
        { "noextension", "hi"u8.ToArray(), "file_type_not_allowed" },
        { "a.png", Samples.Jpeg(8, 8), "file_type_mismatch" },
        { "a.pdf", "MZ\u0090\0"u8.ToArray(), "file_type_not_allowed" },
        { "a.txt", "#!/bin/sh\nid"u8.ToArray(), "file_type_not_allowed" },
        { "a.txt", [1, 2, 3, 0], "file_type_mismatch" },
        { "a.docx", "not a zip"u8.ToArray(), "file_type_mismatch" },
        { "a.jpg", [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3], "image_unreadable" },
        { "a.png", Samples.PngThatClaims(60_000, 60_000), "image_too_many_pixels" },
        { "a.png", Samples.PngThatClaims(6_000, 6_000), "image_unreadable" },
        { "a.jpg", Samples.Jpeg(100, 100)[..2000], "image_unreadable" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task What_is_not_what_it_says_is_refused_and_leaves_nothing(string name, byte[] content, string code)
    {
        using var agent = Uploader.Of(Site.Owner);
        var answer = await agent.Upload(name, content);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (answer.Status, answer.Code));
        var visitor = await Site.Visitor();
        using var from = Uploader.Of(visitor);
        Assert.Equal(code, (await from.Upload(name, content)).Code);
    }

    [Fact]
    public async Task A_refused_file_can_be_neither_sent_nor_fetched()
    {
        using var agent = Uploader.Of(Site.Owner);
        var conversation = (await (await Site.Visitor()).Say("hello")).Text("conversationId");
        var id = (await agent.Begin("a.png", 3)).Text("id");
        Assert.Equal("file_not_complete", (await Send(conversation, id)).Code);
        await agent.Piece(id, 0, "abc"u8.ToArray());
        Assert.Equal("file_unknown", (await Send(conversation, id)).Code);
        var link = await agent.Link(id);
        Assert.Equal("refused", link.Text("state"));
        Assert.False(link.TryGetProperty("url", out _));
    }

    [Fact]
    public async Task A_photo_arrives_without_where_it_was_taken()
    {
        var visitor = await Site.Visitor();
        using var from = Uploader.Of(visitor);
        var id = await from.Put("IMG_1.jpg", Samples.PhotoWithSecrets());
        var served = await from.Bytes(id);
        Assert.Equal(-1, served.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Samples.Canary)));
        Assert.Equal((200, 300), ImageHeader.Read("image/jpeg", new MemoryStream(served)));
    }

    [Fact]
    public async Task Sizes_are_limited_by_kind_before_anything_is_sent()
    {
        using var agent = Uploader.Of(Site.Owner);
        foreach (var (name, mebi) in ((string, int)[])[("a.png", 20), ("a.mp3", 25), ("a.mp4", 100), ("a.pdf", 50)])
        {
            (await agent.Begin(name, mebi * 1024L * 1024)).Expect(HttpStatusCode.Created);
            var answer = await agent.Begin(name, mebi * 1024L * 1024 + 1);
            Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "file_too_large"), (answer.Status, answer.Code));
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await agent.Begin("a.txt", 0)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await agent.Begin(" ", 1)).Status);
    }

    [Fact]
    public async Task A_files_answer_lets_a_browser_do_nothing_with_it()
    {
        using var agent = Uploader.Of(Site.Owner);
        foreach (var (name, content, type, place) in new[]
        {
            ("x.svg", "<svg onload='alert(1)' xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "application/octet-stream", "attachment"),
            ("x.html", "<script>alert(1)</script>"u8.ToArray(), "application/octet-stream", "attachment"),
            ("x.pdf", "%PDF-1.4"u8.ToArray(), "application/pdf", "attachment"),
            ("发票.txt", "你好"u8.ToArray(), "text/plain", "attachment"),
            ("x.png", Samples.Png(), "image/png", "inline"),
            ("x.wav", Samples.Wav(2), "audio/wav", "inline"),
        })
        {
            var link = await agent.Link(await agent.Put(name, content));
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var answer = await agent.Fetch(link.Text("url"), method);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
                Assert.Equal(place, answer.Content.Headers.ContentDisposition!.DispositionType);
                Assert.Equal(name, answer.Content.Headers.ContentDisposition.FileNameStar);
                Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
                Assert.StartsWith("sandbox;", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
                Assert.True(answer.Headers.CacheControl is { NoStore: true, Private: true });
                Assert.Equal(method == HttpMethod.Head ? 0 : answer.Content.Headers.ContentLength, (await answer.Content.ReadAsByteArrayAsync()).Length);
                Assert.False(answer.Headers.Contains("Set-Cookie"));
            }
            using var saved = await agent.Fetch(link.Text("url") + "?save=1");
            Assert.Equal("attachment", saved.Content.Headers.ContentDisposition!.DispositionType);
        }
    }

    [Fact]
    public async Task Parts_of_a_recording_can_be_fetched()
    {
        using var agent = Uploader.Of(Site.Owner);
        var wav = Samples.Wav(30);
        var id = await agent.Put("voice.wav", wav);
        Assert.Equal(30, (await agent.Show(id)).Body.GetProperty("duration").GetDouble());
        var url = (await agent.Link(id)).Text("url");
        using var part = await agent.Fetch(url, range: "bytes=70000-70009");
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal($"bytes 70000-70009/{wav.Length}", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(wav[70_000..70_010], await part.Content.ReadAsByteArrayAsync());
        using var end = await agent.Fetch(url, range: "bytes=-5");
        Assert.Equal(5, (await end.Content.ReadAsByteArrayAsync()).Length);
        using var beyond = await agent.Fetch(url, range: "bytes=99999999-");
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
    }

    private async Task<Identity.ApiAnswer> Send(string conversation, params string[] attachments) =>
        await Site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = AgentClient.NewId(), attachments });

    /// <summary>A body that ends in the middle.</summary>
    private sealed class BreaksOff(byte[] content, int from, int count, Func<Task> before) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(content.AsMemory(from, count));
            await stream.FlushAsync();
            await before();
            throw new IOException("the line broke");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length - from;
            return true;
        }
    }
}
