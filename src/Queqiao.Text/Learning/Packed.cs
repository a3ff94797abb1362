namespace Queqiao.Text.Learning;

/// <summary>Rows of weights in a byte each: the row's largest, and its parts of 127.</summary>
internal static class Packed
{
    public static void Write(BinaryWriter to, ReadOnlySpan<float> weights, int width)
    {
        var row = new byte[width];
        for (var start = 0; start < weights.Length; start += width)
        {
            var largest = 0f;
            foreach (var weight in weights.Slice(start, width))
                largest = Math.Max(largest, Math.Abs(weight));
            to.Write(largest);
            if (largest == 0)
                continue;
            for (var i = 0; i < width; i++)
                row[i] = (byte)(sbyte)MathF.Round(weights[start + i] / largest * 127);
            to.Write(row);
        }
    }

    public static void Read(BinaryReader from, Span<float> weights, int width)
    {
        var row = new byte[width];
        for (var start = 0; start < weights.Length; start += width)
        {
            var largest = from.ReadSingle();
            if (largest == 0)
                continue;
            from.BaseStream.ReadExactly(row);
            for (var i = 0; i < width; i++)
                weights[start + i] = (sbyte)row[i] * largest / 127;
        }
    }
}
