using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Queqiao.Server.Platform.Telemetry;

/// <summary>
/// Writes all metrics as Prometheus reads them (https://prometheus.io/docs/instrumenting/exposition_formats/): names with
/// underscores, the unit at the end, counters with <c>_total</c>.
/// </summary>
internal sealed class PrometheusText : BaseExporter<Metric>
{
    private readonly Lock _gate = new();
    private StringBuilder _out = new();

    public PrometheusText() => Reader = new BaseExportingMetricReader(this) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };

    public MetricReader Reader { get; }

    /// <summary>One scrape after the other: the reader collects into one text.</summary>
    public string Read()
    {
        lock (_gate)
        {
            _out = new StringBuilder(16 * 1024);
            Reader.Collect(2000);
            return _out.ToString();
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        foreach (var metric in batch)
            Write(metric);
        return ExportResult.Success;
    }

    private void Write(Metric metric)
    {
        var isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var isHistogram = metric.MetricType is MetricType.Histogram;
        if (metric.MetricType is MetricType.ExponentialHistogram)
            return; // Prometheus' text has no form for it, and nothing of ours makes one
        var name = NameOf(metric.Name, metric.Unit, isCounter);
        _out.Append("# HELP ").Append(name).Append(' ').Append(metric.Description.Replace('\n', ' ')).Append('\n')
            .Append("# TYPE ").Append(name).Append(isHistogram ? " histogram\n" : isCounter ? " counter\n" : " gauge\n");
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            if (isHistogram)
                Histogram(name, point);
            else
                Line(name, point.Tags, null, ValueOf(metric.MetricType, point));
        }
    }

    private static double ValueOf(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => point.GetSumLong(),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => point.GetSumDouble(),
        MetricType.LongGauge => point.GetGaugeLastValueLong(),
        _ => point.GetGaugeLastValueDouble(),
    };

    private void Histogram(string name, in MetricPoint point)
    {
        var below = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            below += bucket.BucketCount;
            Line(name + "_bucket", point.Tags, double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture), below);
        }
        Line(name + "_sum", point.Tags, null, point.GetHistogramSum());
        Line(name + "_count", point.Tags, null, point.GetHistogramCount());
    }

    private void Line(string name, ReadOnlyTagCollection tags, string? bound, double value)
    {
        _out.Append(name);
        var between = '{';
        foreach (var (label, text) in tags)
        {
            Label(between, Plain(label), Convert.ToString(text, CultureInfo.InvariantCulture) ?? "");
            between = ',';
        }
        if (bound is not null)
        {
            Label(between, "le", bound);
            between = ',';
        }
        _out.Append(between == '{' ? " " : "} ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private void Label(char between, string label, string text) => _out.Append(between).Append(label).Append("=\"")
        .Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('"');

    internal static string NameOf(string name, string unit, bool isCounter)
    {
        var unitName = unit switch { "s" => "_seconds", "By" => "_bytes", "1" or "" => "", _ => "" };
        var plain = Plain(name);
        return plain + (plain.EndsWith(unitName, StringComparison.Ordinal) ? "" : unitName) + (isCounter ? "_total" : "");
    }

    private static string Plain(string name) => string.Create(name.Length, name, static (plain, from) =>
    {
        for (var i = 0; i < from.Length; i++)
            plain[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
    });
}
