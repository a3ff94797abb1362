using System.Net.WebSockets;
using System.Text;
using Queqiao.Server.Tests.Gateway.Support;

namespace Queqiao.Server.Tests.Gateway;

/// <summary>Frames that nobody should send: each is answered as docs/gateway.md says, and the server goes on.</summary>
public sealed class HostileFrameTests(SharedSite shared) : IClassFixture<SharedSite>
{
    private Site Site => shared.Site;

    public static TheoryData<string, string> Unreadable => new()
    {
        { "not JSON", "{op:ping" },
        { "not an object", "[1,2]" },
        { "a string", "\"ping\"" },
        { "null", "null" },
        { "nothing", "" },
        { "a member twice", """{"op":"ping","op":"send"}""" },
        { "U+0000", """{"op":"send","clientId":"a","text":"a\u0000b"}""" },
        { "half a character", """{"op":"send","clientId":"a","text":"a\ud800b"}""" },
        { "half a character as a name", """{"op":"ping","\udc00":1}""" },
        { "too deep", """{"op":"ping","x":""" + new string('[', 200) + new string(']', 200) + "}" },
        { "a number too large", """{"op":"read","seq":1e400}""" },
        { "a number beyond 64 bits", """{"op":"read","seq":99999999999999999999}""" },
        { "a fraction", """{"op":"read","seq":1.5}""" },
        { "a number in quotes", """{"op":"read","seq":"5"}""" },
        { "a wrong type", """{"op":"typing","on":"yes"}""" },
        { "an id that is none", """{"op":"watch","conversation":"1; DROP TABLE entry"}""" },
        { "two objects", """{"op":"ping"}{"op":"ping"}""" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_cannot_be_read_is_refused_and_the_socket_goes_on(string what, string frame)
    {
        foreach (var live in new[] { await (await Site.Visitor()).Socket(), await Site.Owner.Socket() })
        {
            await live.SendText(frame);
            var error = await live.Error("invalid_json");
            Assert.False(string.IsNullOrEmpty(error.Text("detail")), what);
            await live.Send(new { op = "ping" });
            await live.Op("pong");
            await live.DisposeAsync();
        }
    }

    public static TheoryData<string, string> Unmeant => new()
    {
        { "no op", "{}" },
        { "an unknown op", """{"op":"delete"}""" },
        { "hello twice", """{"op":"hello"}""" },
        { "read without seq", """{"op":"read"}""" },
        { "no clientId", """{"op":"send","conversation":"0197a3f0-0000-7000-8000-000000000000","text":"a"}""" },
        { "an empty clientId", """{"op":"send","conversation":"0197a3f0-0000-7000-8000-000000000000","clientId":"","text":"a"}""" },
        { "a clientId with spaces", """{"op":"send","conversation":"0197a3f0-0000-7000-8000-000000000000","clientId":"a b","text":"a"}""" },
        { "a long clientId", $$"""{"op":"send","conversation":"0197a3f0-0000-7000-8000-000000000000","clientId":"{{new string('a', 65)}}","text":"a"}""" },
        { "no text", """{"op":"send","conversation":"0197a3f0-0000-7000-8000-000000000000","clientId":"a"}""" },
        { "only white space", """{"op":"send","conversation":"0197a3f0-0000-7000-8000-000000000000","clientId":"a","text":" \t\n\u3000"}""" },
    };

    [Theory]
    [MemberData(nameof(Unmeant))]
    public async Task What_cannot_be_meant_is_refused(string what, string frame)
    {
        foreach (var live in new[] { await (await Site.Visitor()).Socket(), await Site.Owner.Socket() })
        {
            await live.SendText(frame);
            Assert.NotNull(what);
            await live.Error("validation");
            await live.DisposeAsync();
        }
    }

    [Fact]
    public async Task Strange_but_harmless_frames_are_taken()
    {
        var visitor = await Site.Visitor();
        await using var live = await visitor.Socket();
        await live.SendText("""{"op":"send","clientId":"a","text":"hello","unknown":{"deep":[1,2,{"op":"x"}]},"On":1}""");
        var conversation = (await live.Op("ack")).Text("conversation");
        await live.SendText("""{"op":"read","seq":-9223372036854775808}""");
        await live.SendText("""{"op":"read","seq":9223372036854775807}""");
        await using var console = await Site.Owner.Socket();
        await console.SendText($$"""{"op":"watch","conversation":"{{conversation}}","after":-5}""");
        await console.Next(frame => frame.IsEvent("message.created"), "a negative place is the beginning");
        await console.SendText($$"""{"op":"watch","list":"no such list"}""");
        await console.Error("not_found");

        // in pieces, an empty one among them
        await live.SendBytes("""{"op":"""u8.ToArray(), end: false);
        await live.SendBytes(ReadOnlyMemory<byte>.Empty, end: false);
        await live.SendBytes("""
            "ping"}
            """u8.ToArray());
        await live.Op("pong");
    }

    [Fact]
    public async Task Ends_that_the_protocol_names()
    {
        await using (var early = await LiveSocket.Open(Site.Address))
        {
            await early.Send(new { op = "ping" });
            Assert.Equal(4401, (await early.Ended()).Code);
        }
        await using (var garbage = await LiveSocket.Open(Site.Address))
        {
            await garbage.SendText("GET / HTTP/1.1");
            Assert.Equal(1008, (await garbage.Ended()).Code);
        }
        await using (var binary = await (await Site.Visitor()).Socket())
        {
            await binary.SendBytes(Encoding.UTF8.GetBytes("""{"op":"ping"}"""), WebSocketMessageType.Binary);
            Assert.Equal(1003, (await binary.Ended()).Code);
        }
        await using (var bad = await (await Site.Visitor()).Socket())
        {
            await bad.SendBytes(new byte[] { (byte)'{', 0xC3, 0x28, (byte)'}' });
            Assert.Equal(1007, (await bad.Ended()).Code);
        }
        await using var fine = await (await Site.Visitor()).Socket();
        await fine.SendText("""{"op":"ping","x":"12"}""".Replace("12", new string('x', (64 * 1024) - 20), StringComparison.Ordinal));
        await fine.Op("pong");
        await fine.SendText("""{"op":"ping","x":"12"}""".Replace("12", new string('x', (64 * 1024) - 19), StringComparison.Ordinal));
        Assert.Equal(1009, (await fine.Ended()).Code);
    }

    [Fact]
    public async Task A_message_of_64_MB_is_cut_off_and_never_gathered()
    {
        await using var live = await (await Site.Visitor()).Socket();
        var piece = new byte[1024 * 1024];
        Array.Fill(piece, (byte)'x');
        var allocated = GC.GetTotalAllocatedBytes();
        try
        {
            for (var i = 0; i < 64; i++)
                await live.SendBytes(piece, end: i == 63);
        }
        catch (Exception cut) when (cut is WebSocketException or TimeoutException or IOException or InvalidOperationException)
        {
            // the server had enough
        }

        Assert.Equal(1009, (await live.Ended()).Code);
        Assert.True(GC.GetTotalAllocatedBytes() - allocated < 48 * 1024 * 1024, "64 MB were gathered");
        await using var other = await (await Site.Visitor()).Socket();
        await other.Send(new { op = "ping" });
        await other.Op("pong");
    }

    [Fact]
    public async Task Who_says_no_hello_or_nothing_at_all_is_cut()
    {
        await using var site = await Site.Open(); // of its own: the sweep spares nobody
        var gateway = site.The<Queqiao.Server.Platform.Gateway.Gateway>();
        await using var mute = await LiveSocket.Open(site.Address);
        await using var greeted = await (await site.Visitor()).Socket();
        await Queqiao.Server.Tests.Support.Until.True(() => gateway.Connections == 2, "both are there");

        gateway.Sweep(Environment.TickCount64 + 11_000);
        Assert.Equal(4401, (await mute.Ended()).Code);
        Assert.False(greeted.HasEnded);
        gateway.Sweep(Environment.TickCount64 + 76_000);
        Assert.Equal(4408, (await greeted.Ended()).Code);
    }

    [Theory]
    [InlineData("""{"op":"typing","on":true}""")]
    [InlineData("not even JSON")]
    public async Task A_flood_is_cut_with_1008(string frame)
    {
        await using var site = await Site.Open(limits: true);
        var visitor = await site.Visitor();
        await visitor.Say("hello");
        await using var live = await visitor.Socket();
        var bytes = Encoding.UTF8.GetBytes(frame);
        var sent = 0;
        try
        {
            while (sent < 100_000 && !live.HasEnded)
            {
                await live.SendBytes(bytes);
                sent++;
            }
        }
        catch (Exception cut) when (cut is WebSocketException or IOException or InvalidOperationException)
        {
            // the server had enough
        }

        Assert.Equal(1008, (await live.Ended()).Code);
        Assert.InRange(live.Frames.Count(f => f.IsOp("error")), 0, 100);
        await using var other = await (await site.Visitor()).Socket();
        await other.Send(new { op = "ping" });
        await other.Op("pong");
    }

    [Fact]
    public async Task What_is_over_the_limit_is_refused_and_not_stored()
    {
        await using var site = await Site.Open(limits: true);
        var visitor = await site.Visitor();
        await using var live = await visitor.Socket();
        for (var i = 0; i < 40; i++)
            await live.Send(new { op = "send", clientId = "m" + i, text = "text" });
        await live.Next(_ => live.Frames.Count(frame => frame.IsOp("ack") || frame.IsOp("error")) == 40, "each is answered");

        var refused = live.Frames.Where(frame => frame.IsOp("error")).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, frame => Assert.Equal(("rate_limited", "send"), (frame.Text("code"), frame.Text("refused"))));
        var stored = (await visitor.Log()).Where(item => item.Text("kind") == "message").Select(item => item.Text("clientId")).ToHashSet();
        Assert.All(refused, frame => Assert.DoesNotContain(frame.Text("clientId"), stored));
        Assert.Equal(40 - refused.Count, stored.Count);
    }
}

/// <summary>One server for tests that leave it as it was.</summary>
public sealed class SharedSite : IAsyncLifetime
{
    internal Site Site { get; private set; } = null!;

    public async Task InitializeAsync() => Site = await Support.Site.Open();

    public async Task DisposeAsync() => await Site.DisposeAsync();
}
