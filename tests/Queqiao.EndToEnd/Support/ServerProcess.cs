using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Queqiao.EndToEnd.Support;

/// <summary>Where a server runs, and on what.</summary>
internal sealed record ServerPlace
{
    public required string Folder { get; init; }

    public string? Database { get; init; }

    public Uri? Broker { get; init; }

    public string Host { get; init; } = "127.0.0.1";

    /// <summary>0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>A network namespace of Linux.</summary>
    public string? Inside { get; init; }

    /// <summary>What the program is started by, before its own line.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];

    /// <summary>Files of a certificate and its key: the server speaks HTTPS at its port.</summary>
    public (string Certificate, string Key)? Certificate { get; init; }

    /// <summary>Plain HTTP beside it; 0: none.</summary>
    public int PlainPort { get; init; }

    /// <summary>Another build of the server than the one that was built with these tests: an older one.</summary>
    public string? Build { get; init; }

    public string Urls => Certificate is null ? $"http://{Host}:{Port}" : $"https://{Host}:{Port}" + (PlainPort == 0 ? "" : $";http://{Host}:{PlainPort}");

    /// <summary>The command line that starts it, but for what a test adds.</summary>
    public IEnumerable<string> Line =>
    [
        .. Inside is null ? [] : (string[])["ip", "netns", "exec", Inside], .. Before,
        "dotnet", Path.Combine(Build ?? ServerProcess.BuildFolder, "queqiao.dll"), "--urls", Urls, "--data", Folder,
        .. Certificate is { } own ? (string[])["--certificate", own.Certificate, "--certificate-key", own.Key] : [],
    ];
}

/// <summary>The built server in a process of its own, to be killed.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Queue<string> _said = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Uri> _setupLink = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    /// <summary>Where the server's build lies: of the configuration that these tests were built in.</summary>
    public static string BuildFolder { get; } = Path.Combine(Repository.Root, "src", "Queqiao.Server", "bin",
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0");

    /// <summary>Printed at each start of an empty store.</summary>
    public Task<Uri> SetupLink => _setupLink.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public Uri Address => _address.Task.Result;

    /// <summary>Starts the server and waits until it is ready.</summary>
    public static Task<ServerProcess> Start(string folder, string? database, int port, params string[] more) =>
        Start(new ServerPlace { Folder = folder, Database = database, Port = port }, more);

    public static async Task<ServerProcess> Start(ServerPlace place, params string[] more)
    {
        var (folder, database) = (place.Folder, place.Database);
        string[] line = [.. place.Line, .. more];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("QUEQIAO_", StringComparison.Ordinal) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name == "DOTNET_ENVIRONMENT").ToList())
            start.Environment.Remove(name);
        start.Environment["QUEQIAO_ADMISSION"] = "off"; // a busy machine that tests would turn people away
        if (database is not null)
            start.Environment["QUEQIAO_DATABASE"] = database;
        if (place.Broker is { } broker)
            start.Environment["QUEQIAO_BUS"] = broker.ToString();
        var server = new ServerProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        server.Begin();
        await server._address.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await server.WaitUntilReady();
        return server;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task Kill()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as systemd and container runtimes send it; the exit code.</summary>
    public async Task<int> Stop()
    {
        using (var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public string LastWords
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("The server ended by itself:\n" + LastWords));
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task WaitUntilReady()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = { RemoteCertificateValidationCallback = Queqiao.Server.Tests.Identity.ApiClient.IsOurs } }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        await Until.True(async () =>
        {
            try
            {
                using var answer = await http.GetAsync("/health/ready");
                return answer.IsSuccessStatusCode;
            }
            catch (Exception trouble) when (trouble is HttpRequestException or OperationCanceledException)
            {
                return false;
            }
        }, "the server is ready", seconds: 60);
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > 20_000)
                _said.Dequeue();
        }
        if (Listening().Match(line) is { Success: true } listening)
            _address.TrySetResult(new Uri(listening.Groups[1].Value));
        if (Link().Match(line) is { Success: true } link)
            _setupLink.TrySetResult(new Uri(link.Value));
    }

    [GeneratedRegex(@"Now listening on: (https?://[^\s""]+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"https?://\S+/console/setup#token=\S+")]
    private static partial Regex Link();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }
}
