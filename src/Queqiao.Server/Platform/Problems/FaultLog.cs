namespace Queqiao.Server.Platform.Problems;

/// <summary>
/// Exceptions in the log without their messages: those quote what they choked on (a name, a phone number).
/// Kinds and places are enough to find the fault.
/// </summary>
internal static class FaultLog
{
    /// <param name="log">Where to.</param>
    /// <param name="level">How bad.</param>
    /// <param name="fault">What happened.</param>
    /// <param name="what">A sentence of ours without personal data.</param>
    public static void Fault(this ILogger log, LogLevel level, Exception fault, string what) =>
        log.Log(level, "{What}: {Kinds}\n{Places}", what, Kinds(fault), Places(fault));

    public static string Kinds(Exception fault) => string.Join(" < ", Chain(fault).Select(e => e.GetType().FullName));

    public static string Places(Exception fault) => string.Join("\n", Chain(fault).Select(e => e.StackTrace));

    private static IEnumerable<Exception> Chain(Exception fault)
    {
        for (Exception? e = fault; e is not null; e = e.InnerException)
            yield return e;
    }
}
