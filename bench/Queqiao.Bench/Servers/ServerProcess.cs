using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Queqiao.Bench.Servers;

/// <summary>The built server as a child process. It never outlives its owner.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    public const string Limits = "off";

    private readonly Process _process;
    private readonly Queue<string> _said = new();
    private readonly TaskCompletionSource<IPEndPoint> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Heard(line.Data);
        process.ErrorDataReceived += (_, line) => Heard(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The server ended by itself.\n{LastWords()}"));
    }

    public int Id => _process.Id;

    /// <param name="site">What to start, and where its data is.</param>
    /// <param name="port">0: any that is free, known from <see cref="Address"/>.</param>
    public static ServerProcess Start(Store site, int port = 0)
    {
        var process = new Process { StartInfo = Command.Info(site.Server.Program, [.. site.Server.Before, "--data", site.Folder, "--urls", $"http://127.0.0.1:{port}"], site.Environment) };
        var server = new ServerProcess(process);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Where it listens, from its own words.</summary>
    public Task<IPEndPoint> Address(CancellationToken ct) => _address.Task.WaitAsync(TimeSpan.FromSeconds(60), ct);

    public string LastWords()
    {
        lock (_said)
            return string.Join('\n', _said);
    }

    private void Heard(string? line)
    {
        if (line is null)
            return;
        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > 60)
                _said.Dequeue();
        }
        if (ListeningOn().Match(line) is { Success: true } match)
            _address.TrySetResult(IPEndPoint.Parse(match.Groups[1].Value));
    }

    [GeneratedRegex(@"http://(127\.0\.0\.1:[1-9]\d*)")]
    private static partial Regex ListeningOn();

    public async ValueTask DisposeAsync()
    {
        _ = _address.Task.Exception; // nobody may have asked
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
