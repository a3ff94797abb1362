using System.Text;

namespace Queqiao.Server.Platform.Tables;

/// <summary>How a CSV file is written.</summary>
/// <param name="Encoding">One of <see cref="Encodings"/>.</param>
/// <param name="Delimiter">One of <see cref="Delimiters"/>.</param>
/// <param name="HasHeader">Whether the first record names the columns.</param>
internal sealed record TableFormat(string Encoding, string Delimiter, bool HasHeader)
{
    public static readonly IReadOnlyList<string> Encodings = ["utf-8", "gb18030", "big5", "utf-16le", "utf-16be", "windows-1252"];
    public static readonly IReadOnlyList<string> Delimiters = [",", ";", "\t", "|"];

    private const int Sample = 20;
    private const int HeadLength = 64 * 1024;

    public TextReader Open(Stream stream) =>
        new StreamReader(stream, Of(Encoding), detectEncodingFromByteOrderMarks: Encoding.StartsWith("utf", StringComparison.Ordinal), bufferSize: 64 * 1024);

    public CsvReader Read(TextReader text) => new(text, Delimiter[0]);

    /// <summary>
    /// Looks at a whole file: a mark says the encoding; else what is valid UTF-8 is that, and everything else is what spreadsheets on
    /// Chinese machines write. The delimiter is the one with which the first records have the same number of cells, and most.
    /// </summary>
    /// <param name="file">From its beginning; is left anywhere.</param>
    public static async Task<TableFormat> Detect(Stream file, CancellationToken ct)
    {
        var head = new byte[HeadLength];
        var length = await file.ReadAtLeastAsync(head, HeadLength, throwOnEndOfStream: false, ct);
        file.Position = 0;
        var encoding = Marked(head.AsSpan(0, length)) ?? Unmarked(head.AsSpan(0, length)) ?? (await IsUtf8(file, ct) ? "utf-8" : "gb18030");
        var text = Of(encoding).GetString(head, 0, length).TrimStart('\ufeff');
        var (delimiter, records) = await DelimiterOf(text, length == HeadLength, ct);
        return new TableFormat(encoding, delimiter, records.Count > 0 && LooksLikeHeadings(records));
    }

    private static string? Marked(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? "utf-8" : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? "utf-16le" : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? "utf-16be" : null;

    /// <summary>UTF-16 without a mark shows by the zeros of its ASCII letters.</summary>
    private static string? Unmarked(ReadOnlySpan<byte> head)
    {
        var (even, odd) = (0, 0);
        for (var i = 0; i < head.Length; i++)
        {
            if (head[i] == 0)
                _ = i % 2 == 0 ? even++ : odd++;
        }
        return odd > head.Length / 8 && odd > even * 4 ? "utf-16le" : even > head.Length / 8 && even > odd * 4 ? "utf-16be" : null;
    }

    private static async Task<bool> IsUtf8(Stream file, CancellationToken ct)
    {
        var decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();
        var (bytes, letters) = (new byte[64 * 1024], new char[64 * 1024 + 8]);
        try
        {
            while (await file.ReadAsync(bytes, ct) is > 0 and var count)
                decoder.GetChars(bytes.AsSpan(0, count), letters, flush: false);
            decoder.GetChars([], letters, flush: true);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            file.Position = 0;
        }
    }

    private static async Task<(string Delimiter, List<CsvRecord> Records)> DelimiterOf(string text, bool isCut, CancellationToken ct)
    {
        if (text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && text.Length > 4 && Delimiters.Contains(text[4].ToString()))
            return (text[4].ToString(), await First(text, text[4], isCut, ct));
        var best = (Delimiter: ",", Records: await First(text, ',', isCut, ct), Score: 0);
        foreach (var delimiter in Delimiters)
        {
            var records = await First(text, delimiter[0], isCut, ct);
            var widths = records.GroupBy(record => record.Cells.Count).OrderByDescending(group => group.Count()).ThenByDescending(group => group.Key).FirstOrDefault();
            // How many records agree on more than one cell counts most, then how many cells.
            var score = widths is { Key: > 1 } ? (widths.Count() * 1000 / records.Count * 1000) + widths.Key : 0;
            if (score > best.Score)
                best = (delimiter, records, score);
        }
        return (best.Delimiter, best.Records);
    }

    private static async Task<List<CsvRecord>> First(string text, char delimiter, bool isCut, CancellationToken ct)
    {
        var reader = new CsvReader(new StringReader(text), delimiter);
        var records = new List<CsvRecord>();
        try
        {
            while (records.Count < Sample && await reader.Next(ct) is { } record)
                records.Add(record);
        }
        catch (TableException)
        {
            // with this delimiter it is none, or the cut went through a cell
        }
        if (isCut && records.Count is > 1 and < Sample)
            records.RemoveAt(records.Count - 1);
        return records;
    }

    /// <summary>Headings are short texts without digits of their own, addresses or repeats.</summary>
    private static bool LooksLikeHeadings(List<CsvRecord> records)
    {
        var cells = records[0].Cells.Select(Csv.Clean).Where(cell => cell.Length > 0).ToList();
        return cells.Count > 0 && cells.Distinct(StringComparer.OrdinalIgnoreCase).Count() == cells.Count
            && !cells.Any(cell => cell.Length > 60 || cell.Contains('@', StringComparison.Ordinal) || cell.Count(char.IsAsciiDigit) > 4);
    }

    private static Encoding Of(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name) ?? System.Text.Encoding.GetEncoding(name);
}
