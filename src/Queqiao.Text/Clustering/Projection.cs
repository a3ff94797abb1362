using System.Numerics.Tensors;
using Queqiao.Text.Features;
using Queqiao.Text.Learning;

namespace Queqiao.Text.Clustering;

/// <summary>Brings sparse vectors to a few dense numbers that keep who is near whom: the leading singular vectors, by subspace iteration.</summary>
internal static class Projection
{
    /// <returns>A row of numbers of length one for each vector.</returns>
    public static float[][] Of(IReadOnlyList<SparseVector> rows, int features, int width, int turns = 6)
    {
        width = Math.Min(width, Math.Min(rows.Count, features));
        var chance = new Chance(5);
        var basis = new float[features * width];
        for (var i = 0; i < basis.Length; i++)
            basis[i] = chance.Normal();
        var left = new float[rows.Count * width];
        for (var turn = 0; turn < turns; turn++)
        {
            Times(rows, basis, width, left);
            Orthonormal(left, rows.Count, width);
            basis.AsSpan().Clear();
            for (var row = 0; row < rows.Count; row++)
            {
                for (var i = 0; i < rows[row].Count; i++)
                {
                    var to = basis.AsSpan(rows[row].Ids[i] * width, width);
                    TensorPrimitives.MultiplyAdd(left.AsSpan(row * width, width), rows[row].Values[i], to, to);
                }
            }
        }
        Orthonormal(basis, features, width);
        Times(rows, basis, width, left);
        var result = new float[rows.Count][];
        for (var row = 0; row < rows.Count; row++)
            result[row] = Unit(left.AsSpan(row * width, width).ToArray());
        return result;
    }

    public static float[] Unit(float[] vector)
    {
        var length = TensorPrimitives.Norm<float>(vector);
        if (length > 0)
            TensorPrimitives.Divide(vector, length, vector);
        return vector;
    }

    private static void Times(IReadOnlyList<SparseVector> rows, float[] basis, int width, float[] result)
    {
        result.AsSpan().Clear();
        for (var row = 0; row < rows.Count; row++)
        {
            var to = result.AsSpan(row * width, width);
            for (var i = 0; i < rows[row].Count; i++)
                TensorPrimitives.MultiplyAdd(basis.AsSpan(rows[row].Ids[i] * width, width), rows[row].Values[i], to, to);
        }
    }

    /// <summary>Makes the columns of a matrix orthonormal (modified Gram–Schmidt, by way of columns).</summary>
    private static void Orthonormal(float[] matrix, int height, int width)
    {
        var columns = new float[width][];
        for (var j = 0; j < width; j++)
        {
            columns[j] = new float[height];
            for (var i = 0; i < height; i++)
                columns[j][i] = matrix[i * width + j];
            for (var k = 0; k < j; k++)
                TensorPrimitives.MultiplyAdd(columns[k], -TensorPrimitives.Dot<float>(columns[k], columns[j]), columns[j], columns[j]);
            Unit(columns[j]);
            for (var i = 0; i < height; i++)
                matrix[i * width + j] = columns[j][i];
        }
    }
}
