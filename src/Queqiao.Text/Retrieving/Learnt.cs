using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Text.Retrieving;

/// <summary>How a finder ranks and when it answers, learnt from a knowledge base. Good for exactly that one (<see cref="DigestOf"/>).</summary>
/// <param name="Ranking">Weights of the ranking, the bias last.</param>
/// <param name="Decision">Weights of the decision to answer, the bias last.</param>
public sealed record Learnt(IReadOnlyList<double> Ranking, IReadOnlyList<double> Decision)
{
    /// <summary>Raised whenever the same knowledge would teach something else: signals, features, trials, sentence vectors.</summary>
    private const int Format = 6;

    /// <summary>Whether this version can use it.</summary>
    public bool Fits => Ranking.Count == Priors.WithTexts.Ranking.Weights.Count && Decision.Count == Priors.WithTexts.Decision.Weights.Count;

    /// <summary>
    /// Stands for everything that is learnt from: wordings and texts, and what means the same. What entries are called and in which order they
    /// stand does not count, here nor in what is learnt (<see cref="InOrder"/>). Equal digests, equal finders.
    /// </summary>
    public static string DigestOf(IReadOnlyList<KnowledgeEntry> entries, IReadOnlyList<string> synonyms)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(synonyms);
        var lines = entries.Select(entry => HashOf(string.Join('\u0001', entry.Questions) + "\u0002" + (entry.Text ?? "\u0003"))).Order(StringComparer.Ordinal)
            .Concat(synonyms.Order(StringComparer.Ordinal));
        return HashOf($"{Format} {entries.Count} {synonyms.Count}\n{string.Join('\n', lines)}");
    }

    /// <summary>The order in which entries are learnt, however they come.</summary>
    internal static IReadOnlyList<KnowledgeEntry> InOrder(IReadOnlyList<KnowledgeEntry> entries) =>
        [.. entries.OrderBy(entry => string.Join('\u0001', entry.Questions), StringComparer.Ordinal).ThenBy(entry => entry.Text, StringComparer.Ordinal).ThenBy(entry => entry.Id, StringComparer.Ordinal)];

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
