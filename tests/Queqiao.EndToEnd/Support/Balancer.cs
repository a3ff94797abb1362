using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Queqiao.EndToEnd.Support;

/// <summary>HAProxy in front of the nodes, with the settings that docs/operations.md shows; on free ports, never the system's own.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/haproxy";

    private readonly string _folder;
    private readonly Process _process;

    private Balancer(string folder, Process process, Uri address) => (_folder, _process, Address) = (folder, process, address);

    public static string? Missing { get; } = File.Exists(Program) ? null : "No HAProxy (Debian: apt-get install haproxy).";

    public Uri Address { get; }

    /// <param name="nodes">Name, host and port of each, whether it runs already or not.</param>
    /// <param name="ways">TCP that is passed on: from an address and port of this machine to a port of its loopback.</param>
    public static async Task<Balancer> Start(IEnumerable<(string Name, string Host, int Port)> nodes, IEnumerable<(string Host, int Port, int To)> ways)
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-balancer-").FullName;
        var port = Free.Port();
        var text = new StringBuilder($"""
            global
              maxconn 4000
            defaults
              mode http
              option redispatch
              option forwardfor
              retries 3
              retry-on conn-failure
              timeout connect 1s
              timeout client 90s
              timeout server 90s
              timeout tunnel 1h
            frontend web
              bind 127.0.0.1:{port}
              default_backend nodes
            backend nodes
              balance leastconn
              option httpchk GET /health/balancer
              http-check disable-on-404
              default-server check inter 500ms fastinter 200ms fall 2 rise 1 on-marked-down shutdown-sessions

            """);
        foreach (var (name, host, at) in nodes)
            text.AppendLine(CultureInfo.InvariantCulture, $"  server {name} {host}:{at}");
        foreach (var (host, from, to) in ways)
            text.AppendLine(CultureInfo.InvariantCulture, $"listen to{to}\n  mode tcp\n  timeout client 1h\n  timeout server 1h\n  bind {host}:{from}\n  server it 127.0.0.1:{to}");
        var file = Path.Combine(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(file, text.ToString());
        var process = Process.Start(new ProcessStartInfo(Program, ["-db", "-f", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await Until.True(() => process.HasExited ? throw new InvalidOperationException("HAProxy ended by itself:\n" + text) : Free.Answers(port), "the balancer listens");
        return new Balancer(folder, process, new Uri($"http://127.0.0.1:{port}"));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

internal static class Free
{
    public static int Port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
