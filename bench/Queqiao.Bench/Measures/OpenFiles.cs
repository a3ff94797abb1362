using System.Runtime.InteropServices;

namespace Queqiao.Bench.Measures;

/// <summary>Every socket is an open file, here and in the server, which inherits the limit.</summary>
internal static partial class OpenFiles
{
    private const int NumberOfFiles = 7; // RLIMIT_NOFILE on Linux
    private const ulong Others = 500;

    /// <exception cref="InvalidOperationException">Only an administrator may allow so many.</exception>
    public static void Allow(int sockets)
    {
        var needed = (ulong)sockets + Others;
        if (getrlimit(NumberOfFiles, out var limit) == 0 && limit.Soft >= needed)
            return;
        var wanted = new Limit { Soft = needed, Hard = Math.Max(needed, limit.Hard) };
        if (setrlimit(NumberOfFiles, in wanted) != 0)
            throw new InvalidOperationException($"{needed} open files are needed, {limit.Hard} are allowed: raise the limit (ulimit -Hn, limits.conf) or ask for fewer sockets.");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

#pragma warning disable IDE1006, SYSLIB1092, CA5392 // the C library's own names
    [LibraryImport("libc", SetLastError = true)]
    private static partial int getrlimit(int resource, out Limit limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, in Limit limit);
#pragma warning restore IDE1006, SYSLIB1092, CA5392
}
