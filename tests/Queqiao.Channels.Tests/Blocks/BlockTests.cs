using System.Text;
using Queqiao.Channels.Reading;
using Queqiao.Channels.Sending;
using Queqiao.Channels.Tokens;
using Queqiao.Channels.Windows;

namespace Queqiao.Channels.Tests.Blocks;

public class BlockTests
{
    private static readonly DateTimeOffset Now = AdapterCompliance.Now;

    [Theory]
    [InlineData("""{"id":9007199254740993}""", "9007199254740993")]
    [InlineData("""{"id":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"id":"\ud83d"}""", "\ufffd")]
    [InlineData("""{"id":"\ude00\ud83d x"}""", "\ufffd\ufffd x")]
    [InlineData("""{"id":"\\ud83d"}""", "\\ud83d")]
    [InlineData("""{"id":{"a":1}}""", null)]
    [InlineData("""{"id":null}""", null)]
    public void Ids_and_odd_texts_come_out_whole(string json, string? text) => Assert.Equal(text, Json.Read(Encoding.UTF8.GetBytes(json))!.Value["id"].Text);

    [Fact]
    public void Half_a_surrogate_in_a_name_does_not_throw_later()
    {
        var node = Json.Read("{\"\\ud800\":1,\"b\":2}"u8.ToArray())!.Value;
        Assert.Equal(2, node["b"].Long);
        Assert.Equal(2, node.Members.Count());
    }

    [Fact]
    public void Too_deep_is_no_document()
    {
        Assert.Null(Json.Read(Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65))));
        Assert.NotNull(Json.Read(Encoding.UTF8.GetBytes(new string('[', 60) + new string(']', 60))));
        Assert.Null(Xml.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a>", 20)) + string.Concat(Enumerable.Repeat("</a>", 20)))));
    }

    [Fact]
    public void Xml_repeats_become_lists_and_entities_stay_five()
    {
        var node = Xml.Read("<xml><a>1</a><a><b>2</b></a><c><![CDATA[<&>]]></c><d>&lt;&#65;</d></xml>"u8.ToArray())!.Value;
        Assert.Equal("1", node["a"][0].Text);
        Assert.Equal("2", node["a"][1]["b"].Text);
        Assert.Equal(("<&>", "<A"), (node["c"].Text, node["d"].Text));
        Assert.Null(Xml.Read("<xml>&nbsp;</xml>"u8.ToArray()));
    }

    [Theory]
    [InlineData("a=1&b=%E4%BD%A0&c=x+y&a=2&d&=5&e=%", "1", "你", "x y")]
    public void Forms_are_read(string text, string a, string b, string c)
    {
        var form = Form.Read(text);
        Assert.Equal((a, b, c), (form["a"], form["b"], form["c"]));
        Assert.Equal(7, form.Fields.Count);
        Assert.True(form.Has("d"));
        Assert.Equal("%", form["e"]);
    }

    [Fact]
    public void Times_out_of_range_are_none()
    {
        Assert.Null(Instant.Seconds(long.MaxValue));
        Assert.Null(Instant.Milliseconds(-1));
        Assert.Null(Instant.InChina("2017-13-01 00:00:00"));
        Assert.Equal(new DateTimeOffset(2017, 8, 31, 16, 0, 0, TimeSpan.Zero), Instant.InChina("2017-09-01 00:00:00"));
    }

    [Fact]
    public void Texts_are_cut_where_a_reader_would()
    {
        string[] Cut(string text, int most, TextUnit unit = TextUnit.Utf16) => [.. TextSplitter.Split(text, new TextLimit(most, unit))];
        Assert.Equal(["第一段。", "第二段很长。"], Cut("第一段。\n\n第二段很长。", 9));
        Assert.Equal(["One two three.", "Four five six."], Cut("One two three. Four five six.", 20));
        Assert.Equal(["你好！", "世界真大。"], Cut("你好！世界真大。", 6));
        Assert.Equal(["aaaa bbbb", "cccc"], Cut("aaaa bbbb cccc", 11));
        Assert.Equal(["👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"], Cut("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 30, TextUnit.Utf8));
        Assert.Equal(["你好", "世界"], Cut("你好世界", 6, TextUnit.Utf8));
        Assert.Equal(["short"], Cut("short", 100));
        Assert.All(Cut("a" + new string('\u0301', 500), 50), piece => Assert.InRange(piece.Length, 1, 50));
        Assert.Equal("abcdefghi…", new TextLimit(10, TextUnit.Utf16).Shorten("abcdefghijkl"));
    }

    [Fact]
    public async Task One_token_is_fetched_however_many_ask_and_a_refused_one_once_more()
    {
        var clock = new StillClock(Now);
        using var store = new MemoryTokenStore(clock);
        var fetches = 0;
        var gate = new TaskCompletionSource();
        async Task<TokenOutcome> Fetch(AccessToken? before, CancellationToken ct)
        {
            await gate.Task;
            return new TokenOutcome.Granted(new AccessToken($"t{++fetches}", clock.Now.AddHours(2), Refresh: "r" + before?.Value));
        }
        var asks = Enumerable.Range(0, 20).Select(_ => store.Get("k", Fetch, default)).ToList();
        gate.SetResult();
        Assert.All(await Task.WhenAll(asks), outcome => Assert.Equal("t1", ((TokenOutcome.Granted)outcome).Token.Value));
        await store.Forget("k", "another", default);
        Assert.Equal("t1", ((TokenOutcome.Granted)await store.Get("k", Fetch, default)).Token.Value);
        await store.Forget("k", "t1", default);
        var next = ((TokenOutcome.Granted)await store.Get("k", Fetch, default)).Token;
        Assert.Equal(("t2", "rt1"), (next.Value, next.Refresh));
        clock.Now = clock.Now.AddHours(2).AddMinutes(-1);
        Assert.Equal("t3", ((TokenOutcome.Granted)await store.Get("k", Fetch, default)).Token.Value);
        Assert.DoesNotContain("t3", new TokenOutcome.Granted(new AccessToken("t3", Now)).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_fetch_is_not_kept()
    {
        using var store = new MemoryTokenStore(new StillClock(Now));
        var denied = await store.Get("k", (_, _) => Task.FromResult<TokenOutcome>(new TokenOutcome.Denied(new Failure(ErrorClass.Config, "x", new("a", "b")))), default);
        Assert.IsType<TokenOutcome.Denied>(denied);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Get("k", (_, _) => throw new InvalidOperationException(), default));
        Assert.IsType<TokenOutcome.Granted>(await store.Get("k", (_, _) => Task.FromResult<TokenOutcome>(new TokenOutcome.Granted(new AccessToken("t", Now.AddHours(1)))), default));
    }

    [Fact]
    public void Budgets_count_what_was_sent_since_the_customer_wrote()
    {
        var policy = new ReplyPolicy([new(WindowTrigger.Message, TimeSpan.FromHours(48), 5), new(WindowTrigger.Follow, TimeSpan.FromMinutes(1), 3)], AfterWindow.Template);
        (WindowTrigger, DateTimeOffset)[] wrote = [(WindowTrigger.Message, Now.AddHours(-1))];
        Assert.Equal(new Budget(true, 3, Now.AddHours(47)), policy.Now(wrote, [Now.AddHours(-2), Now.AddMinutes(-30), Now.AddMinutes(-10)], Now));
        Assert.False(policy.Now(wrote, Enumerable.Repeat(Now, 5), Now).IsOpen);
        Assert.False(policy.Now([(WindowTrigger.Message, Now.AddHours(-48))], [], Now).IsOpen);
        Assert.Equal(3, policy.Now([(WindowTrigger.Follow, Now)], [], Now.AddSeconds(10)).Remaining);
        Assert.Equal(20, policy.With(24, 20).Now(wrote, [], Now).Remaining);
        Assert.Equal(Now.AddHours(23), policy.With(24, 20).Now(wrote, [], Now).Until);
        Assert.True(ReplyPolicy.Always.Now([], [], Now).IsOpen);
    }

    [Fact]
    public void Error_tables_know_codes_beginnings_and_ranges()
    {
        var table = new ErrorTable { { ErrorClass.Window, "窗", "window", "10/1" }, { ErrorClass.Config, "设", "config", "200-299" }, { ErrorClass.Permanent, "模", "template", "132*" } };
        Assert.Equal(ErrorClass.Window, table.Of("10/1", 400).Class);
        Assert.Equal(ErrorClass.Config, table.Of("250", 400).Class);
        Assert.Equal(ErrorClass.Permanent, table.Of("132001", 500).Class);
        Assert.Equal(ErrorClass.Retry, table.Of("999", 503).Class);
        Assert.Equal(("http:429", ErrorClass.Retry), (table.Of("", 429).Code, table.Of("", 429).Class));
    }
}
