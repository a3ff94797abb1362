using Microsoft.Data.Sqlite;
using Npgsql;
using Queqiao.Server.Platform.Telemetry;

namespace Queqiao.Server.Platform.Integrity;

/// <summary>Something stored that is not what was stored: found by this process since it started.</summary>
/// <param name="What"><c>entry</c>, <c>conversation</c>, <c>file</c> or <c>database</c>.</param>
/// <param name="Where">An id, or nothing.</param>
/// <param name="Ws">Whose it is; null when it is everybody's.</param>
/// <param name="FirstAt">Unix milliseconds.</param>
internal sealed record Damage(string What, string Where, int? Ws, long FirstAt, long LastAt, int Times);

/// <summary>
/// What was noticed to be damaged: counted for alerts (<c>queqiao.damaged</c>) and kept for the System page. Damage stays where it is:
/// whoever asks for it is told, everything else is served.
/// </summary>
internal static class Damages
{
    private const int Most = 200;
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string, string), Damage> Seen = [];

    public static void Note(string what, string where = "", int? ws = null)
    {
        Measures.Damaged.Add(1, new KeyValuePair<string, object?>("what", what));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        lock (Gate)
        {
            if (Seen.TryGetValue((what, where), out var known))
                Seen[(what, where)] = known with { LastAt = now, Times = known.Times + 1 };
            else if (Seen.Count < Most)
                Seen[(what, where)] = new Damage(what, where, ws, now, now, 1);
        }
    }

    /// <summary>Newest first.</summary>
    public static IReadOnlyList<Damage> Known
    {
        get
        {
            lock (Gate)
                return [.. Seen.Values.OrderByDescending(damage => damage.LastAt)];
        }
    }

    /// <summary>Whether the database says that its own pages are damaged (https://www.sqlite.org/rescode.html, PostgreSQL appendix A class XX).</summary>
    public static bool IsOfDatabase(Exception? trouble) => trouble switch
    {
        null => false,
        SqliteException { SqliteErrorCode: 11 or 26 } or PostgresException { SqlState: "XX001" or "XX002" } => true,
        _ => IsOfDatabase(trouble.InnerException),
    };
}
