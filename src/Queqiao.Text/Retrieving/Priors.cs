using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything.</summary>
internal sealed record Priors(Logistic Ranking, Logistic Decision)
{
    /// <summary>Where answers stand beside the questions: learnt by <see cref="PriorTrainer"/> from our own questions to the demo shop (<c>queqiao eval priors</c>; docs/nlu.md).</summary>
    public static readonly Priors WithTexts = new(Logistic.Of(
        0.473, 0.814, 1.962, -0.347, -0.100, -0.562, 3.430, 0.568, -0.093, 0.031, -4.372, 0.311, -1.220,
        0.177, 6.745, 3.584, 5.625, 0.658, -0.291, 0.763,
        1.060, 1.865, -0.255, 2.573, -1.289,
        -6.189), Logistic.Of(
        0.046, 0.114, 1.828, -0.178, 0.461, 0.038, 1.912, 0.556, -0.038, 0.207, -0.118, 0.026, 0.399, 2.242, -1.916, 0.771, 0.614, -0.199,
        0.956, 3.276, 0.366, 3.442, 0.108, 1.600,
        -9.746));

    /// <summary>Where there are questions only, and many of them: by hand, every signal speaks for, more or less. The knowledge base teaches the rest.</summary>
    public static readonly Priors QuestionsOnly = new(Logistic.Of(
        0.5, 0.2, 2, 0.5, 0.5, 2.5, 0.8, 0.4, 0.6, 2, 0.3, 0, 1,
        1, 1, 1, 0.3, 1, -0.3, 0.8,
        0, 0, 0, 0, 0,
        -3), Logistic.Of(0.6, 0.4, 0.3, 0.8, 0.3, 1, 0.8, 0.2, 0.1, 0.1, 0, 0.3, 0.2, 0.2, 0.5, 0.8, -0.5, -0.5, 0, 0, 0, 0, 0, 0, -1.5));
}
