using Npgsql;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage.Postgres;

namespace Queqiao.Server.Platform.Bus;

/// <summary>
/// LISTEN and NOTIFY of the database that all nodes share. Needs nothing else to run, and costs the database a small transaction for
/// every word; so many nodes should have a broker. A pooler in transaction mode does not pass it on: then nodes look once a second.
/// </summary>
internal sealed class PostgresTransport(PostgresEngine engine, ILogger<PostgresTransport> log) : IBusTransport, IAsyncDisposable
{
    private const string Channel = "queqiao_bus";
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _sending = new(1, 1);
    private NpgsqlConnection? _sender;
    private volatile bool _isUp;

    public string Name => "postgres";

    public bool IsUp => _isUp;

    /// <summary>A payload is shorter than 8,000 bytes (PostgreSQL, NOTIFY), and these are base64.</summary>
    public int MostBytes => 5900;

    public async Task Listen(Action<ReadOnlyMemory<byte>> heard, Action restored, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await ListenOnce(heard, restored, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble)
            {
                log.Fault(LogLevel.Debug, trouble, "The database's way between nodes is away");
            }
            finally
            {
                _isUp = false;
            }
            await Task.WhenAny(Task.Delay(Again, ct));
        }
    }

    private async Task ListenOnce(Action<ReadOnlyMemory<byte>> heard, Action restored, CancellationToken ct)
    {
        await using var connection = await engine.OpenApart(ct);
        connection.Notification += (_, word) =>
        {
            if (Decode(word.Payload) is { } bytes)
                heard(bytes);
        };
        await using (var listen = new NpgsqlCommand("LISTEN " + Channel, connection))
            await listen.ExecuteNonQueryAsync(ct);
        _isUp = true;
        restored();
        while (true)
            await connection.WaitAsync(ct);
    }

    private static byte[]? Decode(string payload)
    {
        try
        {
            return Convert.FromBase64String(payload);
        }
        catch (FormatException)
        {
            return null; // somebody else's
        }
    }

    public async ValueTask<bool> TrySend(string topic, ReadOnlyMemory<byte> word, CancellationToken ct)
    {
        await _sending.WaitAsync(ct);
        try
        {
            _sender ??= await engine.OpenApart(ct);
            await using var notify = new NpgsqlCommand("SELECT pg_notify($1, $2)", _sender);
            notify.Parameters.Add(new() { Value = Channel });
            notify.Parameters.Add(new() { Value = Convert.ToBase64String(word.Span) });
            await notify.ExecuteNonQueryAsync(ct);
            return true;
        }
        catch (Exception trouble) when (trouble is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            if (_sender is not null)
                await _sender.DisposeAsync();
            _sender = null;
            return false;
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sender is not null)
            await _sender.DisposeAsync();
        _sending.Dispose();
    }
}
