using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything.</summary>
internal sealed record Priors(Logistic Ranking, Logistic Decision)
{
    /// <summary>Where answers stand beside the questions: learnt by <see cref="PriorTrainer"/> from our own questions to the demo shop (<c>queqiao eval priors</c>; docs/nlu.md).</summary>
    public static readonly Priors WithTexts = new(Logistic.Of(
        0.178, 1.481, -1.802, 0.446, -0.810, -0.009, 2.900, 0.397, -0.149, 0.134, -2.612, -0.102, -1.219,
        -0.247, 2.999, 3.209, 3.742, 0.711, -0.094, 0.755,
        1.197, -0.165, -1.191, 2.016, -0.863, 10.139, 4.137,
        -9.786), Logistic.Of(
        0.071, 0.051, 0.671, 0.267, 0.796, 0.089, 2.724, 0.259, 1.066, 0.135, -0.193, 0.287, 0.296, 1.433, -2.496, 0.433, 0.386, 0.419,
        0.266, 0.129, -0.543, 1.229, -0.932, 6.344, 1.738, 0.853, 1.017,
        -11.703));

    /// <summary>Where there are questions only, and many of them: by hand, every signal speaks for, more or less. The knowledge base teaches the rest.</summary>
    public static readonly Priors QuestionsOnly = new(Logistic.Of(
        0.5, 0.2, 2, 0.5, 0.5, 2.5, 0.8, 0.4, 0.6, 2, 0.3, 0, 1,
        1, 1, 1, 0.3, 1, -0.3, 0.8,
        0, 0, 0, 0, 0, 3, 0,
        -3), Logistic.Of(0.6, 0.4, 0.3, 0.8, 0.3, 1, 0.8, 0.2, 0.1, 0.1, 0, 0.3, 0.2, 0.2, 0.5, 0.8, -0.5, -0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1.5));
}
