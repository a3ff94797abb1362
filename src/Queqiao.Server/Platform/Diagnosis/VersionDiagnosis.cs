using System.Reflection;
using System.Runtime.InteropServices;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>What is installed here: the first thing that anybody who helps will ask.</summary>
internal sealed class VersionDiagnosis : IDiagnosis
{
    public static readonly string Program = typeof(VersionDiagnosis).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";

    public string Topic => "versions";

    public Task<IReadOnlyList<Finding>> Look(CancellationToken ct) => Task.FromResult<IReadOnlyList<Finding>>(
        [new Finding(Topic, Verdict.Ok, "doctor_versions", Program, Environment.Version, RuntimeInformation.OSDescription, RuntimeInformation.ProcessArchitecture)]);
}
