using System.Diagnostics;
using Queqiao.Server.Platform.Health;

namespace Queqiao.Server.Platform.Diagnosis;

/// <summary>The data folder: there, private, with room, on a disk that keeps what it says it has written.</summary>
internal sealed class FolderDiagnosis(Patient patient) : IDiagnosis
{
    private const int Syncs = 20;

    /// <summary>Quicker than this no disk is: something answers from memory.</summary>
    private static readonly TimeSpan TooGood = TimeSpan.FromMicroseconds(15);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(20);

    private static readonly HashSet<string> Forgetful = ["tmpfs", "ramfs"];
    private static readonly HashSet<string> Shared = ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"];

    public string Topic => "disk";

    public Task<IReadOnlyList<Finding>> Look(CancellationToken ct)
    {
        var folder = patient.Storage.DataFolder;
        if (!Directory.Exists(folder))
            return Task.FromResult<IReadOnlyList<Finding>>([new Finding(Topic, Verdict.Fail, "doctor_no_folder", folder)]);
        return Task.FromResult<IReadOnlyList<Finding>>([.. Mode(folder), Room(new DriveInfo(folder).AvailableFreeSpace), .. Kind(folder), Sync(folder)]);
    }

    private IEnumerable<Finding> Mode(string folder)
    {
        if (OperatingSystem.IsWindows())
            yield break;
        var open = File.GetUnixFileMode(folder) & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        if (open != 0)
            yield return new Finding(Topic, Verdict.Warn, "doctor_folder_open", folder);
    }

    private Finding Room(long free) => DiskProbe.Judge(free).State switch
    {
        HealthState.Fail => new Finding(Topic, Verdict.Fail, "doctor_disk_full", free >> 20),
        HealthState.Warn => new Finding(Topic, Verdict.Warn, "doctor_disk_low", free >> 20),
        _ => new Finding(Topic, Verdict.Ok, "doctor_disk_room", free >> 30),
    };

    private IEnumerable<Finding> Kind(string folder)
    {
        var kind = new DriveInfo(folder).DriveFormat;
        if (Forgetful.Contains(kind))
            yield return new Finding(Topic, Verdict.Warn, "doctor_disk_memory", kind);
        else if (Shared.Contains(kind) && !patient.Storage.UsesPostgres)
            yield return new Finding(Topic, Verdict.Fail, "doctor_disk_network", kind);
    }

    /// <summary>Writes and syncs a few pages: how long one takes bounds how long a message takes.</summary>
    private Finding Sync(string folder)
    {
        var file = Path.Combine(folder, $".doctor-{Environment.ProcessId}");
        try
        {
            var times = new List<TimeSpan>(Syncs);
            using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
            {
                var page = new byte[4096];
                for (var i = 0; i < Syncs; i++)
                {
                    var began = Stopwatch.GetTimestamp();
                    stream.Write(page);
                    stream.Flush(flushToDisk: true);
                    times.Add(Stopwatch.GetElapsedTime(began));
                }
            }
            times.Sort();
            return Judge(times[Syncs / 2]);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return new Finding(Topic, Verdict.Fail, "doctor_folder_not_writable", folder, trouble.Message);
        }
    }

    internal static Finding Judge(TimeSpan median)
    {
        var milliseconds = median.TotalMilliseconds.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
        return median < TooGood ? new Finding("disk", Verdict.Warn, "doctor_sync_too_good", milliseconds)
            : median > Slow ? new Finding("disk", Verdict.Warn, "doctor_sync_slow", milliseconds)
            : new Finding("disk", Verdict.Ok, "doctor_sync", milliseconds);
    }
}
