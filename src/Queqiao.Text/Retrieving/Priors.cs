using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything.</summary>
internal sealed record Priors(Logistic Ranking, Logistic Decision)
{
    /// <summary>Where answers stand beside the questions: learnt by <see cref="PriorTrainer"/> from our own questions to the demo shop (<c>queqiao eval priors</c>; docs/nlu.md).</summary>
    public static readonly Priors WithTexts = new(Logistic.Of(
        0.214, 0.857, -1.258, -0.186, -0.522, -0.577, 2.273, 0.240, -0.104, 0.304, -3.261, -0.058, -0.029,
        -0.374, 2.953, 2.296, 2.904, 0.917, 0.140, 0.817,
        0.023, 0.121, -0.705, 1.336, -0.671, 13.721, 6.709,
        -12.868), Logistic.Of(
        0.123, -0.022, -0.491, 0.773, 0.759, 0.095, 3.542, 0.356, 0.975, 0.221, -0.139, 0.217, 0.331, 0.277, -1.542, 0.670, 0.468, 0.542,
        0.044, -0.301, -0.936, 0.854, -0.932, 8.290, 2.972, 1.388, 0.232,
        -12.397));

    /// <summary>Where there are questions only, and many of them: by hand, every signal speaks for, more or less. The knowledge base teaches the rest.</summary>
    public static readonly Priors QuestionsOnly = new(Logistic.Of(
        0.5, 0.2, 2, 0.5, 0.5, 2.5, 0.8, 0.4, 0.6, 2, 0.3, 0, 1,
        1, 1, 1, 0.3, 1, -0.3, 0.8,
        0, 0, 0, 0, 0, 3, 0,
        -3), Logistic.Of(0.6, 0.4, 0.3, 0.8, 0.3, 1, 0.8, 0.2, 0.1, 0.1, 0, 0.3, 0.2, 0.2, 0.5, 0.8, -0.5, -0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1.5));
}
