namespace Queqiao.Server.Knowledge.Writing;

/// <param name="Kind"><c>same</c>, <c>gone</c>, <c>new</c>, or <c>gap</c> where lines are left out.</param>
internal sealed record DiffLine(string Kind, string Text);

/// <summary>The shortest way from one text to another by whole lines (Myers 1986), with two lines around each change.</summary>
internal static class LineDiff
{
    private const int Around = 2;

    /// <summary>Beyond so many changed lines the two are shown one after the other.</summary>
    private const int MostSteps = 2_000;

    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var (left, right) = (before.Length == 0 ? [] : before.Split('\n'), after.Length == 0 ? [] : after.Split('\n'));
        return Near(Script(left, right) ?? [.. left.Select(line => new DiffLine("gone", line)), .. right.Select(line => new DiffLine("new", line))]);
    }

    private static List<DiffLine>? Script(string[] left, string[] right)
    {
        var most = Math.Min(left.Length + right.Length, MostSteps);
        var reach = new int[2 * most + 3]; // furthest x on each diagonal
        var past = new List<int[]>();
        for (var d = 0; d <= most; d++)
        {
            past.Add((int[])reach.Clone());
            for (var k = -d; k <= d; k += 2)
            {
                var x = k == -d || (k != d && reach[most + k] < reach[most + k + 2]) ? reach[most + k + 2] : reach[most + k] + 1;
                while (x < left.Length && x - k < right.Length && left[x] == right[x - k])
                    x++;
                reach[most + k + 1] = x;
                if (x >= left.Length && x - k >= right.Length)
                    return Back(left, right, past, most);
            }
        }
        return null;
    }

    private static List<DiffLine> Back(string[] left, string[] right, List<int[]> past, int most)
    {
        var lines = new List<DiffLine>();
        var (x, y) = (left.Length, right.Length);
        for (var d = past.Count - 1; d >= 0; d--)
        {
            var reach = past[d];
            var k = x - y;
            var down = k == -d || (k != d && reach[most + k] < reach[most + k + 2]);
            var from = down ? k + 1 : k - 1;
            var (startX, startY) = d == 0 ? (0, 0) : (reach[most + from + 1], reach[most + from + 1] - from);
            while (x > startX && y > startY && (d == 0 || x - 1 >= (down ? startX : startX + 1)) && left[x - 1] == right[y - 1])
            {
                lines.Add(new("same", left[--x]));
                y--;
            }
            if (d == 0)
                break;
            lines.Add(down ? new("new", right[--y]) : new("gone", left[--x]));
        }
        lines.Reverse();
        return lines;
    }

    private static List<DiffLine> Near(List<DiffLine> lines)
    {
        var near = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Kind == "same")
                continue;
            for (var j = Math.Max(0, i - Around); j <= Math.Min(lines.Count - 1, i + Around); j++)
                near[j] = true;
        }
        var shown = new List<DiffLine>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (near[i])
                shown.Add(lines[i]);
            else if (shown.Count == 0 || shown[^1].Kind != "gap")
                shown.Add(new DiffLine("gap", ""));
        }
        return shown;
    }
}
