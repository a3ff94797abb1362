using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything; learnt on openly licensed ones (docs/nlu.md).</summary>
internal static class Priors
{
    public static readonly Logistic Ranking = Logistic.Of(
        1, 0.5, 2, 1, 0.5, 2, 1, 0.5, 0.7, 2, 0.5, 0, 1,
        1.5, 1, 0.5, 0.5, 1, -0.5, 0.5,
        -4);

    public static readonly Logistic Decision = Logistic.Of(0.6, 0.4, 0.5, 1, 0.5, 1, 0.5, 0.5, 0.1, 0.2, 0, 0.5, 0.2, 0.2, 0.2, 1, -0.7, -0.7, -1.5);
}
