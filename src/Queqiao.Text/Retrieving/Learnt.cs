using System.Security.Cryptography;
using System.Text;

namespace Queqiao.Text.Retrieving;

/// <summary>How a finder ranks and when it answers, learnt from a knowledge base. Good for exactly that one (<see cref="DigestOf"/>).</summary>
/// <param name="Ranking">Weights of the ranking, the bias last.</param>
/// <param name="Decision">Weights of the decision to answer, the bias last.</param>
public sealed record Learnt(IReadOnlyList<double> Ranking, IReadOnlyList<double> Decision)
{
    /// <summary>Raised whenever the same knowledge would teach something else: signals, features, trials.</summary>
    private const int Format = 1;

    /// <summary>Whether this version can use it.</summary>
    public bool Fits => Ranking.Count == Priors.Ranking.Weights.Count && Decision.Count == Priors.Decision.Weights.Count;

    /// <summary>Stands for everything that is learnt from: wordings and texts in their order, and what means the same. Names of entries do not count.</summary>
    public static string DigestOf(IReadOnlyList<KnowledgeEntry> entries, IReadOnlyList<string> synonyms)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(synonyms);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text, char end)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([(byte)end]);
        }
        Add($"{Format} {entries.Count} {synonyms.Count}", '\0');
        foreach (var entry in entries)
        {
            foreach (var question in entry.Questions)
                Add(question, '\u0001');
            Add(entry.Text ?? "\u0003", '\u0002');
        }
        foreach (var line in synonyms)
            Add(line, '\0');
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
