using System.Text.RegularExpressions;
using Queqiao.Server.Bot.Learning;

namespace Queqiao.Server.Bot.Model;

/// <summary>
/// Whether a sentence denies what its sources say or says what they deny: each clause is held against the clause that is most like it without
/// the words that deny, and must have as many of them. Unsure is refused: "7 天内" for "不超过 7 天" is not said either. Pure.
/// </summary>
internal static partial class Denials
{
    /// <param name="said">Answers only: a question ("支持退货吗") states nothing.</param>
    public static bool Agree(string sentence, string said)
    {
        var known = Clauses(said);
        return Clauses(sentence).All(clause => Agrees(clause, known));
    }

    private static bool Agrees(Clause clause, List<Clause> known)
    {
        var alike = known.Select(one => (one.Denied, Alike: Alike(clause.Pieces, one.Pieces))).ToList();
        var best = alike.Count == 0 ? 0 : alike.Max(one => one.Alike);
        return best > 0 ? alike.Any(one => one.Alike >= best && one.Denied == clause.Denied)
            : clause.Denied == 0 || known.Any(one => one.Denied > 0); // "No, …" of a source that denies
    }

    /// <param name="Denied">How many words of it deny.</param>
    private sealed record Clause(int Denied, HashSet<string> Pieces);

    private static List<Clause> Clauses(string text) =>
    [
        .. Breaks().Split(text).Select(part => Neutral().Replace(part, " ")).Where(part => part.Any(char.IsLetterOrDigit))
            .Select(part => new Clause(Words().Count(part), Heaps.PiecesOf(Words().Replace(part, "")))),
    ];

    private static double Alike(HashSet<string> one, HashSet<string> other) =>
        one.Count == 0 || other.Count == 0 ? 0 : 2.0 * one.Count(other.Contains) / (one.Count + other.Count);

    [GeneratedRegex(@"[。！？；，：…\r\n!?;]|[.,:](?!\d)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Breaks();

    /// <summary>What only looks as if it denied: politeness, comparisons, questions, names of things.</summary>
    [GeneratedRegex(@"对不起|不好意思|带来不便|差不多|不仅|不但|不只|不过|不论|不管|不同|不错|不断|不久|不少|不妨|无论|无理由|无线|无忧|未来|有没有|(\p{IsCJKUnifiedIdeographs})不\1|\bnot only\b|\bno matter\b|\bno problem\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Neutral();

    [GeneratedRegex(@"不|没有|没|未|无|勿|禁止|谢绝|拒绝|(?<![是除])非(?![常洲])|\b(?:not|never|no|none|nobody|nothing|neither|nor|without|unable|prohibited|forbidden)\b|\bcan(?:not\b|['’]?t\b)|(?<!\bcan)n['’]t\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Words();
}
