using System.Globalization;

namespace Queqiao.Bench.Measures;

/// <summary>What Linux says about a process (proc(5)).</summary>
internal static class Proc
{
    /// <summary>USER_HZ: the unit of times in /proc/PID/stat, 100 on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of the process, in seconds.</summary>
    public static double CpuSeconds(int pid)
    {
        var fields = Stat(pid);
        return (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
    }

    /// <summary>The same of a process, its children, and those of its children that are gone.</summary>
    public static double CpuSecondsWithChildren(int pid)
    {
        var own = Stat(pid);
        var ticks = Number(own[11]) + Number(own[12]) + Number(own[13]) + Number(own[14]);
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var child) || child == pid)
                continue;
            try
            {
                var fields = Stat(child);
                if (Number(fields[1]) == pid)
                    ticks += Number(fields[11]) + Number(fields[12]);
            }
            catch (IOException)
            {
                // ended while we looked
            }
        }
        return ticks / TicksPerSecond;
    }

    /// <param name="pid">The process.</param>
    /// <param name="name">A line of /proc/PID/status in kB: VmHWM, VmRSS, RssAnon.</param>
    /// <returns>Bytes.</returns>
    public static long Status(int pid, string name) => Line($"/proc/{pid}/status", name);

    /// <summary>Bytes that would be free if the process were not there.</summary>
    public static long PrivateBytes(int pid)
    {
        var file = $"/proc/{pid}/smaps_rollup";
        return Line(file, "Private_Clean") + Line(file, "Private_Dirty");
    }

    private static long Line(string file, string name)
    {
        var line = File.ReadLines(file).FirstOrDefault(text => text.StartsWith(name + ":", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{file} says no {name}.");
        return Number(line[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim()) * 1024;
    }

    /// <summary>The fields after the name of the program, which may hold blanks: [0] state, [1] parent, [11] utime, [12] stime, [13] cutime, [14] cstime.</summary>
    private static string[] Stat(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
