namespace Queqiao.Text.Searching;

/// <summary>A place in a text, in UTF-16 units (as JavaScript counts too).</summary>
/// <param name="Start">The first unit.</param>
/// <param name="End">The first unit behind it.</param>
public readonly record struct TextRange(int Start, int End)
{
    /// <summary>Sorts ranges and joins those that touch.</summary>
    internal static void Merge(List<TextRange> ranges)
    {
        ranges.Sort(static (one, other) => (one.Start, one.End).CompareTo((other.Start, other.End)));
        var kept = 0;
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Start <= ranges[kept].End)
                ranges[kept] = new(ranges[kept].Start, Math.Max(ranges[kept].End, ranges[i].End));
            else
                ranges[++kept] = ranges[i];
        }
        if (ranges.Count > 0)
            ranges.RemoveRange(kept + 1, ranges.Count - kept - 1);
    }
}
