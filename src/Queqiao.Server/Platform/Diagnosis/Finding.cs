using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Diagnosis;

internal enum Verdict
{
    Ok,

    /// <summary>It works, and somebody should look.</summary>
    Warn,
    Fail,
}

/// <summary>One line of the doctor.</summary>
/// <param name="Topic">One word: <c>disk</c>, <c>keys</c>.</param>
/// <param name="Verdict">How it is.</param>
/// <param name="Code">Of the text that says what is so and what to do; stable, operations.md is ordered by it.</param>
/// <param name="Args">What the text names.</param>
internal sealed record Finding(string Topic, Verdict Verdict, string Code, params object[] Args);

/// <summary>Looks at one part of an installation, without changing it. Works beside a running server and without one.</summary>
internal interface IDiagnosis
{
    string Topic { get; }

    Task<IReadOnlyList<Finding>> Look(CancellationToken ct);
}

/// <param name="Storage">Where the data is.</param>
/// <param name="Settings">Options and environment, as <c>serve</c> would read them.</param>
/// <param name="Clock">The time.</param>
/// <param name="IsServing">Asked by the server itself: nothing that keeps a disk busy for minutes.</param>
internal sealed record Patient(StorageOptions Storage, IConfiguration Settings, TimeProvider Clock, bool IsServing = false);

/// <summary>Runs the diagnoses; one that breaks or hangs is a finding too.</summary>
internal static class Doctor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="diagnoses">One after the other.</param>
    /// <param name="ct">The end.</param>
    /// <param name="patience">How long each may take; half a minute unless given.</param>
    public static async Task<IReadOnlyList<Finding>> Examine(IEnumerable<IDiagnosis> diagnoses, CancellationToken ct, TimeSpan? patience = null)
    {
        var most = patience ?? Patience;
        var findings = new List<Finding>();
        foreach (var one in diagnoses) // one after the other: measuring the disk wants it quiet
        {
            try
            {
                findings.AddRange(await one.Look(ct).WaitAsync(most, ct));
            }
            catch (TimeoutException)
            {
                findings.Add(new Finding(one.Topic, Verdict.Fail, "doctor_no_answer", (int)most.TotalSeconds));
            }
            catch (Exception trouble) when (trouble is not OperationCanceledException)
            {
                findings.Add(new Finding(one.Topic, Verdict.Fail, "doctor_broke", trouble.GetType().Name, trouble.Message));
            }
        }
        return findings;
    }

    public static IReadOnlyList<IDiagnosis> All(Patient patient) =>
    [
        new VersionDiagnosis(), new FolderDiagnosis(patient), new KeyDiagnosis(patient), new ClockDiagnosis(patient),
        patient.Storage.UsesPostgres ? new Storage.Inspection.PostgresDiagnosis(patient) : new Storage.Inspection.SqliteDiagnosis(patient),
        new Bus.BusDiagnosis(patient), new WebDiagnosis(patient), new ListeningDiagnosis(patient), new FilesDiagnosis(patient), new TelemetryDiagnosis(patient),
    ];
}
