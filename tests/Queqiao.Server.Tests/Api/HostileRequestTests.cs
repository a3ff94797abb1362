using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Queqiao.Server.Tests.Gateway;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Api;

/// <summary>Requests that nobody should make, on the conversation routes of agents and visitors.</summary>
public sealed class HostileRequestTests(SharedSite shared) : IClassFixture<SharedSite>
{
    private Site Site => shared.Site;

    public static TheoryData<string, byte[]> Bodies => new()
    {
        { "nothing", [] },
        { "not JSON", "{clientId:1}"u8.ToArray() },
        { "null", "null"u8.ToArray() },
        { "an array", "[]"u8.ToArray() },
        { "a member twice", """{"clientId":"a","text":"a","text":"b"}"""u8.ToArray() },
        { "U+0000", """{"clientId":"a","text":"a\u0000b"}"""u8.ToArray() },
        { "a raw NUL", [.. """{"clientId":"a","text":"a"""u8, 0, .. "\"}"u8] },
        { "half a character", """{"clientId":"a","text":"\udc00"}"""u8.ToArray() },
        { "bad UTF-8", [.. """{"clientId":"a","text":"a"""u8, 0xFF, 0xFE, .. "\"}"u8] },
        { "too deep", Encoding.UTF8.GetBytes("""{"clientId":"a","text":"a","x":""" + new string('[', 5000) + new string(']', 5000) + "}") },
        { "a number for a text", """{"clientId":"a","text":1e400}"""u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_cannot_be_read_is_a_clear_400(string what, byte[] body)
    {
        var visitor = await Site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await Refused(await Send("/widget/v1/messages", body, "application/json", visitor.Bearer), 400, "invalid_json", what);
        await Refused(await Send($"/api/v1/conversations/{conversation}/messages", body, "application/json", Me), 400, "invalid_json", what);
        Assert.Single(await visitor.Log(), item => item.Text("kind") == "message");
    }

    [Fact]
    public async Task Unknown_members_are_refused_on_the_api_and_ignored_by_the_widgets()
    {
        var visitor = await Site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var body = """{"clientId":"x","text":"a","workspace":2}"""u8.ToArray();
        await Refused(await Send($"/api/v1/conversations/{conversation}/messages", body, "application/json", Me), 400, "invalid_json", "unknown member");
        Assert.Equal(HttpStatusCode.Created, (await Send("/widget/v1/messages", body, "application/json", visitor.Bearer)).StatusCode);
    }

    [Theory]
    [InlineData("text/plain"), InlineData("application/x-www-form-urlencoded"), InlineData("multipart/form-data; boundary=x"), InlineData("application/xml"), InlineData("nonsense"), InlineData(null)]
    public async Task Only_JSON_is_taken(string? contentType)
    {
        var visitor = await Site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        var body = """{"clientId":"x","text":"a"}"""u8.ToArray();
        await Refused(await Send("/widget/v1/messages", body, contentType, visitor.Bearer), 415, "unsupported_media_type", contentType ?? "none");
        await Refused(await Send($"/api/v1/conversations/{conversation}/messages", body, contentType, Me), 415, "unsupported_media_type", contentType ?? "none");
    }

    [Fact]
    public async Task Bodies_and_headers_have_an_end()
    {
        var visitor = await Site.Visitor();
        var huge = Encoding.UTF8.GetBytes($$"""{"clientId":"x","text":"{{new string('x', 2 * 1024 * 1024)}}"}""");
        await Refused(await Send("/widget/v1/messages", huge, "application/json", visitor.Bearer), 413, "payload_too_large", "2 MB");
        await Refused(await Send("/api/v1/conversations/" + Guid.Empty + "/messages", huge, "application/json", Me), 413, "payload_too_large", "2 MB");
        await Refused(await Send("/widget/v1/messages", huge, "application/json", chunked: true, visitor.Bearer), 413, "payload_too_large", "2 MB in pieces");
        Assert.Equal(431, await StatusOf("GET /widget/v1/unread HTTP/1.1\r\nHost: a\r\nX: " + new string('x', 200_000) + "\r\n\r\n"));
        Assert.Equal(414, await StatusOf("GET /" + new string('x', 200_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.Equal(400, await StatusOf("GET / HTTP/1.1\r\n\r\n"));
        (await visitor.Get("/widget/v1/unread")).Expect(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/api/v1/conversations?limit=0"), InlineData("/api/v1/conversations?limit=101"), InlineData("/api/v1/conversations?limit=1e9"), InlineData("/api/v1/conversations?limit=-1")]
    [InlineData("/api/v1/conversations?cursor="), InlineData("/api/v1/conversations?cursor=x"), InlineData("/api/v1/conversations?cursor=a99999999999999999999_0"), InlineData("/api/v1/conversations?cursor=%00")]
    [InlineData("/api/v1/conversations?view=theirs"), InlineData("/api/v1/conversations?sort=random"), InlineData("/api/v1/conversations?assignee=nobody"), InlineData("/api/v1/conversations?channel=x")]
    [InlineData("/api/v1/conversations?asignee=me"), InlineData("/api/v1/conversations/counts?x=1"), InlineData("/api/v1/conversations?view=mine&view=all")]
    [InlineData("/api/v1/conversations/{id}?x=1"), InlineData("/api/v1/conversations/{id}/messages?after=-1"), InlineData("/api/v1/conversations/{id}/messages?before=-1")]
    [InlineData("/api/v1/conversations/{id}/messages?after=1&before=5"), InlineData("/api/v1/conversations/{id}/messages?limit=201"), InlineData("/api/v1/conversations/{id}/messages?limit=0")]
    [InlineData("/api/v1/conversations/{id}/messages?after=99999999999999999999"), InlineData("/api/v1/conversations/{id}/messages?after=x"), InlineData("/api/v1/conversations/{id}/messages?wait=5")]
    [InlineData("/api/v1/conversations?status=nonsense"), InlineData("/gateway/events?x=1"), InlineData("/gateway/events?after=x")]
    public async Task A_query_that_cannot_be_meant_is_a_400(string path)
    {
        var conversation = (await (await Site.Visitor()).Say("hello")).Text("conversationId");
        var answer = await Site.Owner.Api.Get(path.Replace("{id}", conversation, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(answer.Code, (string[])["validation", "unknown_parameter", "invalid_parameter", "bad_request"]);
    }

    [Theory]
    [InlineData("/widget/v1/messages?after=-1"), InlineData("/widget/v1/messages?limit=0"), InlineData("/widget/v1/messages?limit=201"), InlineData("/widget/v1/messages?wait=26")]
    [InlineData("/widget/v1/messages?wait=-1"), InlineData("/widget/v1/messages?x=1"), InlineData("/widget/v1/messages?after=1e3"), InlineData("/widget/v1/unread?x=1")]
    public async Task A_visitors_query_that_cannot_be_meant_is_a_400(string path) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await (await Site.Visitor()).Get(path)).Status);

    [Fact]
    public async Task Texts_are_stored_and_shown_as_they_were_written()
    {
        string[] texts =
        [
            "<script>alert(1)</script><img src=x onerror=alert(2)>", "'; DROP TABLE entry; --", "{{7*7}} ${7*7} <%= 7*7 %>", "=HYPERLINK(\"http://x\")",
            "\u202Eesrever\u202C \u2066iso\u2069", "zero\u200Bwidth\u200D\uFEFF", "👩‍👩‍👧‍👦🇨🇳👍🏽", "مرحبا 你好 שלום", "a\r\nb\tc", "\u0001\u001F\u007F\u0085\u2028\u2029",
            "e\u0301 vs \u00E9", "\uFFFD\uFFFE\uFFFF", "  leading and trailing  ", new string('鹊', 10_000), "\\u0000 \\n \\\\",
        ];
        var visitor = await Site.Visitor();
        await using var live = await visitor.Socket();
        await using var other = await visitor.Socket();
        for (var i = 0; i < texts.Length; i++)
        {
            if (i % 2 == 0)
                await live.Send(new { op = "send", clientId = "t" + i, text = texts[i] });
            else
                await visitor.Say(texts[i], "t" + i);
        }
        await live.Next(_ => live.Frames.Count(frame => frame.IsOp("ack")) == (texts.Length + 1) / 2, "all are acknowledged");
        await other.Next(_ => other.Frames.Count(frame => frame.IsEvent("message.created")) == texts.Length, "all are told");

        var conversation = (await visitor.Get("/widget/v1/unread")).Text("conversationId");
        foreach (var items in new[] { await visitor.Log(), await Site.Owner.Log(conversation), [.. other.Frames.Where(frame => frame.IsEvent("message.created")).Select(frame => frame.GetProperty("data"))] })
        {
            var shown = items.Where(item => item.Text("kind") == "message").ToDictionary(item => item.Text("clientId"), item => item.Text("text"));
            for (var i = 0; i < texts.Length; i++)
                Assert.Equal(texts[i], shown["t" + i]);
        }
        var list = await Site.Owner.Api.Get("/api/v1/conversations");
        Assert.Equal("application/json", list.Raw.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", list.Raw.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_text_has_10000_characters_at_most_and_at_least_one_that_shows()
    {
        var visitor = await Site.Visitor();
        var conversation = (await visitor.Say("hello")).Text("conversationId");
        await using var live = await visitor.Socket();
        foreach (var (text, code) in new[] { (new string('x', 10_001), "message_too_long"), (string.Concat(Enumerable.Repeat("👍", 5_001)), "message_too_long"), ("", "validation"), (" \n\u3000\u2003", "validation") })
        {
            Assert.Equal(code, (await visitor.Post("/widget/v1/messages", new { clientId = "a", text })).Code);
            Assert.Equal(code, (await Site.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = "a", text })).Code);
            await live.Send(new { op = "send", clientId = "a", text });
            await live.Error(code);
        }
        Assert.Single(await visitor.Log(), item => item.Text("kind") == "message");
    }

    private static async Task Refused(HttpResponseMessage answer, int status, string code, string what)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{what}: {(int)answer.StatusCode} {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(code, problem.Text("code"));
        Assert.Equal(status, problem.Long("status"));
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(problem.Text("detail")));
    }

    private (string, string) Me => ("Cookie", Site.Owner.Cookie);

    private Task<HttpResponseMessage> Send(string path, byte[] body, string? contentType, params (string Name, string Value)[] headers) =>
        Send(path, body, contentType, chunked: false, headers);

    private async Task<HttpResponseMessage> Send(string path, byte[] body, string? contentType, bool chunked, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = Site.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (chunked)
            request.Headers.TransferEncodingChunked = true;
        if (contentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var answer = await http.SendAsync(request);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    private async Task<int> StatusOf(string request)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(Site.Address.Host, Site.Address.Port);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(tcp.GetStream());
        var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
        return int.Parse(line!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
