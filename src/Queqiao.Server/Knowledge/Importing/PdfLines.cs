using System.Text;
using UglyToad.PdfPig.Content;

namespace Queqiao.Server.Knowledge.Importing;

/// <param name="Size">Of its letters.</param>
/// <param name="Cells">More than one where wide gaps stand between: a row of a table.</param>
internal sealed record PdfLine(double Size, double Top, IReadOnlyList<string> Cells)
{
    public string Text => string.Join(" ", Cells);
}

/// <summary>Lines of a PDF page from its words, and Markdown from lines: what is larger is a heading, rows of as many cells below each other are a table.</summary>
internal static class PdfLines
{
    public static IEnumerable<PdfLine> Of(Page page)
    {
        var words = page.GetWords().Where(word => !string.IsNullOrWhiteSpace(word.Text)).ToList();
        var rows = new List<List<Word>>();
        foreach (var word in words.OrderByDescending(word => word.BoundingBox.Bottom).ThenBy(word => word.BoundingBox.Left))
        {
            var height = Math.Max(4, word.BoundingBox.Height);
            if (rows.Count > 0 && Math.Abs(rows[^1][0].BoundingBox.Bottom - word.BoundingBox.Bottom) < height * 0.5)
                rows[^1].Add(word);
            else
                rows.Add([word]);
        }
        foreach (var row in rows)
        {
            row.Sort((one, other) => one.BoundingBox.Left.CompareTo(other.BoundingBox.Left));
            var cells = new List<StringBuilder> { new(row[0].Text) };
            for (var i = 1; i < row.Count; i++)
            {
                var (gap, size) = (row[i].BoundingBox.Left - row[i - 1].BoundingBox.Right, Math.Max(4, row[i].BoundingBox.Height));
                if (gap > size * 2)
                    cells.Add(new StringBuilder(row[i].Text));
                else
                    cells[^1].Append(IsWide(cells[^1][^1]) && IsWide(row[i].Text[0]) ? "" : " ").Append(row[i].Text);
            }
            yield return new PdfLine(Math.Round(row.Max(word => word.Letters.Count > 0 ? word.Letters.Max(letter => letter.PointSize) : word.BoundingBox.Height), 1), row[0].BoundingBox.Bottom, [.. cells.Select(cell => Writing.ContentRules.Line(cell.ToString()))]);
        }
    }

    public static (string? Title, string Body) Markdown(IReadOnlyList<PdfLine> lines)
    {
        if (lines.Count == 0)
            return (null, "");
        var usual = lines.GroupBy(line => line.Size).OrderByDescending(group => group.Sum(line => line.Text.Length)).First().Key;
        var title = lines.Take(10).Where(line => line.Size > usual * 1.15).OrderByDescending(line => line.Size).FirstOrDefault();
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i] == title)
                continue;
            var end = i;
            while (end < lines.Count && lines[end].Cells.Count > 1 && lines[end].Cells.Count == lines[i].Cells.Count)
                end++;
            if (end - i > 1)
            {
                ReadDocuments.Rows(text, [.. lines.Skip(i).Take(end - i).Select(line => line.Cells.ToList())]);
                i = end - 1;
            }
            else if (lines[i].Size > usual * 1.15 && lines[i].Text.Length < 80)
                text.Append("\n## ").Append(ReadDocuments.Escape(lines[i].Text)).Append("\n\n");
            else
                Flow(text, lines[i], i + 1 < lines.Count ? lines[i + 1] : null);
        }
        return (title?.Text, text.ToString().Trim());
    }

    /// <summary>A line goes on in the next unless it ends a sentence or the next is far below.</summary>
    private static void Flow(StringBuilder text, PdfLine line, PdfLine? next)
    {
        text.Append(ReadDocuments.Escape(line.Text));
        var ends = next is null || line.Text[^1] is '。' or '！' or '？' or '：' or '.' or ':' or '!' or '?' || line.Top - next.Top > line.Size * 2.2 || next.Top > line.Top;
        text.Append(ends ? "\n\n" : IsWide(line.Text[^1]) ? "" : " ");
    }

    private static bool IsWide(char letter) => letter >= '\u2e80';
}
