using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything.</summary>
internal sealed record Priors(Logistic Ranking, Logistic Decision)
{
    /// <summary>Where answers stand beside the questions: learnt by <see cref="PriorTrainer"/> from our own questions to the demo shop (<c>queqiao eval priors</c>; docs/nlu.md).</summary>
    public static readonly Priors WithTexts = new(Logistic.Of(
        0.223, 0.551, -1.481, 0.201, -0.581, -0.125, 2.443, 0.345, -0.059, 0.221, -3.054, -0.128, 0.134,
        -0.309, 3.080, 1.662, 2.819, 0.716, 0.296, 0.733,
        0.192, 0.258, -1.200, 1.439, -0.748, 14.016, 6.442,
        -13.303), Logistic.Of(
        0.125, 0.015, -0.343, 0.775, 0.681, 0.166, 3.315, 0.356, 1.135, 0.203, -0.114, 0.099, 0.263, 0.046, -1.960, 0.544, 0.402, 0.490,
        -0.025, -0.473, -0.595, 1.045, -1.017, 8.382, 2.237, 1.410, -0.188,
        -11.498));

    /// <summary>Where there are questions only, and many of them: by hand, every signal speaks for, more or less. The knowledge base teaches the rest.</summary>
    public static readonly Priors QuestionsOnly = new(Logistic.Of(
        0.5, 0.2, 2, 0.5, 0.5, 2.5, 0.8, 0.4, 0.6, 2, 0.3, 0, 1,
        1, 1, 1, 0.3, 1, -0.3, 0.8,
        0, 0, 0, 0, 0, 3, 0,
        -3), Logistic.Of(0.6, 0.4, 0.3, 0.8, 0.3, 1, 0.8, 0.2, 0.1, 0.1, 0, 0.3, 0.2, 0.2, 0.5, 0.8, -0.5, -0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1.5));
}
