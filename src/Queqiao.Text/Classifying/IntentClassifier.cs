using Queqiao.Text.Learning;

namespace Queqiao.Text.Classifying;

/// <summary>What a text was taken for.</summary>
/// <param name="Label">The most likely class, whether the text is in scope or not.</param>
/// <param name="Score">How likely it is that the label is right.</param>
/// <param name="InScope">How likely it is that the text belongs to any of the classes.</param>
/// <param name="IsRefused">So unlikely to be in scope that it should not be answered.</param>
public readonly record struct Classification(string Label, double Score, double InScope, bool IsRefused);

/// <summary>One class, and how likely it is.</summary>
public readonly record struct LabelChance(string Label, float Probability);

/// <summary>Tells which intent a text has, how sure that is, and whether it is any of them. For any number of threads.</summary>
public sealed class IntentClassifier
{
    /// <summary>Of examples that belong to no class.</summary>
    public const string OutOfScope = "oos";

    private const int Format = 6;
    private readonly Blend _blend;
    private readonly string[] _labels;
    private readonly Calibration _calibration;

    internal IntentClassifier(Blend blend, string[] labels, Calibration calibration)
    {
        _blend = blend;
        _labels = labels;
        _calibration = calibration;
    }

    /// <summary>The classes.</summary>
    public IReadOnlyList<string> Labels => _labels;

    /// <summary>How many features a text may have.</summary>
    public int Features => _blend.Space.Count;

    /// <summary>Classifies a text.</summary>
    public Classification Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<float> probabilities = _labels.Length <= 1024 ? stackalloc float[_labels.Length] : new float[_labels.Length];
        Span<double> signals = stackalloc double[Blend.Signals];
        var best = _blend.Read(text, _calibration.Temperature, probabilities, signals);
        var score = _calibration.Right.Probability(signals);
        var inScope = _calibration.InScope?.Probability(signals) ?? 1;
        return new Classification(_labels[best], score, inScope, inScope < _calibration.Least);
    }

    /// <summary>The most likely classes, best first.</summary>
    public IReadOnlyList<LabelChance> Rank(string text, int most)
    {
        ArgumentNullException.ThrowIfNull(text);
        var probabilities = new float[_labels.Length];
        Span<double> signals = stackalloc double[Blend.Signals];
        _blend.Read(text, _calibration.Temperature, probabilities, signals);
        return [.. _labels.Select((label, i) => new LabelChance(label, probabilities[i])).OrderByDescending(chance => chance.Probability).Take(most)];
    }

    /// <summary>Writes the model: a byte a weight.</summary>
    public void Save(Stream to)
    {
        using var writer = new BinaryWriter(to, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write("queqiao intents"u8);
        writer.Write(Format);
        writer.Write(_labels.Length);
        foreach (var label in _labels)
            writer.Write(label);
        _calibration.Write(writer);
        _blend.Write(writer);
    }

    /// <summary>Reads a model that was saved. What is no such model is refused.</summary>
    /// <exception cref="InvalidDataException">It is no model, or one of another version.</exception>
    public static IntentClassifier Load(Stream from)
    {
        using var reader = new BinaryReader(from, System.Text.Encoding.UTF8, leaveOpen: true);
        if (!reader.ReadBytes(15).AsSpan().SequenceEqual("queqiao intents"u8) || reader.ReadInt32() != Format)
            throw new InvalidDataException("This is no model of intents, or one of another version.");
        var labels = new string[reader.ReadInt32()];
        for (var i = 0; i < labels.Length; i++)
            labels[i] = reader.ReadString();
        var calibration = Calibration.Read(reader);
        return new IntentClassifier(Blend.Read(reader), labels, calibration);
    }
}
