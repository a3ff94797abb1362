using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Queqiao.Server.Tests.Support;

/// <summary>A test that needs a RabbitMQ of its own; skipped with the reason when none can be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrokerFactAttribute : FactAttribute
{
    public BrokerFactAttribute() => Skip = PostgresCluster.Missing ?? Broker.Missing;
}

/// <summary>A RabbitMQ broker on free ports in a temporary folder, never the system's own.</summary>
public sealed class Broker : IAsyncDisposable
{
    /// <summary>Of its only account; long and odd, to be looked for on the line.</summary>
    internal const string Password = "kanarie-broker-5b1c";

    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly string _folder;
    private readonly Process _process;
    private readonly int _names;

    private Broker(string folder, Process process, Uri address, int names) => (_folder, _process, Address, _names) = (folder, process, address, names);

    /// <summary>Where it takes TLS; only when it was given a certificate.</summary>
    public Uri SecureAddress { get; private init; } = null!;

    /// <summary>Why no broker can be started, or null.</summary>
    public static string? Missing { get; } = File.Exists(Program) ? null : "No RabbitMQ (Debian: apt-get install rabbitmq-server).";

    public Uri Address { get; }

    /// <param name="host">Where it listens; every address of the machine with <c>0.0.0.0</c>.</param>
    /// <param name="authority">Vouches for it as <c>localhost</c>: it takes TLS too, at another port.</param>
    internal static async Task<Broker> Start(string host = "127.0.0.1", TestAuthority? authority = null)
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-broker-").FullName;
        var (port, secure, distribution, names) = (FreePort(), FreePort(), FreePort(), FreePort());
        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), $"""
            listeners.tcp.1 = {host}:{port}
            loopback_users = none
            default_user = queqiao
            default_pass = {Password}
            log.console = false
            log.file.level = warning
            {(authority is null ? "" : Tls(authority, folder, secure))}
            """);
        var start = new ProcessStartInfo(Program) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment(folder, distribution, names))
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var broker = new Broker(folder, process, new Uri($"amqp://queqiao:{Password}@127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}"), names)
        {
            SecureAddress = new Uri($"amqps://queqiao:{Password}@localhost:{secure.ToString(CultureInfo.InvariantCulture)}"),
        };
        await Until.True(() => process.HasExited ? throw new InvalidOperationException("RabbitMQ ended by itself; see " + folder) : Answers(port) && (authority is null || Answers(secure)), "the broker listens", seconds: 90);
        return broker;
    }

    private static string Tls(TestAuthority authority, string folder, int port)
    {
        var (certificate, key) = authority.Issue("localhost", folder);
        return string.Create(CultureInfo.InvariantCulture, $"listeners.ssl.1 = 127.0.0.1:{port}\nssl_options.cacertfile = {authority.Write(Path.Combine(folder, "ca.pem"))}\n") +
            $"ssl_options.certfile = {certificate}\nssl_options.keyfile = {key}\nssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false\nssl_options.versions.1 = tlsv1.3\nssl_options.versions.2 = tlsv1.2";
    }

    private static Dictionary<string, string> Environment(string folder, int distribution, int names) => new()
    {
        ["HOME"] = folder,
        ["RUNNING_UNDER_SYSTEMD"] = "true", // the script becomes the broker, so that signals reach it
        ["RABBITMQ_NODENAME"] = $"q{distribution}@localhost",
        ["RABBITMQ_BASE"] = folder,
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_DIST_PORT"] = distribution.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "none"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+S 1:1 +sbwt none",
        ["ERL_EPMD_PORT"] = names.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
    };

    /// <summary>Stops answering, as a machine that hangs: connections stay open.</summary>
    public void Freeze() => Signal("-STOP");

    public void Thaw() => Signal("-CONT");

    private void Signal(string signal)
    {
        using var kill = Process.Start("/bin/kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static bool Answers(int port)
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

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Thaw();
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        // The daemon of names outlives its broker.
        using (var end = Process.Start(new ProcessStartInfo("epmd", ["-kill"]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["ERL_EPMD_PORT"] = _names.ToString(CultureInfo.InvariantCulture) } }))
            await end!.WaitForExitAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
