using System.Numerics.Tensors;
using Queqiao.Text.Features;

namespace Queqiao.Text.Learning;

/// <summary>A network with one hidden layer over sparse vectors: learns what n-grams have in common. For any number of threads once trained.</summary>
public sealed class Hidden
{
    private readonly float[] _in; // [feature][unit]
    private readonly float[] _inBias;
    private readonly float[] _out; // [unit][class]
    private readonly float[] _outBias;

    internal Hidden(float[] into, float[] inBias, float[] outOf, float[] outBias)
    {
        _in = into;
        _inBias = inBias;
        _out = outOf;
        _outBias = outBias;
    }

    /// <summary>How many classes.</summary>
    public int Classes => _outBias.Length;

    /// <summary>Units of the hidden layer.</summary>
    public int Width => _inBias.Length;

    /// <summary>The logits of a vector, one a class.</summary>
    public void Score(SparseVector vector, Span<float> logits)
    {
        Span<float> units = stackalloc float[Width];
        Embed(vector, units);
        Output(units, logits);
    }

    /// <summary>The hidden layer: a short dense vector of a text.</summary>
    public void Embed(SparseVector vector, Span<float> units)
    {
        _inBias.CopyTo(units);
        for (var i = 0; i < vector.Ids.Length; i++)
            TensorPrimitives.MultiplyAdd(_in.AsSpan(vector.Ids[i] * Width, Width), vector.Values[i], units, units);
        TensorPrimitives.Max(units, 0f, units);
    }

    private void Output(ReadOnlySpan<float> units, Span<float> logits)
    {
        _outBias.CopyTo(logits);
        for (var unit = 0; unit < units.Length; unit++)
        {
            if (units[unit] != 0)
                TensorPrimitives.MultiplyAdd(_out.AsSpan(unit * Classes, Classes), units[unit], logits, logits);
        }
    }

    internal void Write(BinaryWriter to)
    {
        to.Write(Width);
        to.Write(Classes);
        to.Write(_in.Length / Width);
        Packed.Write(to, _in, Width);
        Packed.Write(to, _inBias, Width);
        Packed.Write(to, _out, Classes);
        Packed.Write(to, _outBias, Classes);
    }

    internal static Hidden Read(BinaryReader from)
    {
        var (width, classes, features) = (from.ReadInt32(), from.ReadInt32(), from.ReadInt32());
        var model = new Hidden(new float[features * width], new float[width], new float[width * classes], new float[classes]);
        Packed.Read(from, model._in, width);
        Packed.Read(from, model._inBias, width);
        Packed.Read(from, model._out, classes);
        Packed.Read(from, model._outBias, classes);
        return model;
    }
}
