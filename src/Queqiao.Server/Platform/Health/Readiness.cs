using System.Diagnostics;

namespace Queqiao.Server.Platform.Health;

/// <summary>What one probe said, and how long it took.</summary>
internal sealed record HealthLine(string Name, HealthFinding Finding, long Milliseconds);

/// <param name="Status"><c>ready</c>, <c>not_ready</c>, <c>starting</c> or <c>stopping</c>.</param>
internal sealed record HealthReport(string Status, IReadOnlyList<HealthLine> Lines)
{
    public bool IsReady => Status == "ready";
}

/// <summary>
/// Whether this node should get requests: it has started, nobody has told it to stop, and every probe is content. Several
/// balancers that ask at once share one round of probes.
/// </summary>
internal sealed class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const long FreshFor = 1000;

    private readonly IHealthProbe[] _probes;
    private readonly IHostApplicationLifetime _life;
    private readonly Lock _gate = new();
    private Task<HealthReport>? _last;
    private long _askedAt;

    public Readiness(IEnumerable<IHealthProbe> probes, IHostApplicationLifetime life) => (_probes, _life) = ([.. probes], life);

    public Task<HealthReport> Look()
    {
        if (_life.ApplicationStopping.IsCancellationRequested)
            return Task.FromResult(new HealthReport("stopping", []));
        if (!_life.ApplicationStarted.IsCancellationRequested)
            return Task.FromResult(new HealthReport("starting", []));
        lock (_gate)
        {
            var now = Environment.TickCount64;
            if (_last is null || (_last.IsCompleted && now - _askedAt > FreshFor))
                (_last, _askedAt) = (Ask(), now);
            return _last;
        }
    }

    private async Task<HealthReport> Ask()
    {
        var lines = await Task.WhenAll(_probes.Select(Ask));
        return new HealthReport(lines.Any(line => line.Finding.State == HealthState.Fail) ? "not_ready" : "ready", lines);
    }

    private static async Task<HealthLine> Ask(IHealthProbe probe)
    {
        var began = Stopwatch.GetTimestamp();
        HealthFinding finding;
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            // On a thread of its own: a probe that blocks (a disk that hangs) must not hold up the answer.
            finding = await Task.Run(() => probe.Look(patience.Token).AsTask(), CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
        }
        catch (Exception trouble) when (trouble is TimeoutException or OperationCanceledException)
        {
            finding = HealthFinding.Failed(probe.Name + "_no_answer");
        }
        catch (Exception)
        {
            finding = HealthFinding.Failed(probe.Name + "_unavailable"); // what a probe cannot find out is not ready
        }
        return new HealthLine(probe.Name, finding, (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }
}
