namespace Queqiao.Text.Features;

/// <summary>A vector that is zero nearly everywhere: ascending numbers of features, and their weights.</summary>
public readonly record struct SparseVector(int[] Ids, float[] Values)
{
    /// <summary>Nothing known.</summary>
    public static readonly SparseVector Empty = new([], []);

    /// <summary>How many features are not zero.</summary>
    public int Count => Ids.Length;

    /// <summary>The inner product: the cosine, when both are of length one.</summary>
    public float Dot(SparseVector other)
    {
        float sum = 0;
        int i = 0, j = 0;
        while (i < Ids.Length && j < other.Ids.Length)
        {
            var difference = Ids[i] - other.Ids[j];
            if (difference == 0)
                sum += Values[i++] * other.Values[j++];
            else if (difference < 0)
                i++;
            else
                j++;
        }
        return sum;
    }
}
