using System.Globalization;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Telemetry;

/// <summary>
/// Where metrics and traces go: the standard variables of OpenTelemetry (https://opentelemetry.io/docs/specs/otel/protocol/exporter/);
/// without an endpoint nothing leaves. <c>/metrics</c> can be read in any case, unless <c>--metrics off</c>.
/// </summary>
/// <param name="Metrics">Whether metrics are sent.</param>
/// <param name="Traces">Whether traces are sent.</param>
/// <param name="Scrape">Whether <c>/metrics</c> answers.</param>
/// <param name="TraceShare">Share of requests and batches that are traced (<c>OTEL_TRACES_SAMPLER_ARG</c>).</param>
internal sealed record TelemetryOptions(bool Metrics, bool Traces, bool Scrape, double TraceShare)
{
    private const double UsualShare = 0.1;

    public static TelemetryOptions Read(IConfiguration configuration)
    {
        var disabled = string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);
        var everywhere = Has(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT");
        return new TelemetryOptions(
            !disabled && (everywhere || Has(configuration, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")) && !Is(configuration, "OTEL_METRICS_EXPORTER", "none"),
            !disabled && (everywhere || Has(configuration, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")) && !Is(configuration, "OTEL_TRACES_EXPORTER", "none"),
            Setting.Switch(configuration, "metrics", otherwise: true),
            Share(configuration));
    }

    private static bool Has(IConfiguration configuration, string name) => !string.IsNullOrWhiteSpace(configuration[name]);

    private static bool Is(IConfiguration configuration, string name, string value) => string.Equals(configuration[name], value, StringComparison.OrdinalIgnoreCase);

    private static double Share(IConfiguration configuration)
    {
        if (Is(configuration, "OTEL_TRACES_SAMPLER", "always_on") || Is(configuration, "OTEL_TRACES_SAMPLER", "parentbased_always_on"))
            return 1;
        if (Is(configuration, "OTEL_TRACES_SAMPLER", "always_off") || Is(configuration, "OTEL_TRACES_SAMPLER", "parentbased_always_off"))
            return 0;
        if (configuration["OTEL_TRACES_SAMPLER_ARG"] is not { Length: > 0 } text)
            return UsualShare;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw new InvalidOperationException($"OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not '{text}'.");
    }
}
