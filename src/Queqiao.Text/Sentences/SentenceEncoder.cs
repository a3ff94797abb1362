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
    public const int Width = 128;

    /// <summary>Bytes of a row: two numbers in each, the first half of the row in the lower four bits.</summary>
    private const int RowBytes = Width / 2;

    /// <summary>A number of a row is −7 to 7, and stands there with eight added.</summary>
    private const int Most = 7, Zero = 8;

    private const uint Mark = 0x56535151; // "QQSV"
    private const byte Version = 2;

    private static readonly Lazy<SentenceEncoder> Embedded = new(() =>
    {
        using var from = Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.sentences.bin")!;
        return Load(from);
    });

    [ThreadStatic]
    private static SentenceReader? _reader;
    private readonly uint[] _grams;
    private readonly byte[] _rows;
    private readonly Half[] _scales;
    private readonly float[] _projection;

    private SentenceEncoder(uint[] grams, byte[] rows, Half[] scales, float[] projection)
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
        var scales = 0f;
        foreach (var gram in reader.Grams)
        {
            var at = Array.BinarySearch(_grams, gram);
            if (at < 0)
                continue;
            known++;
            var scale = (float)_scales[at];
            scales += scale;
            Unpack(_rows.AsSpan(at * RowBytes, RowBytes), row);
            TensorPrimitives.MultiplyAdd(row, scale, vector, vector);
        }
        if (known > 0)
        {
            TensorPrimitives.Subtract(vector, Zero * scales, vector);
            TensorPrimitives.Divide(vector, MathF.Sqrt(known), vector);
        }
        for (var i = 0; i < Width; i++)
            vector[i] += TensorPrimitives.Dot(_projection.AsSpan(i * WordVectors.Width, WordVectors.Width), reader.Middle);
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
        return reader.Grams.Count == 0 ? 0 : (float)known / reader.Grams.Count;
    }

    /// <summary>Packs what was learnt: a row of numbers for each n-gram, in sevenths of its greatest.</summary>
    internal static SentenceEncoder Of(uint[] grams, ReadOnlySpan<float> learnt, float[] projection)
    {
        var rows = new byte[grams.Length * RowBytes];
        var scales = new Half[grams.Length];
        for (var at = 0; at < grams.Length; at++)
        {
            var row = learnt.Slice(at * Width, Width);
            scales[at] = (Half)(Math.Max(1e-3f, Math.Abs(TensorPrimitives.MaxMagnitude(row))) / Most);
            for (var i = 0; i < RowBytes; i++)
                rows[at * RowBytes + i] = (byte)(Stored(row[i], (float)scales[at]) | Stored(row[i + RowBytes], (float)scales[at]) << 4);
        }
        return new SentenceEncoder(grams, rows, scales, projection);
    }

    private static int Stored(float number, float scale) => Zero + (int)Math.Clamp(MathF.Round(number / scale), -Most, Most);

    private static void Unpack(ReadOnlySpan<byte> row, Span<float> numbers)
    {
        Span<byte> half = stackalloc byte[RowBytes];
        TensorPrimitives.BitwiseAnd(row, (byte)0x0F, half);
        TensorPrimitives.ConvertChecked<byte, float>(half, numbers[..RowBytes]);
        TensorPrimitives.ShiftRightLogical(row, 4, half);
        TensorPrimitives.ConvertChecked<byte, float>(half, numbers[RowBytes..]);
    }

    /// <summary>Writes the encoder: four bytes and half a byte a number for each n-gram, and its scale.</summary>
    public void Save(Stream to)
    {
        using var writer = new BinaryWriter(to, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(Version);
        writer.Write((byte)Width);
        writer.Write(_grams.Length);
        writer.Write(MemoryMarshal.AsBytes<uint>(_grams));
        writer.Write(_rows);
        writer.Write(MemoryMarshal.AsBytes<Half>(_scales));
        foreach (var weight in _projection)
            writer.Write((Half)weight);
    }

    /// <summary>Reads an encoder that was saved.</summary>
    /// <exception cref="InvalidDataException">It is none, or one of another version.</exception>
    /// <exception cref="EndOfStreamException">It breaks off.</exception>
    public static SentenceEncoder Load(Stream from)
    {
        using var reader = new BinaryReader(from, System.Text.Encoding.UTF8, leaveOpen: true);
        if (reader.ReadUInt32() != Mark || reader.ReadByte() != Version || reader.ReadByte() != Width || reader.ReadInt32() is not (>= 0 and < 1 << 24 and var count))
            throw new InvalidDataException("Not sentence vectors of this version.");
        var grams = new uint[count];
        var rows = new byte[count * RowBytes];
        var scales = new Half[count];
        from.ReadExactly(MemoryMarshal.AsBytes<uint>(grams.AsSpan()));
        from.ReadExactly(rows);
        from.ReadExactly(MemoryMarshal.AsBytes<Half>(scales.AsSpan()));
        var projection = new float[Width * WordVectors.Width];
        for (var i = 0; i < projection.Length; i++)
            projection[i] = (float)reader.ReadHalf();
        return new SentenceEncoder(grams, rows, scales, projection);
    }
}
