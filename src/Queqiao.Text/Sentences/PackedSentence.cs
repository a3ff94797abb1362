using System.Numerics;
using System.Runtime.InteropServices;

namespace Queqiao.Text.Sentences;

/// <summary>A sentence's vector in a byte a number, for tens of thousands of them.</summary>
internal static class PackedSentence
{
    private const float Scale = 127;

    /// <summary>Packs the vector of a text.</summary>
    public static void Encode(string text, Span<sbyte> packed)
    {
        Span<float> vector = stackalloc float[SentenceEncoder.Width];
        SentenceEncoder.Standard.Encode(text, vector);
        for (var i = 0; i < vector.Length; i++)
            packed[i] = (sbyte)MathF.Round(vector[i] * Scale);
    }

    /// <summary>Packs the vector of a text.</summary>
    public static sbyte[] Of(string text)
    {
        var packed = new sbyte[SentenceEncoder.Width];
        Encode(text, packed);
        return packed;
    }

    /// <summary>How alike two are, −1 to 1, to about a hundredth.</summary>
    public static float Likeness(ReadOnlySpan<sbyte> first, ReadOnlySpan<sbyte> second)
    {
        var one = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(first);
        var other = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(second);
        var sum = Vector<int>.Zero;
        for (var i = 0; i < one.Length; i++)
        {
            Vector.Widen(one[i], out var low, out var high);
            Vector.Widen(other[i], out var otherLow, out var otherHigh);
            // Two products of bytes of at most 127 and their sum have room in sixteen bits.
            Vector.Widen(low * otherLow + high * otherHigh, out var left, out var right);
            sum += left + right;
        }
        return Vector.Sum(sum) / (Scale * Scale);
    }
}
