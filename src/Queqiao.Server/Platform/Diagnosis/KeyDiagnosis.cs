using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>The root keys: there, readable by their owner only, of the right form. Asked without making one.</summary>
internal sealed class KeyDiagnosis(Patient patient) : IDiagnosis
{
    public string Topic => "keys";

    public Task<IReadOnlyList<Finding>> Look(CancellationToken ct) => Task.FromResult<IReadOnlyList<Finding>>([Look()]);

    private Finding Look()
    {
        var roots = new LocalRootKeys(patient.Storage, patient.Settings[LocalRootKeys.Variable]);
        if (!roots.Exist)
            return new Finding(Topic, Verdict.Warn, "doctor_no_root_key", roots.FileName);
        if (!roots.AreGiven && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(roots.FileName) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            return new Finding(Topic, Verdict.Fail, "doctor_root_key_open", roots.FileName);
        try
        {
            return new Finding(Topic, Verdict.Ok, "doctor_root_key", roots.AreGiven ? LocalRootKeys.Variable : roots.FileName, roots.Known.Count, roots.Current);
        }
        catch (StoreRefusedException wrong)
        {
            return new Finding(Topic, Verdict.Fail, "doctor_root_key_wrong", wrong.Message);
        }
    }
}
