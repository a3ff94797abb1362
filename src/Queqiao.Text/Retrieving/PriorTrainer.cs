using Queqiao.Text.Learning;

namespace Queqiao.Text.Retrieving;

/// <summary>
/// Learns from customers' questions to several knowledge bases what to believe before another one has taught anything: how to rank (the
/// right entry before the others of its question) and when to answer. Deterministic. <see cref="Priors"/> holds what came out.
/// </summary>
public static class PriorTrainer
{
    private const int Others = 12;
    private const int Steps = 800;
    private const double Pull = 0.005;

    // To answer what nothing answers is worse than to miss an answer.
    private const double WeightOfForeign = 2;

    /// <summary>Learns.</summary>
    /// <param name="asked">Questions and the finder they were asked of; a question without entries has no answer there.</param>
    public static Learnt Learn(IReadOnlyList<(Finder Finder, LabelledQuestion Question)> asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var rows = asked.Select(one =>
        {
            var query = Phrase.Of(one.Question.Text, one.Finder.Index.Meanings);
            var candidates = one.Finder.Candidates(query, one.Question.Text);
            Finder.Rank(candidates, one.Finder.Ranking);
            return (Query: query, one.Finder, Candidates: candidates, one.Question.Entries);
        }).Where(row => row.Candidates.Count > 0).ToList();
        var ranking = Ranking([.. rows.Where(row => row.Entries.Count > 0).Select(row => (Compared: row.Candidates.Take(Others).ToList(), row.Entries))
            .Select(row => (row.Compared.ConvertAll(one => one.Signals), row.Compared.ConvertAll(one => row.Entries.Contains(one.Id))))]);
        var (signals, answers, weights) = (new List<double[]>(), new List<bool>(), new List<double>());
        foreach (var row in rows)
        {
            Finder.Rank(row.Candidates, ranking);
            var said = new double[Finder.DecisionSignals];
            Finder.Decide(row.Query, row.Candidates, row.Finder.Index, [], said);
            signals.Add(said);
            answers.Add(row.Entries.Contains(row.Candidates[0].Id));
            weights.Add(row.Entries.Count == 0 ? WeightOfForeign : 1);
        }
        return new Learnt(ranking.Weights, Logistic.Train(signals, answers, 0.01 * rows.Count, weights).Weights);
    }

    /// <summary>A softmax over the candidates of each question, by small steps (Adam), and the bias that makes its logits probabilities of a row.</summary>
    private static Logistic Ranking(List<(List<double[]> Signals, List<bool> IsRight)> rows)
    {
        var width = Candidate.Count;
        var (mean, spread) = Moments([.. rows.SelectMany(row => row.Signals)], width);
        var (weights, first, second) = (new double[width], new double[width], new double[width]);
        for (var step = 1; step <= Steps; step++)
        {
            var slope = new double[width];
            foreach (var (signals, isRight) in rows)
                Slope(signals, isRight, weights, mean, spread, slope);
            for (var i = 0; i < width; i++)
            {
                var by = slope[i] / rows.Count + Pull * weights[i];
                first[i] = 0.9 * first[i] + 0.1 * by;
                second[i] = 0.999 * second[i] + 0.001 * by * by;
                weights[i] -= 0.02 * (first[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
            }
        }
        var plain = weights.Select((weight, i) => weight / spread[i]).ToArray();
        return Logistic.Of([.. plain, Bias(rows, plain)]);
    }

    private static void Slope(List<double[]> signals, List<bool> isRight, double[] weights, double[] mean, double[] spread, double[] slope)
    {
        var logits = signals.ConvertAll(row => row.Select((value, i) => weights[i] * (value - mean[i]) / spread[i]).Sum());
        var top = logits.Max();
        double all = 0, right = 0;
        for (var k = 0; k < logits.Count; k++)
        {
            logits[k] = Math.Exp(logits[k] - top);
            all += logits[k];
            right += isRight[k] ? logits[k] : 0;
        }
        if (right == 0)
            return;
        for (var k = 0; k < logits.Count; k++)
        {
            var by = logits[k] / all - (isRight[k] ? logits[k] / right : 0);
            for (var i = 0; i < slope.Length; i++)
                slope[i] += by * (signals[k][i] - mean[i]) / spread[i];
        }
    }

    private static double Bias(List<(List<double[]> Signals, List<bool> IsRight)> rows, double[] weights)
    {
        var logits = rows.SelectMany(row => row.Signals.Select((signals, k) => (Logit: signals.Select((value, i) => weights[i] * value).Sum(), IsRight: row.IsRight[k]))).ToList();
        var (low, high) = (-60.0, 60.0);
        for (var turn = 0; turn < 60; turn++)
        {
            var bias = (low + high) / 2;
            var tooMuch = logits.Sum(one => 1 / (1 + Math.Exp(-one.Logit - bias)) - (one.IsRight ? 1 : 0));
            (low, high) = tooMuch > 0 ? (low, bias) : (bias, high);
        }
        return low;
    }

    private static (double[] Mean, double[] Spread) Moments(List<double[]> rows, int width)
    {
        var mean = new double[width];
        var spread = new double[width];
        for (var i = 0; i < width; i++)
        {
            mean[i] = rows.Average(row => row[i]);
            spread[i] = Math.Sqrt(rows.Average(row => (row[i] - mean[i]) * (row[i] - mean[i]))) + 1e-9;
        }
        return (mean, spread);
    }
}
