using System.Security.Cryptography;
using Npgsql;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Storage.Postgres;

/// <summary>
/// LISTEN and NOTIFY between the processes of one database (https://www.postgresql.org/docs/15/sql-notify.html). A call is a
/// transaction of its own that waits for no sync: whoever must not miss anything looks now and then besides.
/// </summary>
internal sealed class PostgresCalls(NpgsqlDataSource source, ILogger log)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2);

    private readonly string _self = RandomNumberGenerator.GetHexString(32);

    public async Task Call(string name, CancellationToken ct)
    {
        await using var command = source.CreateCommand("SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)");
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = _self });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <param name="name">A word of small letters and underscores.</param>
    /// <param name="heard">Another process called; must be quick and must not throw.</param>
    /// <param name="ct">The end.</param>
    public async Task Hear(string name, Action heard, CancellationToken ct)
    {
        for (var again = false; !ct.IsCancellationRequested; again = true)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                connection.Notification += (_, call) =>
                {
                    if (call.Payload != _self)
                        heard();
                };
                await Listen(connection, name, ct);
                if (again)
                    heard(); // somebody may have called while nobody heard
                while (true)
                {
                    // A connection that was cut without a word would be silent for ever: ask now and then.
                    if (!await connection.WaitAsync(Silence, ct))
                        await Ask(connection, ct);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception trouble) when (trouble is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException)
            {
                log.Fault(LogLevel.Debug, trouble, "Other processes are not heard; their work is found by looking");
                await Task.WhenAny(Task.Delay(Away, ct));
            }
        }
    }

    private static async Task Listen(NpgsqlConnection connection, string name, CancellationToken ct)
    {
        if (!name.All(c => char.IsAsciiLetterLower(c) || c == '_'))
            throw new ArgumentException("Small letters and underscores.", nameof(name));
#pragma warning disable CA2100 // LISTEN takes no parameter; checked above
        await using var command = new NpgsqlCommand($"LISTEN {name}", connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task Ask(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync(ct);
    }
}
