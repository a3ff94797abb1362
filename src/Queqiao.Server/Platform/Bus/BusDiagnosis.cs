using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Platform.Bus;

/// <summary>Whether the broker lets this node in, and whether anybody could listen on the way.</summary>
internal sealed class BusDiagnosis(Patient patient) : IDiagnosis
{
    public string Topic => "broker";

    public async Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        BusOptions options;
        try
        {
            options = BusOptions.Read(patient.Settings);
        }
        catch (InvalidSettingException wrong)
        {
            return [new Finding(Topic, Verdict.Fail, "doctor_broker_setting", wrong.Message)];
        }
        if (options.Brokers.Count == 0)
            return [new Finding(Topic, Verdict.Ok, patient.Storage.UsesPostgres ? "doctor_broker_none" : "doctor_broker_not_needed")];
        if (!patient.Storage.UsesPostgres)
            return [new Finding(Topic, Verdict.Warn, "doctor_broker_useless")];
        var findings = new List<Finding>();
        foreach (var broker in options.Brokers)
            findings.Add(await Ask(broker, options, ct));
        return findings;
    }

    private async Task<Finding> Ask(Uri broker, BusOptions options, CancellationToken ct)
    {
        var place = $"{broker.Host}:{(broker.IsDefaultPort || broker.Port < 0 ? broker.Scheme == "amqps" ? 5671 : 5672 : broker.Port)}"; // never the password
        try
        {
            await using var connection = await RabbitTransport.Factory(broker, options.Authorities).CreateConnectionAsync(ct);
            var version = connection.ServerProperties is { } said && said.TryGetValue("version", out var value) && value is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "?";
            return IsInClear(broker) ? new Finding(Topic, Verdict.Warn, "doctor_broker_clear", place, version) : new Finding(Topic, Verdict.Ok, "doctor_broker", place, version);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            return new Finding(Topic, Verdict.Fail, "doctor_broker_away", place, trouble.GetBaseException().GetType().Name);
        }
    }

    private static bool IsInClear(Uri broker) => broker.Scheme != "amqps" && !broker.IsLoopback;
}
