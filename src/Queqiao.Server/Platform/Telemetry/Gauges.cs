using System.Diagnostics.Metrics;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Telemetry;

/// <summary>A number that is looked up when somebody asks for it. Modules register theirs with <see cref="GaugeRegistration.AddGauge"/>.</summary>
internal sealed record Gauge(string Name, string Unit, string Description, Func<IServiceProvider, IEnumerable<Measurement<long>>> Look);

/// <summary>Like <see cref="Gauge"/>, of the database: asked every half minute, and only when metrics leave this server.</summary>
internal sealed record SampledGauge(string Name, string Unit, string Description, Func<IServiceProvider, CancellationToken, Task<IReadOnlyList<Measurement<long>>>> Look);

internal static class GaugeRegistration
{
    public static void AddGauge(this IServiceCollection services, string name, string unit, string description, Func<IServiceProvider, IEnumerable<Measurement<long>>> look) =>
        services.AddSingleton(new Gauge(name, unit, description, look));

    public static void AddGauge(
        this IServiceCollection services, string name, string unit, string description, Func<IServiceProvider, CancellationToken, Task<IReadOnlyList<Measurement<long>>>> look) =>
        services.AddSingleton(new SampledGauge(name, unit, description, look));

    public static Measurement<long> Labelled(this long value, string label, string text) => new(value, new KeyValuePair<string, object?>(label, text));
}

/// <summary>The gauges of this host on a meter of its own, which ends with it.</summary>
internal sealed class Gauges : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private readonly IServiceProvider _all;
    private readonly SampledGauge[] _sampled;
    private readonly IReadOnlyList<Measurement<long>>[] _last;
    private readonly Meter _meter = new(Measures.Name);
    private readonly ILogger _log;

    public Gauges(IServiceProvider all, TelemetryOptions options, IEnumerable<Gauge> gauges, IEnumerable<SampledGauge> sampled, ILoggerFactory logs)
    {
        _sampled = options.Metrics || options.Scrape ? [.. sampled] : [];
        (_all, _log) = (all, logs.CreateLogger("Queqiao.Telemetry"));
        _last = [.. _sampled.Select(_ => (IReadOnlyList<Measurement<long>>)[])];
        foreach (var gauge in gauges)
            _meter.CreateObservableGauge(gauge.Name, () => gauge.Look(all), gauge.Unit, gauge.Description);
        for (var i = 0; i < _sampled.Length; i++)
        {
            var index = i;
            _meter.CreateObservableGauge(_sampled[i].Name, () => _last[index], _sampled[i].Unit, _sampled[i].Description);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_sampled.Length == 0)
            return;
        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                for (var i = 0; i < _sampled.Length; i++)
                    await Sample(i, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // stopping
        }
    }

    private async Task Sample(int index, CancellationToken ct)
    {
        try
        {
            _last[index] = await _sampled[index].Look(_all, ct);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            _last[index] = []; // an old number would look like a fresh one
            _log.Fault(LogLevel.Debug, trouble, $"{_sampled[index].Name} could not be counted");
        }
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }
}
