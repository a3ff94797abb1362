namespace Queqiao.Text.Learning;

/// <summary>Logistic regression over a few dense numbers: turns scores into probabilities. For any number of threads once trained.</summary>
public sealed class Logistic
{
    private readonly double[] _weights; // the last one is the bias

    private Logistic(double[] weights) => _weights = weights;

    /// <summary>Weights known beforehand; the last one is the bias.</summary>
    public static Logistic Of(params double[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new Logistic([.. weights]);
    }

    /// <summary>The weights, the bias last.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>The probability.</summary>
    public double Probability(ReadOnlySpan<double> values) => 1 / (1 + Math.Exp(-Logit(values)));

    /// <summary>The logit.</summary>
    public double Logit(ReadOnlySpan<double> values)
    {
        var sum = _weights[^1];
        for (var i = 0; i < values.Length; i++)
            sum += _weights[i] * values[i];
        return sum;
    }

    /// <summary>Trains by Newton's method on standardised numbers, pulled towards zero or towards what is known already. Deterministic.</summary>
    /// <param name="rows">Numbers of each example; all of one length.</param>
    /// <param name="answers">Whether it was so.</param>
    /// <param name="penalty">Strength of the pull; a row weighs one.</param>
    /// <param name="importance">What a row weighs.</param>
    /// <param name="prior">Weights to start from and to be pulled to.</param>
    public static Logistic Train(IReadOnlyList<double[]> rows, IReadOnlyList<bool> answers, double penalty = 1, IReadOnlyList<double>? importance = null, Logistic? prior = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(answers);
        var width = rows[0].Length;
        var (mean, spread) = Moments(rows, width);
        var to = new double[width + 1];
        if (prior is not null)
        {
            to[width] = prior._weights[^1];
            for (var i = 0; i < width; i++)
            {
                to[i] = prior._weights[i] * spread[i];
                to[width] += prior._weights[i] * mean[i];
            }
        }
        var weights = (double[])to.Clone();
        var loss = Loss(rows, answers, importance, mean, spread, weights, to, penalty);
        for (var turn = 0; turn < 30; turn++)
        {
            var step = Array.ConvertAll(Step(rows, answers, importance, mean, spread, weights, to, penalty), by => Math.Clamp(by, -4, 4));
            // Where what is believed beforehand is far off, a whole step goes too far: half of it then, and half again.
            for (var share = 1.0; share > 1e-3; share /= 2)
            {
                double[] next = [.. weights.Select((weight, i) => weight - share * step[i])];
                var left = Loss(rows, answers, importance, mean, spread, next, to, penalty);
                if (left > loss)
                    continue;
                (weights, loss) = (next, left);
                break;
            }
            if (step.Sum(Math.Abs) < 1e-6)
                break;
        }
        for (var i = 0; i < width; i++)
        {
            weights[i] /= spread[i];
            weights[width] -= weights[i] * mean[i];
        }
        return new Logistic(weights);
    }

    internal void Write(BinaryWriter to)
    {
        to.Write(_weights.Length);
        foreach (var weight in _weights)
            to.Write(weight);
    }

    internal static Logistic Read(BinaryReader from)
    {
        var weights = new double[from.ReadInt32()];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = from.ReadDouble();
        return new Logistic(weights);
    }

    private static (double[] Mean, double[] Spread) Moments(IReadOnlyList<double[]> rows, int width)
    {
        var (mean, spread) = (new double[width], new double[width]);
        foreach (var row in rows)
        {
            for (var i = 0; i < width; i++)
                mean[i] += row[i] / rows.Count;
        }
        foreach (var row in rows)
        {
            for (var i = 0; i < width; i++)
                spread[i] += (row[i] - mean[i]) * (row[i] - mean[i]) / rows.Count;
        }
        for (var i = 0; i < width; i++)
            spread[i] = spread[i] < 1e-12 ? 1 : Math.Sqrt(spread[i]);
        return (mean, spread);
    }

    /// <summary>What is to become least: surprise at the answers, and distance from what was believed.</summary>
    private static double Loss(IReadOnlyList<double[]> rows, IReadOnlyList<bool> answers, IReadOnlyList<double>? importance, double[] mean, double[] spread, double[] weights, double[] to, double penalty)
    {
        var (loss, n) = (0.0, weights.Length);
        for (var row = 0; row < rows.Count; row++)
        {
            var logit = weights[n - 1];
            for (var i = 0; i < n - 1; i++)
                logit += weights[i] * (rows[row][i] - mean[i]) / spread[i];
            var against = answers[row] ? -logit : logit;
            loss += (importance?[row] ?? 1) * (Math.Max(0, against) + Math.Log(1 + Math.Exp(-Math.Abs(against))));
        }
        for (var i = 0; i < n; i++)
            loss += (i == n - 1 ? 1e-3 : penalty) / 2 * (weights[i] - to[i]) * (weights[i] - to[i]);
        return loss;
    }

    private static double[] Step(IReadOnlyList<double[]> rows, IReadOnlyList<bool> answers, IReadOnlyList<double>? importance, double[] mean, double[] spread, double[] weights, double[] to, double penalty)
    {
        var n = weights.Length;
        var gradient = new double[n];
        var curve = new double[n, n];
        var x = new double[n];
        x[n - 1] = 1;
        for (var row = 0; row < rows.Count; row++)
        {
            var logit = weights[n - 1];
            for (var i = 0; i < n - 1; i++)
            {
                x[i] = (rows[row][i] - mean[i]) / spread[i];
                logit += weights[i] * x[i];
            }
            var p = 1 / (1 + Math.Exp(-logit));
            var weight = importance?[row] ?? 1;
            var (error, slope) = (weight * (p - (answers[row] ? 1 : 0)), weight * Math.Max(1e-6, p * (1 - p)));
            for (var i = 0; i < n; i++)
            {
                gradient[i] += error * x[i];
                for (var j = 0; j <= i; j++)
                    curve[i, j] += slope * x[i] * x[j];
            }
        }
        for (var i = 0; i < n; i++)
        {
            var pull = i == n - 1 ? 1e-3 : penalty;
            gradient[i] += pull * (weights[i] - to[i]);
            curve[i, i] += pull + 1e-9;
        }
        return Solve(curve, gradient);
    }

    /// <summary>By Cholesky's decomposition of a symmetric positive matrix, of which the lower half is given.</summary>
    internal static double[] Solve(double[,] matrix, double[] right)
    {
        var n = right.Length;
        for (var j = 0; j < n; j++)
        {
            for (var k = 0; k < j; k++)
                matrix[j, j] -= matrix[j, k] * matrix[j, k];
            matrix[j, j] = Math.Sqrt(Math.Max(matrix[j, j], 1e-12));
            for (var i = j + 1; i < n; i++)
            {
                for (var k = 0; k < j; k++)
                    matrix[i, j] -= matrix[i, k] * matrix[j, k];
                matrix[i, j] /= matrix[j, j];
            }
        }
        var solution = (double[])right.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++)
                solution[i] -= matrix[i, k] * solution[k];
            solution[i] /= matrix[i, i];
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++)
                solution[i] -= matrix[k, i] * solution[k];
            solution[i] /= matrix[i, i];
        }
        return solution;
    }
}
