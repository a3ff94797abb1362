using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Files;

/// <summary>The real clamd with a list of one signature.</summary>
internal sealed class ClamdProcess : IAsyncDisposable
{
    /// <summary>What the one signature finds.</summary>
    public const string Malware = "QUEQIAO-STANDARD-TEST-MALWARE";

    private readonly string _folder = Directory.CreateTempSubdirectory("queqiao-clamd-").FullName;
    private Process? _process;

    public ClamdProcess()
    {
        File.WriteAllText(Path.Combine(_folder, "test.ndb"), $"Queqiao.Test:0:*:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Malware))}\n");
        File.WriteAllText(Path.Combine(_folder, "clamd.conf"), $"""
            DatabaseDirectory {_folder}
            LocalSocket {_folder}/clamd.sock
            TCPSocket {Port}
            TCPAddr 127.0.0.1
            Foreground yes
            StreamMaxLength 1M
            LogFile {_folder}/clamd.log
            """);
    }

    /// <summary>Why there is none, or null.</summary>
    public static string? Missing { get; } = Program is null ? "clamd is not installed (Debian: clamav-daemon)." : null;

    private static string? Program => ((string[])["/usr/sbin/clamd", "/usr/bin/clamd", "/usr/local/sbin/clamd"]).FirstOrDefault(File.Exists);

    private int Port { get; } = FreePort();

    public string Unix => $"unix:{_folder}/clamd.sock";

    public string Tcp => $"tcp://127.0.0.1:{Port}";

    public async Task Start()
    {
        _process = Process.Start(new ProcessStartInfo(Program!, ["-c", Path.Combine(_folder, "clamd.conf")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Until.True(() => File.Exists(Unix["unix:".Length..]) && Answers(), "clamd listens");
    }

    private bool Answers()
    {
        try
        {
            using var line = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }
}

[AttributeUsage(AttributeTargets.Method)]
public sealed class ClamdFactAttribute : FactAttribute
{
    public ClamdFactAttribute() => Skip = ClamdProcess.Missing;
}

public sealed class ClamdTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:3310", true), InlineData("unix:/run/clamav/clamd.ctl", true), InlineData("tcp://clamd:3310", true), InlineData("tcp://[::1]:3310", true)]
    [InlineData("127.0.0.1:3310", false), InlineData("unix:clamd.ctl", false), InlineData("http://x:1", false), InlineData("tcp://x", false), InlineData("unix:", false)]
    public void An_address_is_tcp_or_unix(string text, bool valid) => Assert.Equal(valid, ClamdAddress.Parse(text) is not null);

    [ClamdFact]
    public async Task The_daemon_is_asked_over_both_kinds_of_socket()
    {
        await using var clamd = new ClamdProcess();
        var client = new Clamd(ClamdAddress.Parse(clamd.Unix)!, NullLogger<Clamd>.Instance);
        Assert.IsType<ScanVerdict.NotNow>(await Scan(client, "hello"u8.ToArray())); // not started yet
        await clamd.Start();
        foreach (var address in (string[])[clamd.Unix, clamd.Tcp])
        {
            client = new Clamd(ClamdAddress.Parse(address)!, NullLogger<Clamd>.Instance);
            Assert.IsType<ScanVerdict.Clean>(await Scan(client, "hello"u8.ToArray()));
            Assert.IsType<ScanVerdict.Clean>(await Scan(client, new byte[500_000]));
            var found = Assert.IsType<ScanVerdict.Found>(await Scan(client, [.. new byte[300_000], .. Encoding.ASCII.GetBytes(ClamdProcess.Malware)]));
            Assert.StartsWith("Queqiao.Test", found.Name, StringComparison.Ordinal);
            Assert.IsType<ScanVerdict.NotNow>(await Scan(client, new byte[3_000_000])); // over StreamMaxLength: nobody looked at all of it
        }
    }

    [ClamdFact]
    public async Task Malware_is_held_and_never_served()
    {
        await using var clamd = new ClamdProcess();
        await clamd.Start();
        await using var site = await Open(clamd);
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        var begun = (await customer.Begin("invoice.txt", 29)).Text("id");
        var answer = await customer.Piece(begun, 0, Encoding.ASCII.GetBytes(ClamdProcess.Malware));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "file_infected"), (answer.Status, answer.Code));
        var link = await customer.Link(begun);
        Assert.Equal("infected", link.Text("state"));
        Assert.False(link.TryGetProperty("url", out _));
        Assert.Equal("file_infected", (await visitor.Post("/widget/v1/messages", new { clientId = "c", attachments = new[] { begun } })).Code);
        Assert.Equal("ready", (await customer.Upload("fine.txt", "hello"u8.ToArray())).Text("state"));
    }

    [ClamdFact]
    public async Task Without_the_daemon_files_wait_and_are_looked_at_when_it_is_back()
    {
        await using var clamd = new ClamdProcess();
        await using var site = await Open(clamd);
        var visitor = await site.Visitor();
        using var customer = Uploader.Of(visitor);
        using var agent = Uploader.Of(site.Owner);
        var good = (await customer.Upload("good.png", Samples.Png(600, 600))).Expect(HttpStatusCode.OK);
        Assert.Equal("scanning", good.Text("state"));
        var bad = (await customer.Upload("bad.txt", Encoding.ASCII.GetBytes(ClamdProcess.Malware))).Expect(HttpStatusCode.OK).Text("id");
        await visitor.Post("/widget/v1/messages", new { clientId = "c", text = "look", attachments = new[] { good.Text("id"), bad } }); // may be sent, is not served
        foreach (var id in (string[])[good.Text("id"), bad])
        {
            var link = await agent.Link(id);
            Assert.Equal("scanning", link.Text("state"));
            Assert.False(link.TryGetProperty("url", out _));
        }

        await clamd.Start();
        site.Time.Move(TimeSpan.FromMinutes(10));
        await site.The<FileSweep>().RunOnce(CancellationToken.None);
        await Until.True(async () => (await agent.Link(good.Text("id"))).Text("state") == "ready" && (await agent.Link(bad)).Text("state") == "infected", "both were looked at");
        Assert.NotEmpty(await agent.Bytes(good.Text("id")));
        Assert.Equal("ready", (await customer.Link(good.Text("id"))).Text("state"));
    }

    private static Task<Site> Open(ClamdProcess clamd) => Site.Open(also: services =>
        services.AddSingleton<IFileScanner>(new Clamd(ClamdAddress.Parse(clamd.Unix)!, NullLogger<Clamd>.Instance)));

    private static async Task<ScanVerdict> Scan(Clamd client, byte[] content) => await client.Scan(new MemoryStream(content), CancellationToken.None);
}
