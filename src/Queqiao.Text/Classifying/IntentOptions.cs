using Queqiao.Text.Features;
using Queqiao.Text.Learning;

namespace Queqiao.Text.Classifying;

/// <summary>How an intent classifier is trained. One setting for all sets of short questions, another for reviews.</summary>
public sealed record IntentOptions
{
    /// <summary>Short questions of customers, any language.</summary>
    public static readonly IntentOptions Questions = new();

    /// <summary>Longer texts with an opinion.</summary>
    public static readonly IntentOptions Opinions = new()
    {
        Shape = new NGramShape(UnitsTo: 3, PartsTo: 4, Edges: false, Meant: true),
        Least = 1,
        Most = 1 << 18,
        Linear = new SoftmaxOptions(Epochs: 15, Rate: 1f, Decay: 1e-5f),
        Hidden = null,
        Ratios = new RatioOptions(),
    };

    /// <summary>Which n-grams are features.</summary>
    public NGramShape Shape { get; init; } = new(Meant: true, Kin: 1);

    /// <summary>N-grams of fewer texts are left out.</summary>
    public int Least { get; init; } = 1;

    /// <summary>No more than so many features.</summary>
    public int Most { get; init; } = 1 << 18;

    /// <summary>The linear half.</summary>
    public SoftmaxOptions Linear { get; init; } = new(Rate: 2, Decay: 2e-5f);

    /// <summary>The other half; null: none.</summary>
    public HiddenOptions? Hidden { get; init; } = new();

    /// <summary>Instead of the other half: what decides about opinions; null: none.</summary>
    public RatioOptions? Ratios { get; init; }

    /// <summary>Whether classes are left out in turn, to learn what a foreign question looks like. Not for sentiment, where nothing is foreign.</summary>
    public bool LearnsScope { get; init; } = true;

    /// <summary>Cores to be used. The result does not depend on it.</summary>
    public int Threads { get; init; } = Math.Min(2, Environment.ProcessorCount);
}
