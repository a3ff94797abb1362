using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>What to believe before a knowledge base has taught anything.</summary>
internal sealed record Priors(Logistic Ranking, Logistic Decision)
{
    /// <summary>Where answers stand beside the questions: learnt by <see cref="PriorTrainer"/> from our own questions to the demo shop (<c>queqiao eval priors</c>; docs/nlu.md).</summary>
    public static readonly Priors WithTexts = new(Logistic.Of(
        0.802, 0.866, -0.187, -0.096, -0.333, 0.062, 2.419, 0.406, -0.158, 0.084, -3.563, 0.144, -0.551,
        -0.162, 2.213, 2.480, 2.820, 0.812, -0.031, 0.708,
        1.010, 0.324, -0.595, 1.616, -0.718, 11.814, 5.556,
        -11.989), Logistic.Of(
        0.103, 0.131, 0.084, 0.064, 0.448, 0.192, 3.103, 0.431, 1.196, 0.162, 0.009, 0.148, 0.260, 0.789, -2.117, 0.332, 0.522, 0.393,
        0.592, 0.082, -1.025, 1.171, -0.769, 8.280, 2.137, 1.863, -0.109,
        -12.296));

    /// <summary>Where there are questions only, and many of them: by hand, every signal speaks for, more or less. The knowledge base teaches the rest.</summary>
    public static readonly Priors QuestionsOnly = new(Logistic.Of(
        0.5, 0.2, 2, 0.5, 0.5, 2.5, 0.8, 0.4, 0.6, 2, 0.3, 0, 1,
        1, 1, 1, 0.3, 1, -0.3, 0.8,
        0, 0, 0, 0, 0, 3, 0,
        -3), Logistic.Of(0.6, 0.4, 0.3, 0.8, 0.3, 1, 0.8, 0.2, 0.1, 0.1, 0, 0.3, 0.2, 0.2, 0.5, 0.8, -0.5, -0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1.5));
}
