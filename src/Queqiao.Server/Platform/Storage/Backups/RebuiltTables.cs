namespace Queqiao.Server.Platform.Storage.Backups;

/// <summary>
/// What is not backed up because it follows from the rest: the search index. It would be as large as the messages, and its words
/// would outlive an erasure. A restored store is told that its index has a form that nobody knows, and fills it anew.
/// </summary>
internal static class RebuiltTables
{
    /// <summary>PostgreSQL: tables whose rows stay out of the dump.</summary>
    public static readonly string[] All = ["search_text"];

    /// <summary>SQLite: empties the copy.</summary>
    public static IEnumerable<string> Empty(IReadOnlySet<string> there)
    {
        if (!there.Contains("search_text"))
            yield break;
        yield return "DELETE FROM search_text";
        yield return "INSERT INTO search_word(search_word) VALUES('delete-all')";
    }

    /// <summary>Has the index filled at the next start.</summary>
    public static IEnumerable<string> Begin(IReadOnlySet<string> there)
    {
        if (there.Contains("search_state"))
            yield return "UPDATE search_state SET format = 0";
    }
}
