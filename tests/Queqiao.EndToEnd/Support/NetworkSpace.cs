using System.Diagnostics;
using System.Globalization;

namespace Queqiao.EndToEnd.Support;

/// <summary>A network of its own for one process (Linux namespaces and a virtual cable, which may be cut). Needs root.</summary>
internal sealed class NetworkSpace : IDisposable
{
    private NetworkSpace(string name, int third) => (Name, Outside, Inside) = (name, $"10.213.{third}.1", $"10.213.{third}.2");

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing { get; } = !Environment.IsPrivilegedProcess ? "Not root: no network namespaces; the cut of a node from the network is not tested."
        : !Try("ip", "netns", "list") ? "No ip netns (Debian: apt-get install iproute2); the cut of a node from the network is not tested." : null;

    public string Name { get; }

    /// <summary>The machine, seen from within.</summary>
    public string Outside { get; }

    /// <summary>The process, seen from the machine.</summary>
    public string Inside { get; }

    public static NetworkSpace Create()
    {
        var third = Environment.ProcessId % 250;
        var space = new NetworkSpace("queqiao" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture), third);
        var (here, there) = ("qqa" + third, "qqb" + third);
        Ip("netns", "add", space.Name);
        Ip("link", "add", here, "type", "veth", "peer", "name", there);
        Ip("link", "set", there, "netns", space.Name);
        Ip("addr", "add", space.Outside + "/30", "dev", here);
        Ip("link", "set", here, "up");
        Ip("netns", "exec", space.Name, "ip", "addr", "add", space.Inside + "/30", "dev", there);
        Ip("netns", "exec", space.Name, "ip", "link", "set", there, "up");
        Ip("netns", "exec", space.Name, "ip", "link", "set", "lo", "up");
        space._cable = here;
        return space;
    }

    private string _cable = "";

    /// <summary>Nothing arrives any more, and nobody is told.</summary>
    public void Cut() => Ip("link", "set", _cable, "down");

    public void Mend() => Ip("link", "set", _cable, "up");

    private static void Ip(params string[] arguments)
    {
        if (!Try("ip", arguments))
            throw new InvalidOperationException("ip " + string.Join(' ', arguments));
    }

    private static bool Try(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Try("ip", "link", "del", _cable);
        Try("ip", "netns", "del", Name);
    }
}
