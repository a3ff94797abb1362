namespace Queqiao.Server.Conversations;

/// <summary>
/// A few ids in one text column of the head, each between commas, so that one "contains" asks for one of them: in SQL and in memory
/// alike. Null when empty.
/// </summary>
internal static class IdSet
{
    public static string? With(string? set, Guid id) => Contains(set, id) ? set : (set ?? ",") + id.ToString("N") + ",";

    public static string? Without(string? set, Guid id)
    {
        if (!Contains(set, id))
            return set;
        var left = set!.Replace(Mark(id), ",", StringComparison.Ordinal);
        return left.Length > 1 ? left : null;
    }

    public static bool Contains(string? set, Guid id) => set is not null && set.Contains(Mark(id), StringComparison.Ordinal);

    /// <summary>What to look for in the column.</summary>
    public static string Mark(Guid id) => $",{id:N},";

    public static IEnumerable<Guid> Of(string? set) => set is null ? [] : set.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Guid.Parse);
}
