using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Queqiao.Server.Platform.Storage.Migrations;

/// <summary>One row of either database, read whole.</summary>
internal sealed class RawRow(object[] values)
{
    public bool IsNull(int column) => values[column] is DBNull;

    public int Int(int column) => Convert.ToInt32(values[column], CultureInfo.InvariantCulture);

    public long Long(int column) => Convert.ToInt64(values[column], CultureInfo.InvariantCulture);

    public string? Text(int column) => values[column] as string;

    public byte[] Bytes(int column) => (byte[])values[column];

    public Guid Id(int column) => values[column] is Guid id ? id : new Guid(Bytes(column), bigEndian: true);
}

/// <summary>Rows of either database without a model: for work on stores of an older shape.</summary>
internal sealed class RawStore(DbConnection connection)
{
    private const int MostTurns = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private DbTransaction? _transaction;

    public bool IsPostgres => connection is NpgsqlConnection;

    /// <summary>Reads rows and acts on each, in one transaction. How many there were.</summary>
    public async Task<int> Batch(string sql, Func<RawRow, CancellationToken, Task> act, CancellationToken ct, params (string Name, object Value)[] values)
    {
        await using var transaction = _transaction = await connection.BeginTransactionAsync(ct);
        try
        {
            var rows = await Rows(sql, values, ct);
            foreach (var row in rows)
                await act(row, ct);
            await transaction.CommitAsync(ct);
            return rows.Count;
        }
        finally
        {
            _transaction = null;
        }
    }

    public async Task Write(string sql, CancellationToken ct, params (string Name, object Value)[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<object?> Scalar(string sql, CancellationToken ct, params (string Name, object Value)[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(ct);
    }

    public async Task<bool> Any(string sql, CancellationToken ct) => await Scalar(sql + " LIMIT 1", ct) is not null;

    /// <summary>Outside of a transaction, and as long as it takes.</summary>
    public async Task Execute(string sql, CancellationToken ct)
    {
        await using var command = Command(sql, []);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Leaves no trace of what was deleted or overwritten: PostgreSQL writes the tables anew, SQLite the file, and its log is emptied.</summary>
    public async Task WriteAnew(string[] tables, CancellationToken ct)
    {
        if (connection is NpgsqlConnection postgres)
        {
            foreach (var table in tables)
                await WriteAnew(postgres, table, ct);
            return;
        }
        await Execute("VACUUM", ct);
        await Execute("PRAGMA wal_checkpoint(TRUNCATE)", ct);
    }

    /// <summary>
    /// Old rows that somebody might still see are kept, even for a session of another database that is just being opened; then the table
    /// is written once more. How many were kept stands in the first number of the report (src/backend/commands/cluster.c).
    /// </summary>
    private async Task WriteAnew(NpgsqlConnection postgres, string table, CancellationToken ct)
    {
        var kept = false;
        void Hear(object sender, NpgsqlNoticeEventArgs report)
        {
            if (report.Notice.Detail is { } detail && FirstNumber(detail) > 0)
                kept = true;
        }
        postgres.Notice += Hear;
        try
        {
            for (var turn = 1; turn == 1 || (kept && turn <= MostTurns); turn++)
            {
                if (kept)
                    await Task.Delay(Pause, ct);
                kept = false;
                await Execute("VACUUM (FULL, VERBOSE) " + table, ct);
            }
        }
        finally
        {
            postgres.Notice -= Hear;
        }
    }

    private static int FirstNumber(string text) =>
        int.TryParse(string.Concat(text.SkipWhile(sign => !char.IsAsciiDigit(sign)).TakeWhile(char.IsAsciiDigit).Take(9)), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private async Task<List<RawRow>> Rows(string sql, (string Name, object Value)[] values, CancellationToken ct)
    {
        await using var command = Command(sql, values);
        await using var row = await command.ExecuteReaderAsync(ct);
        var rows = new List<RawRow>();
        while (await row.ReadAsync(ct))
        {
            var columns = new object[row.FieldCount];
            row.GetValues(columns);
            rows.Add(new RawRow(columns));
        }
        return rows;
    }

#pragma warning disable CA2100 // literals of the migrations; values travel as parameters
    private DbCommand Command(string sql, (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value is Guid id && !IsPostgres ? id.ToByteArray(bigEndian: true) : value;
            command.Parameters.Add(parameter);
        }
        return command;
    }
#pragma warning restore CA2100
}
