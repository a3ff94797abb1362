using System.IO.Compression;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>A tab-separated file whose first line names the columns; gzip when its name says so.</summary>
internal sealed class TableFile
{
    private readonly string _path;
    private readonly Dictionary<string, int> _columns;

    private TableFile(string path, Dictionary<string, int> columns, List<string[]> rows)
    {
        _path = path;
        _columns = columns;
        Rows = rows;
    }

    public IReadOnlyList<string[]> Rows { get; }

    public static TableFile Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(text);
        var names = (reader.ReadLine() ?? "").Split('\t');
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
            columns.TryAdd(names[i].Trim('\ufeff', ' '), i);
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                rows.Add(line.Split('\t'));
        }
        return new TableFile(path, columns, rows);
    }

    public bool Has(string column) => _columns.ContainsKey(column);

    public string Cell(string[] row, string column) =>
        _columns.TryGetValue(column, out var at) ? at < row.Length ? row[at] : "" : throw new MissingColumnException(_path, column);
}

/// <summary>A table lacks a column that is needed.</summary>
internal sealed class MissingColumnException(string path, string column) : Exception($"{path}: {column}")
{
    public string Path => path;

    public string Column => column;
}
