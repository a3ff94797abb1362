using System.Text;

namespace Queqiao.Server.Platform.Tables;

/// <summary>A record of a table.</summary>
/// <param name="No">1 for the first record that is not blank, headings included.</param>
/// <param name="Line">Where it begins in the file: quoted cells may hold line breaks.</param>
internal sealed record CsvRecord(int No, int Line, IReadOnlyList<string> Cells);

/// <summary>
/// Reads a CSV file (RFC 4180) record by record, in the memory of one: quoted cells with line breaks and doubled quotes, any of the
/// line ends. Blank records are passed over, and so is the <c>sep=;</c> that Excel understands in the first line.
/// </summary>
internal sealed class CsvReader(TextReader text, char delimiter)
{
    public const int MostCell = 32_767; // what a cell of a spreadsheet holds
    public const int MostColumns = 200;

    private readonly char[] _buffer = new char[16 * 1024];
    private readonly StringBuilder _cell = new();
    private int _at;
    private int _end;
    private int _line = 1;
    private int _no;

    /// <summary>The next record; null at the end.</summary>
    /// <exception cref="TableException">A cell without an end, or more columns than anybody has.</exception>
    public async ValueTask<CsvRecord?> Next(CancellationToken ct)
    {
        while (true)
        {
            var line = _line;
            if (await Cells(ct) is not { } cells)
                return null;
            var isBlank = cells.All(string.IsNullOrWhiteSpace);
            if (isBlank || (line == 1 && cells[0].StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && cells.Count <= 2))
                continue;
            return new CsvRecord(++_no, line, cells);
        }
    }

    private async ValueTask<List<string>?> Cells(CancellationToken ct)
    {
        var begin = _line;
        if (await Peek(ct) is null)
            return null;
        var cells = new List<string>();
        while (true)
        {
            _cell.Clear();
            if (await Peek(ct) == '"')
                await Quoted(begin, ct);
            var ended = await Plain(begin, ct);
            cells.Add(_cell.ToString());
            if (cells.Count > MostColumns)
                throw new TableException("table_too_many_columns", begin, MostColumns);
            if (ended)
                return cells;
        }
    }

    private async ValueTask Quoted(int begin, CancellationToken ct)
    {
        _at++;
        while (await Peek(ct) is { } letter)
        {
            _at++;
            if (letter == '"')
            {
                if (await Peek(ct) != '"')
                    return;
                _at++;
            }
            if (letter == '\n')
                _line++;
            Keep(letter, begin);
        }
        throw new TableException("table_open_quote", begin);
    }

    /// <summary>The rest of a cell without quotes; true when the record ended with it.</summary>
    private async ValueTask<bool> Plain(int begin, CancellationToken ct)
    {
        while (await Peek(ct) is { } letter)
        {
            _at++;
            if (letter == delimiter)
                return false;
            if (letter is '\r' or '\n')
            {
                if (letter == '\r' && await Peek(ct) == '\n')
                    _at++;
                _line++;
                return true;
            }
            Keep(letter, begin);
        }
        return true;
    }

    private void Keep(char letter, int begin)
    {
        if (_cell.Length >= MostCell)
            throw new TableException("table_long_cell", begin, MostCell);
        _cell.Append(letter);
    }

    private async ValueTask<char?> Peek(CancellationToken ct)
    {
        if (_at < _end)
            return _buffer[_at];
        (_at, _end) = (0, await text.ReadAsync(_buffer, ct));
        return _end == 0 ? null : _buffer[0];
    }
}

/// <summary>A file that cannot be read as a table.</summary>
/// <param name="code">A code with a text in both languages; its arguments are the line and a limit.</param>
internal sealed class TableException(string code, int line, int most = 0) : Exception("The file is no table.")
{
    public string Code => code;

    public int Line => line;

    public int Most => most;
}
