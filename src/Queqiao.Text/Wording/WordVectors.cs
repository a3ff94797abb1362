using System.IO.Compression;
using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.InteropServices;
using Queqiao.Text.Features;
using Queqiao.Text.Folding;

namespace Queqiao.Text.Wording;

/// <summary>
/// What words have to do with each other: a short vector for each of some 100,000 Chinese and English words, in one space, so that 邮费 and
/// postage lie beside each other (GloVe, and glosses of CC-CEDICT; NOTICE.md). Cannot change; for any number of threads.
/// </summary>
internal static class WordVectors
{
    /// <summary>Numbers of a vector.</summary>
    public const int Width = 64;

    /// <summary>No word.</summary>
    public const int None = -1;

    private static readonly ulong[] Hashes;
    private static readonly int[] Rows;
    private static readonly sbyte[] Values;
    private static readonly float[] Lengths;

    static WordVectors()
    {
        using var packed = Resource("words.gz");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var words = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Hashes = Array.ConvertAll(words, static word => NGrams.Hash(TextFolding.Fold(word)));
        Rows = [.. Enumerable.Range(0, words.Length)];
        Array.Sort(Hashes, Rows);
        Values = new sbyte[words.Length * Width];
        using var values = Resource("bin");
        values.ReadExactly(MemoryMarshal.AsBytes(Values.AsSpan()));
        Lengths = new float[words.Length];
        Span<float> vector = stackalloc float[Width];
        for (var row = 0; row < words.Length; row++)
        {
            TensorPrimitives.ConvertChecked<sbyte, float>(Values.AsSpan(row * Width, Width), vector);
            Lengths[row] = Math.Max(1, TensorPrimitives.Norm<float>(vector));
        }
    }

    /// <summary>How many words there are.</summary>
    public static int Count => Rows.Length;

    /// <summary>The number of a folded word, or <see cref="None"/>.</summary>
    public static int NumberOf(ReadOnlySpan<char> folded)
    {
        var at = Array.BinarySearch(Hashes, NGrams.Hash(folded));
        return at < 0 ? None : Rows[at];
    }

    /// <summary>The vector of a word, of length one.</summary>
    public static void Read(int number, Span<float> vector)
    {
        TensorPrimitives.ConvertChecked<sbyte, float>(Values.AsSpan(number * Width, Width), vector);
        TensorPrimitives.Divide(vector, Lengths[number], vector);
    }

    private static Stream Resource(string ending) => Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.vectors." + ending)!;
}
