using System.Net;
using System.Net.Sockets;
using System.Text;
using Queqiao.EndToEnd.Support;

namespace Queqiao.EndToEnd;

/// <summary>A test that needs a mount namespace, so that the server asks a name server of the test's own; skipped with the reason when it cannot.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnNameServerFactAttribute : FactAttribute
{
    public OwnNameServerFactAttribute() => Skip = !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/unshare")
        ? "Not root on Linux, or no unshare: the server cannot be given a name server of its own." : null;
}

/// <summary>
/// DNS rebinding against the real thing: the server resolves by the machine's resolver, over UDP, at a name server that answers differently
/// each time. What is dialled is what was checked, and the second answer is checked too.
/// </summary>
public sealed class RebindingTests
{
    private static readonly IPAddress Named = IPAddress.Parse("127.53.0.1"), Allowed = IPAddress.Parse("127.0.0.2"), Inside = IPAddress.Parse("127.0.0.1");

    [OwnNameServerFact]
    public async Task A_name_that_changes_its_answer_never_leads_inside()
    {
        using var names = new NameServer(Named, Allowed, Inside, Allowed);
        var port = Free.Port();
        using var outside = new Ear(Allowed, port);
        using var inside = new Ear(Inside, port);
        var folder = Directory.CreateTempSubdirectory("queqiao-names-").FullName;
        var resolver = Path.Combine(folder, "resolv.conf");
        await File.WriteAllTextAsync(resolver, $"nameserver {Named}\noptions timeout:2 attempts:2\n");
        var place = new ServerPlace { Folder = folder, Port = Free.Port(), Before = ["unshare", "--mount", "sh", "-c", $"mount --bind {resolver} /etc/resolv.conf && exec \"$@\"", "sh"] };
        try
        {
            await using var server = await ServerProcess.Start(place, "--outbound-allow", Allowed + "/32");
            using var owner = await Owner.SetUp(server);
            var provider = (await owner.Send(HttpMethod.Post, "/api/v1/sso/providers", new { name = "P", issuer = $"http://rebind.example:{port}", clientId = "q", settings = new { scopes = new[] { "openid", "email" } } })).GetProperty("id").GetGuid();
            async Task<string> Call() => (await Assert.ThrowsAsync<HttpRequestException>(() => owner.Send(HttpMethod.Post, $"/api/v1/sso/providers/{provider}/test", new { }))).Message;

            Assert.Contains("sso_provider_answered", await Call(), StringComparison.Ordinal); // 404, from where it may
            Assert.Equal((1, 1, 0), (names.Asked, outside.Heard, inside.Heard));
            Assert.Contains("sso_address_refused", await Call(), StringComparison.Ordinal); // now it says 127.0.0.1
            Assert.Equal((2, 1, 0), (names.Asked, outside.Heard, inside.Heard));
            Assert.Contains("sso_provider_answered", await Call(), StringComparison.Ordinal);
            Assert.Equal((3, 2, 0), (names.Asked, outside.Heard, inside.Heard)); // asked once for each: nothing between the check and the call
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Answers every request with 404, counts them, and hangs up.</summary>
    private sealed class Ear : IDisposable
    {
        private readonly TcpListener _listener;
        private int _heard;

        public Ear(IPAddress at, int port)
        {
            _listener = new TcpListener(at, port);
            _listener.Start();
            _ = Serve();
        }

        public int Heard => Volatile.Read(ref _heard);

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    Interlocked.Increment(ref _heard);
                    await client.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
                    client.Client.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException or IOException)
            {
                // the end
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
