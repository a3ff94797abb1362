using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Tests.Platform.Json;

public sealed class StrictJsonTests
{
    private enum Kind { Web, WechatOfficial }

    private sealed record Body(Dictionary<string, string>? Map = null, JsonElement? Any = null, JsonObject? Object = null, JsonNode? Node = null,
        DateTimeOffset? At = null, Kind Kind = Kind.Web, float Single = 0, long Long = 0, string? Text = null);

    public static TheoryData<string> Bad => new()
    {
        """{"map":{"a":"1","a":"2"}}""",
        """{"map":{"a\u0000":"1"}}""",
        """{"map":{"\ud800":"1"}}""",
        """{"map":{"a":"\u0000"}}""",
        """{"any":{"a":1,"a":2}}""",
        """{"any":[{"a":{"b":"x\u0000"}}]}""",
        """{"any":{"\udc00":1}}""",
        """{"any":["\ud83d x"]}""",
        """{"any":1e400}""",
        """{"object":{"a":1,"\u0061":2}}""",
        """{"object":[1]}""",
        """{"object":{"a":-1e999}}""",
        """{"node":"\u0000"}""",
        """{"single":1e39}""",
        """{"long":"5"}""",
        """{"long":1.5}""",
        """{"long":99999999999999999999}""",
        """{"kind":"WechatOfficial"}""",
        """{"kind":7}""",
        """{"kind":"7"}""",
        """{"kind":"WEB"}""",
        """{"kind":"web, wechat_official"}""",
        """{"at":"2026-11-22T10:15:00"}""",
        """{"at":"2026-11-22"}""",
        """{"at":"22.11.2026 10:15 +01:00"}""",
        """{"at":1700000000}""",
        """{"Text":"a","text":"b"}""",
        """{"text":"a"} x""",
        """{"text":"a",}""",
        """{/*c*/"text":"a"}""",
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Refused(string json) => Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>(json, StrictJson.Options));

    [Theory]
    [InlineData("""{"map":{"a":"1","a":"2"}}""")]
    [InlineData("""{"map":{"a\u0000":"1"}}""")]
    [InlineData("""{"text":"\ud800"}""")]
    [InlineData("""{"text":"a","text":"a"}""")]
    [InlineData("""{"object":{"a":1,"a":2}}""")]
    public void Refused_by_the_gateway_too(string json) => Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>(json, TolerantJson.Options));

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused()
    {
        byte[] json = [.. "{\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>(json, StrictJson.Options));
        byte[] any = [.. "{\"any\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8];
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Body>(any, StrictJson.Options));
    }

    [Fact]
    public void Unknown_members_are_refused_only_by_the_strict()
    {
        const string json = """{"text":"a","extra":{"deep":[1]}}""";
        Assert.Equal("a", JsonSerializer.Deserialize<Body>(json, TolerantJson.Options)!.Text);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Body>(json, StrictJson.Options));
    }

    [Fact]
    public void Good_values_come_through_whole()
    {
        const string json = """{"map":{"键":"😀"},"any":{"a":[1,2.5,"\ud83d\ude00",null,true]},"object":{"b":{}},"node":[1],"at":"2026-11-22T18:15:00.1239+08:00","kind":"wechat_official","single":1.5,"long":9007199254740993,"text":"\t\n 林"}""";
        var body = JsonSerializer.Deserialize<Body>(json, StrictJson.Options)!;
        Assert.Equal("😀", body.Map!["键"]);
        Assert.Equal("😀", body.Any!.Value.GetProperty("a")[2].GetString());
        Assert.Equal(Kind.WechatOfficial, body.Kind);
        Assert.Equal(9007199254740993, body.Long);
        var again = JsonSerializer.Serialize(body, StrictJson.Options);
        Assert.Contains("\"at\":\"2026-11-22T10:15:00.123Z\"", again, StringComparison.Ordinal);
        Assert.Contains("{\"键\":\"\\uD83D\\uDE00\"}", again, StringComparison.Ordinal);
        Assert.Contains("\"object\":{\"b\":{}},\"node\":[1]", again, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"wechat_official\"", again, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_not_written() =>
        Assert.ThrowsAny<Exception>(() => JsonSerializer.Serialize(new { a = double.NaN }, StrictJson.Options));

    [Fact]
    public void Instants_are_written_with_milliseconds_in_utc()
    {
        Assert.Equal("2026-11-22T10:15:00.123Z", WireTime.Format(1795342500123));
        Assert.Equal("1970-01-01T00:00:00.000Z", WireTime.Format(0));
    }

    [Theory]
    [InlineData("2026-11-22T10:15:00.123Z", 1795342500123)]
    [InlineData("2026-11-22t10:15:00z", 1795342500000)]
    [InlineData("2026-11-22T11:15:00.1+01:00", 1795342500100)]
    [InlineData("2026-11-22T04:45:00.123456-05:30", 1795342500123)]
    public void Instants_are_read_in_any_zone(string text, long unixMs) =>
        Assert.Equal((true, unixMs), (WireTime.TryParse(text, out var read), read));

    [Theory]
    [InlineData("2026-13-22T10:15:00Z")]
    [InlineData("2026-11-22T10:15:00.Z")]
    [InlineData("2026-11-22T10:15:00+8")]
    [InlineData("2026-11-22T10:15:00+99:00")]
    [InlineData("２０２６-11-22T10:15:00Z")]
    [InlineData("2026-11-22T10:15:00Z ")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_instant_is_refused(string? text) => Assert.False(WireTime.TryParse(text, out _));
}
