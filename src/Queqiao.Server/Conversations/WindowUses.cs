using System.Globalization;

namespace Queqiao.Server.Conversations;

/// <summary>
/// What a channel's rules about writing are reckoned from: what the customer did last of each kind, and how many requests went out
/// since. Kept in the head as a short text (<c>m:1795334400000:2;follow:…:0</c>); the rules themselves are the channel's.
/// </summary>
internal static class WindowUses
{
    /// <summary>The customer wrote.</summary>
    public const string Message = "m";

    /// <param name="What">What the customer did.</param>
    /// <param name="At">Unix milliseconds.</param>
    /// <param name="Sent">Requests since.</param>
    internal readonly record struct Use(string What, long At, int Sent);

    public static IReadOnlyList<Use> Read(string? window)
    {
        if (string.IsNullOrEmpty(window))
            return [];
        var uses = new List<Use>(2);
        foreach (var part in window.Split(';'))
        {
            if (part.Split(':') is [var what, var at, var sent] && long.TryParse(at, CultureInfo.InvariantCulture, out var instant) && int.TryParse(sent, CultureInfo.InvariantCulture, out var count))
                uses.Add(new Use(what, instant, count));
        }
        return uses;
    }

    /// <param name="keep">False: the channel has no use for it.</param>
    public static string? Opened(string? window, string what, long at, bool keep = true)
    {
        if (!keep)
            return window;
        var uses = Read(window);
        // What comes late does not shorten what is open.
        return uses.Any(use => use.What == what && use.At >= at) ? window : Write([.. uses.Where(use => use.What != what), new Use(what, at, 0)]);
    }

    public static string? Used(string? window, int requests) =>
        requests == 0 || string.IsNullOrEmpty(window) ? window : Write([.. Read(window).Select(use => use with { Sent = use.Sent + requests })]);

    private static string Write(IReadOnlyList<Use> uses) =>
        string.Join(';', uses.Select(use => string.Create(CultureInfo.InvariantCulture, $"{use.What}:{use.At}:{use.Sent}")));
}
