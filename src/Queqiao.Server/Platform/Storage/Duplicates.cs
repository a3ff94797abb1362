using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Queqiao.Server.Platform.Storage;

/// <summary>Tells "somebody else already has this" from real trouble.</summary>
internal static class Duplicates
{
    /// <summary>A primary key or unique index refused the row: SQLSTATE 23505, SQLITE_CONSTRAINT_PRIMARYKEY (1555), _UNIQUE (2067) or _ROWID (2579).</summary>
    public static bool IsDuplicate(this DbUpdateException trouble) => trouble.InnerException switch
    {
        PostgresException refused => refused.SqlState == PostgresErrorCodes.UniqueViolation,
        SqliteException refused => refused.SqliteExtendedErrorCode is 1555 or 2067 or 2579,
        _ => false,
    };

    /// <summary>Whether this one unique index refused.</summary>
    /// <param name="trouble">Of a statement that did not go through EF Core.</param>
    /// <param name="index">Its name, as PostgreSQL tells it.</param>
    /// <param name="column">A column (<c>table.column</c>) that only this index of the table ends with: SQLite names columns, not indexes.</param>
    public static bool Of(Exception trouble, string index, string column) => trouble switch
    {
        PostgresException refused => refused.SqlState == PostgresErrorCodes.UniqueViolation && refused.ConstraintName == index,
        SqliteException refused => refused.SqliteExtendedErrorCode is 2067 && refused.Message.Contains(column + "'", StringComparison.Ordinal),
        _ => false,
    };
}
