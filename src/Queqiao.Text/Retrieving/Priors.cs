using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything. Set by hand: every signal speaks for, more or less.</summary>
internal static class Priors
{
    public static readonly Logistic Ranking = Logistic.Of(
        0.5, 0.2, 2, 0.5, 0.5, 2.5, 0.8, 0.4, 0.6, 2, 0.3, 0, 1,
        1, 1, 1, 0.3, 1, -0.3, 0.8,
        -3);

    public static readonly Logistic Decision = Logistic.Of(0.6, 0.4, 0.3, 0.8, 0.3, 1, 0.8, 0.2, 0.1, 0.1, 0, 0.3, 0.2, 0.2, 0.5, 0.8, -0.5, -0.5, -1.5);
}
