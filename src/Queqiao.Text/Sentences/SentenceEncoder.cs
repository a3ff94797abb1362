using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.InteropServices;
using Queqiao.Text.Wording;

namespace Queqiao.Text.Sentences;

/// <summary>
/// What a question is about, as a short vector: customers' questions that mean the same lie beside each other, whatever their words. Learnt by
/// <see cref="SentenceTrainer"/> from our own list of ways to ask (NOTICE.md). Cannot change; for any number of threads.
/// </summary>
public sealed class SentenceEncoder
{
    /// <summary>Numbers of a vector.</summary>
    public const int Width = 64;

    private static readonly Lazy<SentenceEncoder> Embedded = new(() =>
    {
        using var from = Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.sentences.bin")!;
        return Load(from);
    });

    [ThreadStatic]
    private static SentenceReader? _reader;
    private readonly uint[] _grams;
    private readonly sbyte[] _rows;
    private readonly float[] _scales;
    private readonly float[] _projection;

    internal SentenceEncoder(uint[] grams, sbyte[] rows, float[] scales, float[] projection)
    {
        _grams = grams;
        _rows = rows;
        _scales = scales;
        _projection = projection;
    }

    /// <summary>How many n-grams it knows.</summary>
    public int Grams => _grams.Length;

    /// <summary>The one that comes with the library.</summary>
    public static SentenceEncoder Standard => Embedded.Value;

    /// <summary>Writes the vector of a text, of length one; zeros where nothing of it is known.</summary>
    /// <returns>Which share of its n-grams is known, 0 to 1.</returns>
    public float Encode(string text, Span<float> vector)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = _reader ??= new SentenceReader();
        reader.Read(text);
        vector.Clear();
        Span<float> row = stackalloc float[Width];
        var known = 0;
        foreach (var gram in reader.Grams)
        {
            var at = Array.BinarySearch(_grams, gram);
            if (at < 0)
                continue;
            known++;
            TensorPrimitives.ConvertChecked<sbyte, float>(_rows.AsSpan(at * Width, Width), row);
            TensorPrimitives.MultiplyAdd(row, _scales[at], vector, vector);
        }
        if (known > 0)
            TensorPrimitives.Divide(vector, MathF.Sqrt(known), vector);
        for (var i = 0; i < Width; i++)
            vector[i] += TensorPrimitives.Dot(_projection.AsSpan(i * WordVectors.Width, WordVectors.Width), reader.Middle);
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
        return reader.Grams.Count == 0 ? 0 : (float)known / reader.Grams.Count;
    }

    /// <summary>Writes the encoder: four bytes and a byte a number for each n-gram.</summary>
    public void Save(Stream to)
    {
        using var writer = new BinaryWriter(to, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(_grams.Length);
        writer.Write(MemoryMarshal.AsBytes<uint>(_grams));
        writer.Write(MemoryMarshal.AsBytes<sbyte>(_rows));
        foreach (var scale in _scales)
            writer.Write((Half)scale);
        foreach (var weight in _projection)
            writer.Write((Half)weight);
    }

    /// <summary>Reads an encoder that was saved.</summary>
    /// <exception cref="EndOfStreamException">It is none.</exception>
    public static SentenceEncoder Load(Stream from)
    {
        using var reader = new BinaryReader(from, System.Text.Encoding.UTF8, leaveOpen: true);
        var grams = new uint[reader.ReadInt32()];
        var rows = new sbyte[grams.Length * Width];
        from.ReadExactly(MemoryMarshal.AsBytes<uint>(grams.AsSpan()));
        from.ReadExactly(MemoryMarshal.AsBytes<sbyte>(rows.AsSpan()));
        var scales = new float[grams.Length];
        for (var i = 0; i < scales.Length; i++)
            scales[i] = (float)reader.ReadHalf();
        var projection = new float[Width * WordVectors.Width];
        for (var i = 0; i < projection.Length; i++)
            projection[i] = (float)reader.ReadHalf();
        return new SentenceEncoder(grams, rows, scales, projection);
    }
}
