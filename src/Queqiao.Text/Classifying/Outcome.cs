namespace Queqiao.Text.Classifying;

/// <summary>What a blend made of a text that it had not seen.</summary>
internal sealed class Outcome
{
    private readonly float[] _logits;

    private Outcome(float[] logits, double[] signals, int label, bool isRight)
    {
        _logits = logits;
        Signals = signals;
        Label = label;
        IsRight = isRight;
    }

    public double[] Signals { get; }

    /// <summary>Below zero: none that the blend knows.</summary>
    public int Label { get; }

    public bool IsForeign => Label < 0;

    public bool IsRight { get; }

    public static Outcome Of(Blend blend, string text, int label)
    {
        var probabilities = new float[blend.Classes];
        var signals = new double[Blend.Signals];
        var best = blend.Read(text, 1, probabilities, signals);
        for (var i = 0; i < probabilities.Length; i++)
            probabilities[i] = MathF.Log(Math.Max(probabilities[i], 1e-20f));
        return new Outcome(probabilities, signals, label, best == label);
    }

    public double LogLikelihood(double temperature) => _logits[Label] / temperature - LogSum(temperature);

    /// <summary>The two signals that depend on the temperature, at the one that was found.</summary>
    public void Cool(float temperature)
    {
        var sum = LogSum(temperature);
        double best = double.NegativeInfinity, next = double.NegativeInfinity;
        foreach (var logit in _logits)
        {
            var p = logit / temperature - sum;
            if (p > best)
                (best, next) = (p, best);
            else if (p > next)
                next = p;
        }
        var top = Math.Exp(best);
        Signals[7] = Math.Log(Math.Max(top, 1e-6) / Math.Max(1 - top, 1e-6));
        Signals[8] = Math.Log(Math.Max(top, 1e-6) / Math.Max(Math.Exp(next), 1e-6));
    }

    private double LogSum(double temperature)
    {
        double sum = 0;
        foreach (var logit in _logits)
            sum += Math.Exp(logit / temperature); // at most zero each
        return Math.Log(sum);
    }
}
