namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>
/// What is not backed up because it follows from the rest: the search index. Its listener's cursor goes with it, so that a restored
/// store fills it again by itself. (It would be as large as the messages, and its words would outlive an erasure.)
/// </summary>
internal static class RebuiltTables
{
    /// <summary>Tables that start empty again, with the listener that fills them.</summary>
    public static readonly (string Table, string Listener)[] All = [];

    public static async Task Empty(IReadOnlySet<string> there, Func<string, Task<int>> run)
    {
        foreach (var (table, listener) in All.Where(one => there.Contains(one.Table)))
        {
            await run($"DELETE FROM {table}");
            await run($"DELETE FROM listener_cursor WHERE listener = '{listener}'");
        }
    }
}
