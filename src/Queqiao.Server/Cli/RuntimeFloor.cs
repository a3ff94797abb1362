namespace Queqiao.Server.Cli;

/// <summary>The .NET runtimes that may serve. Below the floor, cookies can be forged (CVE-2026-40372).</summary>
internal static class RuntimeFloor
{
    public static readonly Version Least = new(10, 0, 7);

    /// <summary>The patch that was current when this version was made.</summary>
    public static readonly Version Current = new(10, 0, 12);

    /// <summary>Complains about an old runtime; false when it must not be used.</summary>
    public static bool Check(Version runtime, Terminal terminal)
    {
        if (runtime < Least)
        {
            terminal.Complain("cli_runtime_refused", runtime, Least);
            return false;
        }
        if (runtime < Current)
            terminal.Complain("cli_runtime_old", runtime, Current);
        return true;
    }
}
