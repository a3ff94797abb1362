using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Playwright;
using Queqiao.EndToEnd.Support;
using static Microsoft.Playwright.Assertions;

namespace Queqiao.EndToEnd;

/// <summary>Files between two real browsers, and uploads across a kill -9.</summary>
public sealed class FileTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [BrowserFact]
    public async Task A_picture_goes_to_the_agent_and_a_document_comes_back()
    {
        await using var site = await Site.Start(Engines.Sqlite);
        using var owner = await Owner.SetUp(site);
        var channel = await owner.NewChannel();
        await using var host = await HostPage.Start(site.Address, channel);
        await using var visitor = await browser.NewScreen();
        await visitor.Page.GotoAsync(host.Address.ToString());
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "打开聊天" }).ClickAsync();
        var picker = await visitor.Page.RunAndWaitForFileChooserAsync(() => visitor.Page.GetByRole(AriaRole.Button, new() { Name = "发送图片或文件" }).ClickAsync());
        await picker.SetFilesAsync(new FilePayload { Name = "截图.png", MimeType = "image/png", Buffer = Png(700, 500) });
        await Expect(visitor.Page.Locator(".send")).ToBeEnabledAsync(new() { Timeout = 30_000 });
        await visitor.Page.Locator(".send").ClickAsync();
        await Expect(visitor.Page.Locator(".picture img")).ToHaveJSPropertyAsync("naturalWidth", 480);

        await using var agent = await browser.NewScreen();
        await agent.SignIn(site.Address);
        await agent.Page.GotoAsync(new Uri(site.Address, "/console/inbox/unassigned").ToString());
        await Expect(agent.Page.GetByRole(AriaRole.Option).First).ToContainTextAsync("截图.png");
        await agent.Page.GetByRole(AriaRole.Option).First.ClickAsync();
        await Expect(agent.Page.GetByRole(AriaRole.Log).Locator("button img")).ToHaveJSPropertyAsync("naturalWidth", 480);
        await agent.Page.GetByRole(AriaRole.Log).Locator("button img").ClickAsync();
        await Expect(agent.Page.GetByRole(AriaRole.Dialog).Locator("img")).ToHaveJSPropertyAsync("naturalWidth", 700);
        await agent.Accessible("picture, enlarged");
        await agent.Page.Keyboard.PressAsync("Escape");

        await agent.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "合同.pdf", MimeType = "application/pdf", Buffer = "%PDF-1.7 contract"u8.ToArray() });
        await Expect(agent.Page.GetByRole(AriaRole.Button, new() { Name = "发送", Exact = true })).ToBeEnabledAsync(new() { Timeout = 30_000 });
        await agent.Accessible("conversation with files");
        await agent.Reply("请看合同");
        var card = visitor.Page.Locator(".file a");
        await Expect(card).ToContainTextAsync("合同.pdf");
        var address = await card.GetAttributeAsync("href");
        Assert.Equal("%PDF-1.7 contract", await (await visitor.Page.APIRequest.GetAsync(address!)).TextAsync());
        visitor.NoFaults();
        agent.NoFaults();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_upload_goes_on_after_kill_9(string engine)
    {
        await using var site = await Site.Start(engine, "--limits", "off");
        using var owner = await Owner.SetUp(site);
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        "PK\u0003\u0004"u8.CopyTo(content);
        var id = (await owner.Send(HttpMethod.Post, "/api/v1/files", new { name = "large.zip", size = content.Length })).GetProperty("id").GetString()!;
        for (var kill = 0; kill < 3; kill++)
        {
            var from = await owner.Offset(id);
            Assert.True(kill == 0 || from > 0, "nothing of the upload is left");
            var piece = new SlowPiece(content, (int)from, 400_000 * (kill + 1));
            var sending = owner.Piece(id, from, piece);
            await piece.Underway;
            await Until.True(async () => await owner.Offset(id) > from, "some of it is stored");
            await site.Kill();
            piece.Break(); // HTTP/1.1 looks at the line again only when the body ends
            await Assert.ThrowsAnyAsync<Exception>(() => sending);
            await site.StartServer();
        }
        var offset = await owner.Offset(id);
        Assert.InRange(offset, 1, content.Length - 1);
        Assert.Equal("ready", (await owner.Piece(id, offset, new ByteArrayContent(content, (int)offset, content.Length - (int)offset))).GetProperty("state").GetString());
        var link = (await owner.Send(HttpMethod.Post, "/api/v1/files/links", new { ids = new[] { id } })).GetProperty("items")[0].GetProperty("url").GetString()!;
        Assert.Equal(content, await owner.Fetch(link));
    }

    /// <summary>Sends so much and then nothing more, until the line breaks.</summary>
    private sealed class SlowPiece(byte[] content, int from, int count) : HttpContent
    {
        private readonly TaskCompletionSource _underway = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Underway => _underway.Task;

        public void Break() => _broken.TrySetException(new IOException("the line broke"));

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(content.AsMemory(from, Math.Min(count, content.Length - from - 1)));
            await stream.FlushAsync();
            _underway.SetResult();
            await _broken.Task; // the server is killed meanwhile
        }

        protected override bool TryComputeLength(out long length)
        {
            length = content.Length - from;
            return true;
        }
    }

    /// <summary>A real PNG, one colour.</summary>
    private static byte[] Png(int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        Chunk("IHDR", header);
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(rows, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
                zlib.Write([0, .. Enumerable.Repeat((byte[])[31, 95, (byte)(y % 256)], width).SelectMany(pixel => pixel)]);
        }
        Chunk("IDAT", rows.ToArray());
        Chunk("IEND", []);
        return file.ToArray();

        void Chunk(string name, byte[] body)
        {
            byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(name), .. body];
            var number = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
            file.Write(number);
            file.Write(named);
            BinaryPrimitives.WriteUInt32BigEndian(number, Crc(named));
            file.Write(number);
        }
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
