namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>The machine's clock: sessions, links and the order in lists rest on it.</summary>
internal sealed class ClockDiagnosis(Patient patient) : IDiagnosis
{
    /// <summary>When this was written: a clock before it is wrong.</summary>
    private static readonly DateTimeOffset Born = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public string Topic => "clock";

    public Task<IReadOnlyList<Finding>> Look(CancellationToken ct) => Task.FromResult<IReadOnlyList<Finding>>([Judge(patient.Clock.GetUtcNow(), IsKept())]);

    internal static Finding Judge(DateTimeOffset now, bool? isKept)
    {
        var text = Json.WireTime.Format(now);
        return now < Born ? new Finding("clock", Verdict.Fail, "doctor_clock_wrong", text)
            : isKept == false ? new Finding("clock", Verdict.Warn, "doctor_clock_free", text)
            : new Finding("clock", Verdict.Ok, "doctor_clock", text);
    }

    /// <summary>Whether somebody sets it by the network; null: cannot be known here.</summary>
    private static bool? IsKept()
    {
        if (!Directory.Exists("/run/systemd/system"))
            return null; // a container: the host keeps it
        return File.Exists("/run/systemd/timesync/synchronized") || Directory.Exists("/run/chrony") || File.Exists("/run/ntpd.pid") || File.Exists("/var/run/ntpd.pid");
    }
}
