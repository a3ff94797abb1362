using Microsoft.Data.Sqlite;

namespace Queqiao.Server.Platform.Storage.Sqlite;

/// <summary>
/// The backstop of checkpoints. Commits copy the write-ahead log back by themselves (<c>wal_autocheckpoint</c> in
/// <see cref="SqliteEngine"/>); only a log that keeps growing because readers hold it open is cut here, when they let go.
/// </summary>
internal sealed class SqliteCheckpointer : IAsyncDisposable
{
    private const long TooMuch = 256 << 20;

    private readonly SqliteConnection _connection;
    private readonly string _wal;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public SqliteCheckpointer(SqliteConnection connection, string wal)
    {
        _connection = connection;
        _wal = wal;
        _loop = Task.Factory.StartNew(Loop, TaskCreationOptions.LongRunning).Unwrap();
    }

    private async Task Loop()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var length = File.Exists(_wal) ? new FileInfo(_wal).Length : 0;
                if (length > TooMuch)
                    Truncate();
            }
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }

    private void Truncate()
    {
        try
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // A full disk or a busy file: the log stays where it is, whole, and the next second tries again. The write lane reports the trouble.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _connection.DisposeAsync();
        _stop.Dispose();
    }
}
