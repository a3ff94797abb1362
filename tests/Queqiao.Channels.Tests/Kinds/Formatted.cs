using System.Text.Json.Nodes;
using Queqiao.Channels.DingTalk;
using Queqiao.Channels.Feishu;
using Queqiao.Channels.Formatting;
using Queqiao.Channels.Teams;
using Queqiao.Channels.Telegram;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Tests.Kinds;

/// <summary>Marks in the platforms' own forms, as their documentation writes them.</summary>
public class Formatted
{
    private static readonly RichText Everything = new(
    [
        new(RichBlockKind.Paragraph, [[new("Hi & <you>: "), new("bold*", Bold: true), new(" "), new("both", Bold: true, Italic: true), new(" "), new("x<y", Code: true)], [new("see "), new("our page", Href: "https://a.b/?x=1&y=(2)"), new(", "), new("call", Href: "tel:400")]]),
        new(RichBlockKind.Bullets, [[new("one")], [new("two", Italic: true)]], IsApart: true),
        new(RichBlockKind.Numbers, [[new("first")]], First: 3),
        new(RichBlockKind.Quote, [[new("said")], [new("so")]]),
        new(RichBlockKind.Code, [[new("a & b")], [new("c")]]),
        new(RichBlockKind.Paragraph, [[new("# none")]]),
    ]);

    private static readonly TextContent Content = new("Hi & <you>: bold* …\nsecond line") { Rich = Everything };

    /// <summary>https://core.telegram.org/bots/api#html-style: four named signs, code holds nothing else.</summary>
    [Fact]
    public async Task Telegram_gets_its_html()
    {
        var sent = await Sent(new TelegramAdapter(), new() { ["botToken"] = "1:a" }, new Outbound("7", Content));
        Assert.Equal("HTML", (string?)sent["parse_mode"]);
        Assert.Equal("Hi &amp; &lt;you&gt;: <b>bold*</b> <b><i>both</i></b> <code>x&lt;y</code>\nsee <a href=\"https://a.b/?x=1&amp;y=(2)\">our page</a>, call (400)\n\n- one\n- <i>two</i>\n3. first\n<blockquote>said\nso</blockquote>\n<pre>a &amp; b\nc</pre>\n# none", (string?)sent["text"]);
        Assert.Null((await Sent(new TelegramAdapter(), new() { ["botToken"] = "1:a" }, new Outbound("7", new TextContent("2 * 3 < 7"))))["parse_mode"]);
    }

    /// <summary>https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages</summary>
    [Fact]
    public async Task Teams_gets_xml()
    {
        var sent = await Sent(new TeamsAdapter(), new() { ["appId"] = "a", ["appSecret"] = "s" }, new Outbound("7", Content) { ConversationId = "c" });
        Assert.Equal("xml", (string?)sent["textFormat"]);
        Assert.Equal("<p>Hi &amp; &lt;you&gt;: <b>bold*</b> <b><i>both</i></b> <code>x&lt;y</code><br/>see <a href=\"https://a.b/?x=1&amp;y=(2)\">our page</a>, call (400)</p><ul><li>one</li><li><i>two</i></li></ul><ol start=\"3\"><li>first</li></ol><blockquote>said<br/>so</blockquote><pre>a &amp; b\nc</pre><p># none</p>", (string?)sent["text"]);
    }

    /// <summary>https://open.dingtalk.com/document/orgapp/message-types-and-data-format: lines end with two spaces, and there is no code.</summary>
    [Fact]
    public async Task DingTalk_gets_markdown()
    {
        var sent = await Sent(new DingTalkAdapter(), new() { ["appKey"] = "k", ["appSecret"] = "s" }, new Outbound("7", Content));
        Assert.Equal("sampleMarkdown", (string?)sent["msgKey"]);
        var param = JsonNode.Parse((string)sent["msgParam"]!)!;
        Assert.Equal("Hi & <you>: bold* …", (string?)param["title"]);
        Assert.Equal("Hi & <you>: **bold\\*** ***both*** x<y  \nsee [our page](https://a.b/?x=1&y=%282%29), call (400)\n\n- one\n- *two*\n\n3. first\n\n> said  \n> so\n\na & b  \nc\n\n\\# none", (string?)param["text"]);
    }

    /// <summary>https://open.feishu.cn/document/server-docs/im-v1/message-content-description/create_json: lines of pieces.</summary>
    [Fact]
    public async Task Feishu_gets_a_post()
    {
        var sent = await Sent(new FeishuAdapter(), new() { ["appId"] = "cli_a", ["appSecret"] = "s", ["encryptKey"] = "k" }, new Outbound("ou_7", Content));
        Assert.Equal("post", (string?)sent["msg_type"]);
        var lines = (JsonArray)JsonNode.Parse((string)sent["content"]!)!["zh_cn"]!["content"]!;
        Assert.Equal("""[{"tag":"text","text":"see "},{"tag":"a","href":"https://a.b/?x=1&y=(2)","text":"our page"},{"tag":"text","text":", "},{"tag":"text","text":"call (400)"}]""", lines[1]!.ToJsonString(Writing));
        Assert.Equal("""[{"tag":"text","text":"- "},{"tag":"text","text":"two","style":["italic"]}]""", lines[4]!.ToJsonString(Writing));
        Assert.Equal(["bold", "italic"], ((JsonArray)lines[0]![3]!["style"]!).Select(one => (string)one!));
        Assert.Equal(["3. first", "> said", "> so", "a & b", "c", "# none"], lines.Skip(5).Select(line => string.Concat(((JsonArray)line!).Select(piece => (string)piece!["text"]!))));
    }

    [Fact]
    public void What_has_to_be_cut_goes_as_words()
    {
        var parts = new TelegramAdapter().Plan(new Outbound("7", new TextContent(new string('x', 5000)) { Rich = Everything }), new ChannelSettings(new Dictionary<string, string>()));
        Assert.Equal(2, parts.Count);
        Assert.All(parts, part => Assert.Null(Assert.IsType<TextContent>(part.Content).Rich));
    }

    private static readonly System.Text.Json.JsonSerializerOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body of the request that carries the message.</summary>
    private static async Task<JsonObject> Sent(IChannelAdapter adapter, Dictionary<string, string> settings, Outbound message)
    {
        using var provider = new FakeProvider(_ => FakeReply.Json("""{"ok":true,"result":{"message_id":1},"access_token":"t","accessToken":"t","tenant_access_token":"t","expire":7200,"expires_in":3600,"code":0,"data":{"message_id":"m"},"id":"1"}"""));
        settings["apiBaseUrl"] = "https://provider.test";
        var part = Assert.Single(adapter.Plan(message, new ChannelSettings(settings)));
        await adapter.Send(part, new ChannelContext(new ChannelSettings(settings), provider, new MemoryTokenStore(TimeProvider.System), TimeProvider.System), default);
        return (JsonObject)JsonNode.Parse(provider.Requests[^1].Body)!;
    }
}
