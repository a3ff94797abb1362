using Queqiao.Text.Features;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Retrieving;

/// <summary>A text made ready for comparing: its units and pairs of units, and the same of its meanings. Distinct, with counts.</summary>
public sealed class Phrase
{
    private static readonly NGramShape Shape = new(UnitsTo: 2, PartsFrom: 3, PartsTo: 4, Edges: false);
    [ThreadStatic]
    private static NGrams? _reader;
    [ThreadStatic]
    private static List<MeaningToken>? _tokens;

    private Phrase(Terms raw, Terms meant, ulong[] order, float[] weights, int[] vectors, int[] meanings, string folded)
    {
        Raw = raw;
        Meant = meant;
        Order = order;
        Weights = weights;
        Vectors = vectors;
        MeaningNumbers = meanings;
        Folded = folded;
    }

    /// <summary>Units, pairs of units, parts of words.</summary>
    internal Terms Raw { get; }

    /// <summary>Meanings and pairs of meanings.</summary>
    internal Terms Meant { get; }

    /// <summary>The meanings in their order.</summary>
    internal ulong[] Order { get; }

    /// <summary>How much each of <see cref="Order"/> says.</summary>
    internal float[] Weights { get; }

    /// <summary>Which word vector each of <see cref="Order"/> has, or −1.</summary>
    internal int[] Vectors { get; }

    /// <summary>Numbers of the known meanings.</summary>
    internal int[] MeaningNumbers { get; }

    /// <summary>Letters and digits only.</summary>
    internal string Folded { get; }

    /// <summary>Reads a text.</summary>
    public static Phrase Of(string text, Meanings? meanings = null)
    {
        var reader = _reader ??= new NGrams(Shape);
        var tokens = _tokens ??= [];
        reader.Read(text);
        (meanings ?? Meanings.Standard).Read(reader.Folded.Letters, reader.Units, tokens);
        var meant = new List<ulong>(tokens.Count * 2);
        var order = new ulong[tokens.Count];
        var weights = new float[tokens.Count];
        var vectors = new int[tokens.Count];
        var numbers = new List<int>();
        for (var i = 0; i < tokens.Count; i++)
        {
            order[i] = tokens[i].Hash;
            weights[i] = tokens[i].Weight;
            vectors[i] = tokens[i].Vector;
            meant.Add(tokens[i].Hash);
            if (tokens[i].Meaning >= 0)
                numbers.Add(tokens[i].Meaning);
            if (i > 0)
                meant.Add((tokens[i - 1].Hash * 0x9E3779B97F4A7C15) ^ (tokens[i].Hash >> 1));
        }
        return new Phrase(Terms.Of([.. reader.Whole, .. reader.Parts]), Terms.Of(meant), order, weights, vectors, [.. numbers], Plain(reader));
    }

    private static string Plain(NGrams reader)
    {
        var letters = reader.Folded.Letters;
        var text = new System.Text.StringBuilder(letters.Length);
        foreach (var unit in reader.Units)
        {
            if (unit.Kind != UnitKind.Mark)
                text.Append(letters.Slice(unit.Start, unit.Length));
        }
        return text.ToString();
    }
}

/// <summary>Distinct hashes in ascending order, and how often each occurs.</summary>
internal readonly record struct Terms(ulong[] Hashes, byte[] Times)
{
    public static Terms Of(List<ulong> hashes)
    {
        hashes.Sort();
        var distinct = new List<ulong>(hashes.Count);
        var times = new List<byte>(hashes.Count);
        foreach (var hash in hashes)
        {
            if (distinct.Count > 0 && distinct[^1] == hash)
                times[^1] = (byte)Math.Min(255, times[^1] + 1);
            else
            {
                distinct.Add(hash);
                times.Add(1);
            }
        }
        return new Terms([.. distinct], [.. times]);
    }
}
