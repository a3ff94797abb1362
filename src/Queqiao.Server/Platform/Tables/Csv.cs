namespace Queqiao.Server.Platform.Tables;

/// <summary>Cells of a CSV file (RFC 4180) that spreadsheets open without harm.</summary>
internal static class Csv
{
    /// <summary>
    /// A cell that a spreadsheet would read as a formula begins with an apostrophe instead (OWASP, CSV injection): people write
    /// their own names, and colleagues open the file.
    /// </summary>
    public static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        var safe = LooksLikeFormula(value) ? "'" + value : value;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 || char.IsWhiteSpace(safe[0]) || char.IsWhiteSpace(safe[^1]) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }

    public static string Line(IEnumerable<string?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    /// <summary>What a cell says without the blanks around it, and without the apostrophe that <see cref="Cell"/> has put before it.</summary>
    public static string Clean(string cell)
    {
        var text = cell.Trim().Trim('\ufeff', '\u200b', '\u00a0').Trim();
        return text.Length > 1 && text[0] == '\'' && LooksLikeFormula(text[1..]) ? text[1..].Trim() : text;
    }

    private static bool LooksLikeFormula(string value)
    {
        var first = value.AsSpan().TrimStart(" \"'").Trim('\u00a0');
        return value[0] is '\t' or '\r' or '\n' || (first.Length > 0 && first[0] is '=' or '+' or '-' or '@' or '\uff1d' or '\uff0b' or '\uff0d' or '\uff20' or '|' or '%');
    }
}
