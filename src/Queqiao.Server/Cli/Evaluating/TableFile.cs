using System.IO.Compression;
using System.Text.Json;

namespace Queqiao.Server.Cli.Evaluating;

/// <summary>A tab-separated file whose first line names the columns, or an object in JSON a line; gzip when its name says so.</summary>
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
        if (!File.Exists(path))
            throw new EvaluationException("cli_eval_no_file", path);
        try
        {
            using var file = File.OpenRead(path);
            using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(text);
            return path.EndsWith(".jsonl", StringComparison.Ordinal) || path.EndsWith(".jsonl.gz", StringComparison.Ordinal) ? Objects(path, reader) : Table(path, reader);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or InvalidDataException or JsonException)
        {
            throw new EvaluationException("cli_eval_bad_line", path, trouble.Message);
        }
    }

    private static TableFile Table(string path, StreamReader reader)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (at, name) in (reader.ReadLine() ?? "").Split('\t').Index())
            columns.TryAdd(name.Trim('\ufeff', ' '), at);
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                rows.Add(line.Split('\t'));
        }
        return new TableFile(path, columns, rows);
    }

    private static TableFile Objects(string path, StreamReader reader)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException(line.Length > 60 ? line[..60] : line);
            var row = new Dictionary<int, string>();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                columns.TryAdd(member.Name, columns.Count);
                row[columns[member.Name]] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }
            rows.Add([.. Enumerable.Range(0, columns.Count).Select(at => row.GetValueOrDefault(at, ""))]);
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
