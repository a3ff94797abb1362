using System.Net;
using System.Text.Json;
using Queqiao.Server.Channels.Delivering;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

/// <summary>Marks in messages: read as console and widget read them, shown by whoever can, plain words everywhere else.</summary>
public sealed class FormattedTextTests
{
    public static TheoryData<string> Vectors()
    {
        var data = new TheoryData<string>();
        foreach (var one in JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests", "formatted-text.json"))).RootElement.EnumerateArray())
            data.Add(one.GetRawText());
        return data;
    }

    [Theory, MemberData(nameof(Vectors))]
    public void Everybody_reads_the_same(string vector)
    {
        var wanted = JsonDocument.Parse(vector).RootElement;
        var read = FormattedText.Read(wanted.GetProperty("text").GetString()!);
        Assert.Equal(wanted.GetProperty("plain").GetString(), read.ToText());
        var blocks = wanted.GetProperty("blocks").EnumerateArray().Select(block => (
            block.GetProperty("kind").GetString(), block.TryGetProperty("first", out var first) ? first.GetInt32() : 1, block.TryGetProperty("apart", out _),
            string.Join('\n', block.GetProperty("lines").EnumerateArray().Select(line => string.Join('|', line.EnumerateArray().Select(span => string.Join('~', span.EnumerateArray().Select(it => it.GetString()))))))));
        Assert.Equal(blocks, read.Blocks.Select(block => ((string?)block.Kind.ToString().ToLowerInvariant(), block.First, block.Apart, string.Join('\n', block.Lines.Select(line => string.Join('|', line.Select(Short)))))));
    }

    private static string Short(Span span) =>
        $"{span.Text}~{(span.Marks.HasFlag(Marks.Bold) ? "b" : "")}{(span.Marks.HasFlag(Marks.Italic) ? "i" : "")}{(span.Marks.HasFlag(Marks.Code) ? "c" : "")}{(span.Href is null ? "" : "~" + span.Href)}";

    [Fact]
    public void A_platform_gets_its_own_marks_and_mail_gets_html()
    {
        var read = FormattedText.Read("**Hi** *you* [here](https://a.b/?x=1&y=2) `x<y`\n- <one>\n```\na & b\n```");
        Assert.Equal("*Hi* _you_ here (https://a.b/?x=1&y=2) `x<y`\n- <one>\n```\na & b\n```", FormattedTextWriting.Write(read, Dialects.Of("whatsapp")));
        Assert.Equal("*Hi* _you_ <https://a.b/?x=1&y=2|here> `x<y`\n- <one>\n```\na & b\n```", FormattedTextWriting.Write(read, Dialects.Of("slack")));
        Assert.Equal(read.ToText(), FormattedTextWriting.Write(read, Dialects.Of("sms")));
        var html = FormattedTextWriting.Html(read);
        Assert.Contains("<strong>Hi</strong> <em>you</em> <a href=\"https://a.b/?x=1&amp;y=2\">here</a>", html, StringComparison.Ordinal);
        Assert.Contains("<li>&lt;one&gt;</li>", html, StringComparison.Ordinal);
        Assert.Contains("a &amp; b</pre>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<one>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_hostile_takes_no_time_worth_mentioning() =>
        Assert.Single(FormattedText.Read(string.Concat(Enumerable.Repeat("*a ", 3000)) + string.Concat(Enumerable.Repeat("**b ", 1000)) + string.Concat(Enumerable.Repeat("[x](", 1000))).Blocks);

    [Theory, OnSqlite, OnPostgres]
    public async Task Marks_reach_who_can_show_them_and_words_everybody(string engine)
    {
        await using var site = await Site.Open(engine);
        var (owner, visitor) = (site.Owner, await site.Visitor());
        var id = (await visitor.Say("hello")).Text("conversationId");
        var path = $"/api/v1/conversations/{id}/messages";
        var seq = (await owner.Api.Post(path, new { clientId = "f1", text = "请按**复位键**", format = "markdown" })).Expect(HttpStatusCode.Created).Long("seq");
        (await owner.Api.Post(path, new { clientId = "f2", text = "**as typed**" })).Expect(HttpStatusCode.Created);
        (await owner.Api.Post(path, new { clientId = "f3", text = "no marks", format = "markdown" })).Expect(HttpStatusCode.Created);
        Assert.Equal("validation", (await owner.Api.Post(path, new { clientId = "f4", text = "x", format = "html" })).Code);
        (await owner.Api.Post(path, new { clientId = "f5", text = "**note**", format = "markdown", @private = true })).Expect(HttpStatusCode.Created);

        var said = (await owner.Log(id)).Where(item => item.Text("kind") is "message" or "note").ToDictionary(item => item.Text("clientId"));
        Assert.Equal(("请按复位键", "请按**复位键**"), (said["f1"].Text("text"), said["f1"].Text("markdown")));
        Assert.Equal(("**as typed**", false), (said["f2"].Text("text"), said["f2"].TryGetProperty("markdown", out _)));
        Assert.False(said["f3"].TryGetProperty("markdown", out _));
        Assert.Equal("**note**", said["f5"].Text("markdown"));
        Assert.Equal(["bold", "italic", "code", "quote", "list", "link"], (await owner.Row(id)).GetProperty("channel").GetProperty("shows").EnumerateArray().Select(one => one.GetString()));

        // The customer's page: the words, and the marks for a widget that knows them.
        var seen = (await visitor.Log()).Single(item => item.Long("seq") == seq);
        Assert.Equal("请按复位键", seen.Text("text"));
        var part = Assert.Single(seen.GetProperty("attachments").EnumerateArray());
        Assert.Equal(("formatted", "请按**复位键**"), (part.Text("kind"), part.Text("markdown")));

        (await owner.Api.Patch($"{path}/{seq}", new { text = "请按*电源键*", format = "markdown" })).Expect(HttpStatusCode.OK);
        var now = (await owner.Log(id)).Single(item => item.Long("seq") == seq);
        Assert.Equal(("请按电源键", "请按*电源键*"), (now.Text("text"), now.Text("markdown")));
        (await owner.Api.Patch($"{path}/{seq}", new { text = "plain" })).Expect(HttpStatusCode.OK);
        Assert.False((await owner.Log(id)).Single(item => item.Long("seq") == seq).TryGetProperty("markdown", out _));
        Assert.Empty((await visitor.Log()).Single(item => item.Long("seq") == seq).GetProperty("attachments").EnumerateArray());
    }

    [Fact]
    public async Task A_socket_sends_marks_as_requests_do()
    {
        await using var site = await Site.Open();
        var visitor = await site.Visitor();
        await using var tab = await visitor.Socket();
        await tab.Send(new { op = "send", clientId = "v", text = "hello" });
        var id = (await tab.Next(frame => frame.Maybe("op") == "ack", "it is stored")).Text("conversation");
        await using var console = await site.Owner.Socket();

        await console.Send(new { op = "send", conversation = id, clientId = "m1", text = "press **reset**", format = "markdown" });
        await console.Send(new { op = "send", conversation = id, clientId = "m2", text = "not **marked**" });
        await console.Send(new { op = "send", conversation = id, clientId = "m3", text = "a **note**", format = "markdown", @private = true, mentions = new[] { site.Owner.Id } });
        await console.Next(frame => frame.Maybe("op") == "ack" && frame.Text("clientId") == "m3", "the note is stored");
        await console.Send(new { op = "send", conversation = id, clientId = "m4", text = "x", format = "html" });

        Assert.Equal("validation", (await console.Next(frame => frame.Maybe("op") == "error", "no such format")).Text("code"));
        var said = (await site.Owner.Api.Get($"/api/v1/conversations/{id}/messages")).Expect(HttpStatusCode.OK).Items().Where(item => item.Maybe("clientId")?.StartsWith('m') == true)
            .ToDictionary(item => item.Text("clientId"), item => (item.Text("text"), item.Maybe("markdown")));
        Assert.Equal([("press reset", "press **reset**"), ("not **marked**", null), ("a note", "a **note**")], new[] { "m1", "m2", "m3" }.Select(key => said[key]));
    }
}
