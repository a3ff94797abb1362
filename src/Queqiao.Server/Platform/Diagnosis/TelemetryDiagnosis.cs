using System.Net.Sockets;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>Where metrics and traces go: whether somebody listens there.</summary>
internal sealed class TelemetryDiagnosis(Patient patient) : IDiagnosis
{
    private static readonly string[] Settings = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    public string Topic => "telemetry";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        var findings = new List<Finding>();
        foreach (var text in Settings.Select(name => patient.Settings[name]).Where(text => !string.IsNullOrWhiteSpace(text)).Distinct())
            findings.Add(await Look(text!, ct));
        return findings.Count > 0 ? findings : [new Finding(Topic, Verdict.Ok, "doctor_no_otlp")];
    }

    private async Task<Finding> Look(string text, CancellationToken ct)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            return new Finding(Topic, Verdict.Fail, "doctor_otlp_address", text);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
            patience.CancelAfter(TimeSpan.FromSeconds(3));
            using var client = new TcpClient();
            await client.ConnectAsync(url.DnsSafeHost, url.Port, patience.Token);
            return new Finding(Topic, Verdict.Ok, "doctor_otlp", url.GetLeftPart(UriPartial.Path));
        }
        catch (Exception trouble) when (trouble is SocketException or OperationCanceledException)
        {
            return new Finding(Topic, Verdict.Warn, "doctor_otlp_away", url.GetLeftPart(UriPartial.Path));
        }
    }
}
