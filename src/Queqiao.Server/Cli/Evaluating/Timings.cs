using System.Diagnostics;
using System.Text.Json;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>How long training and predicting took, as one JSON line.</summary>
internal sealed class Timings(string what)
{
    private const int Singles = 200;
    private double _train, _single, _batch;

    /// <summary>How many features the model has.</summary>
    public int Features { get; set; }

    public T Train<T>(Func<T> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = work();
        _train = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return result;
    }

    /// <summary>Predicts everything; the first ones one by one, to know what a single prediction takes.</summary>
    public List<TOut> Predict<TIn, TOut>(IReadOnlyList<TIn> inputs, Func<TIn, TOut> work)
    {
        var started = Stopwatch.GetTimestamp();
        var results = inputs.Select(work).ToList();
        _batch = inputs.Count / Math.Max(1e-9, Stopwatch.GetElapsedTime(started).TotalSeconds);
        var singles = inputs.Take(Singles).ToList();
        var times = new List<double>();
        foreach (var input in singles)
        {
            var one = Stopwatch.GetTimestamp();
            work(input);
            times.Add(Stopwatch.GetElapsedTime(one).TotalSeconds);
        }
        _single = times.Count == 0 ? 0 : 1 / Math.Max(1e-9, times.Order().ElementAt(times.Count / 2));
        return results;
    }

    public string Line() => JsonSerializer.Serialize(new
    {
        eval = what,
        train_seconds = Math.Round(_train, 3),
        single_per_second = Math.Round(_single),
        batch_per_second = Math.Round(_batch),
        peak_memory_mb = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
        features = Features,
    });
}
