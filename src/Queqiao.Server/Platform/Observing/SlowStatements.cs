using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Queqiao.Server.Platform.Observing;

/// <summary>A statement that took long, without what it was asked with.</summary>
/// <param name="Text">Literals are question marks, parameters their names.</param>
/// <param name="Total">Milliseconds of all its slow runs.</param>
/// <param name="LastAt">Unix milliseconds.</param>
internal sealed record SlowStatement(string Text, long Times, double Total, double Longest, long LastAt);

/// <summary>The statements of this process that took longer than <see cref="Limit"/>, since it started.</summary>
internal static partial class SlowStatements
{
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private const int Most = 200;
    private const int LongestText = 2000;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, SlowStatement> Seen = [];

    public static void Note(string text, TimeSpan took)
    {
        if (took < Limit)
            return;
        text = Shape(text);
        var (ms, now) = (took.TotalMilliseconds, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        lock (Gate)
        {
            var known = Seen.GetValueOrDefault(text) ?? new SlowStatement(text, 0, 0, 0, now);
            Seen[text] = known with { Times = known.Times + 1, Total = known.Total + ms, Longest = Math.Max(known.Longest, ms), LastAt = now };
            if (Seen.Count > Most)
                Seen.Remove(Seen.Values.MinBy(one => one.LastAt)!.Text);
        }
    }

    /// <summary>What cost most first.</summary>
    public static IReadOnlyList<SlowStatement> Worst(int most)
    {
        lock (Gate)
            return [.. Seen.Values.OrderByDescending(one => one.Total).Take(most)];
    }

    /// <summary>The statement without values: what somebody wrote must not show here, and the same statement must be one line.</summary>
    internal static string Shape(string text)
    {
        text = Literal().Replace(text, "?");
        text = Number().Replace(text, "?");
        text = Many().Replace(Space().Replace(text, " "), "…");
        return text.Length <= LongestText ? text.Trim() : text[..LongestText].Trim() + "…";
    }

    [GeneratedRegex("'(?:[^']|'')*'", RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?<![\w$@])\d+(?:\.\d+)?", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    [SuppressMessage("Performance", "MA0009", Justification = "linear: no nested repetition")]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Space();

    /// <summary>A list of parameters or literals: however many there are.</summary>
    [GeneratedRegex(@"(?:[@$]\w+|\?)(?:, (?:[@$]\w+|\?))+", RegexOptions.NonBacktracking)]
    private static partial Regex Many();
}
