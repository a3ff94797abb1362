using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Health;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Telemetry;

internal static class TelemetryModule
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(all => TelemetryOptions.Read(all.GetRequiredService<IConfiguration>()));
        builder.Services.AddHostedService<Gauges>();
        builder.Services.AddSingleton<Exporters>();
        builder.Services.AddHostedService(all => all.GetRequiredService<Exporters>());
    }

    /// <summary>Prometheus' text, for the machine itself, listed networks and administrators; to others there is no such page.</summary>
    public static void MapTelemetry(this WebApplication app)
    {
        app.Services.GetRequiredService<Exporters>(); // now: what happens before the server listens counts too
        if (app.Services.GetRequiredService<TelemetryOptions>().Scrape)
            app.MapGet("/metrics", Metrics).IsPublic().TakesQuery().ExcludeFromDescription();
    }

    private static async Task<IResult> Metrics(HttpContext context, Insiders insiders, Exporters exporters) =>
        await insiders.Includes(context) && exporters.Text() is { } text
            ? TypedResults.Text(text, "text/plain; version=0.0.4; charset=utf-8")
            : Refusal.NotFound().ToProblem();
}

/// <summary>The providers of OpenTelemetry, built by hand: the packages that would do it are more than we need.</summary>
internal sealed class Exporters : IHostedService, IDisposable
{
    private const int Farewell = 2000;

    private static readonly string[] Meters =
        [Measures.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql"];

    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;
    private readonly PrometheusText? _text;

    public Exporters(TelemetryOptions options, IConfiguration configuration)
    {
        if (options.Scrape)
            _text = new PrometheusText();
        if (options.Metrics || options.Scrape)
            _metrics = BuildMetrics(options, configuration);
        if (options.Traces)
            _traces = BuildTraces(options, configuration);
    }

    public string? Text() => _text?.Read();

    private MeterProvider BuildMetrics(TelemetryOptions options, IConfiguration configuration)
    {
        var provider = Sdk.CreateMeterProviderBuilder().ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Us(configuration)).AddMeter(Meters);
        if (_text is not null)
            provider.AddReader(_text.Reader);
        if (options.Metrics)
            provider.AddOtlpExporter(otlp => Direct(otlp, configuration, "METRICS"));
        return provider.Build();
    }

    private static TracerProvider BuildTraces(TelemetryOptions options, IConfiguration configuration)
    {
        // Callers are strangers: what their headers say about sampling decides nothing, or anybody could have everything traced.
        var share = new TraceIdRatioBasedSampler(options.TraceShare);
        return Sdk.CreateTracerProviderBuilder().ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(Us(configuration))
            .SetSampler(new ParentBasedSampler(share, remoteParentSampled: share, remoteParentNotSampled: share))
            .AddSource(Measures.Name, "Microsoft.AspNetCore")
            .AddProcessor(new TraceScrub())
            .AddOtlpExporter(otlp => Direct(otlp, configuration, "TRACES"))
            .Build();
    }

    /// <summary>The variables of one signal go before those of all; the package reads only the latter.</summary>
    private static void Direct(OtlpExporterOptions otlp, IConfiguration configuration, string signal)
    {
        if (configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 } endpoint)
            otlp.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out var url) ? url : throw new InvalidOperationException($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT: '{endpoint}' is no address like http://collector:4318.");
        if (configuration[$"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"] is { Length: > 0 } protocol)
            otlp.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (configuration[$"OTEL_EXPORTER_OTLP_{signal}_HEADERS"] is { Length: > 0 } headers)
            otlp.Headers = headers;
    }

    private static ResourceBuilder Us(IConfiguration configuration)
    {
        var us = ResourceBuilder.CreateDefault();
        var version = typeof(Exporters).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        return configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? us.AddService(name, serviceVersion: version) : us.AddService("queqiao", serviceVersion: version);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What is left goes out, within a moment: a collector that is away must not hold up the stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Task.Run(() => _metrics?.Shutdown(Farewell), CancellationToken.None),
        Task.Run(() => _traces?.Shutdown(Farewell), CancellationToken.None));

    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
    }
}
