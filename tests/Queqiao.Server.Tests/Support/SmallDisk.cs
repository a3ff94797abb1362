using System.Diagnostics;

namespace Queqiao.Server.Tests.Support;

/// <summary>A file system of a few megabytes, so that a test can fill it (tmpfs; Linux, root).</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(int megabytes)
    {
        Folder = Directory.CreateTempSubdirectory("queqiao-disk-").FullName;
        if (Mount("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "none", Folder) is { } refused)
            throw new InvalidOperationException(refused);
    }

    /// <summary>Why there is none, or null.</summary>
    public static string? Missing { get; } = !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "A small disk to fill needs Linux and root." : TryOnce();

    public string Folder { get; }

    public void Dispose()
    {
        Mount("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static string? TryOnce()
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-disk-").FullName;
        var refused = Mount("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder);
        if (refused is null)
            Mount("umount", folder);
        Directory.Delete(folder);
        return refused is null ? null : "A small disk cannot be mounted here: " + refused;
    }

    private static string? Mount(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var complaint = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : complaint.Trim();
    }
}

/// <summary>A test that fills a disk; skipped with the reason where none can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.Missing;
}
