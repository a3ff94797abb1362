using System.Data.Common;

namespace Queqiao.Server.Tests.Storage;

/// <summary>
/// What a database says about itself, one line a fact, sorted. <see cref="Shape"/> holds what EF Core can express too;
/// <see cref="Beyond"/> the rest (triggers, policies, grants …), which a test compares with a written list.
/// </summary>
internal sealed record Catalogue(IReadOnlyList<string> Shape, IReadOnlyList<string> Beyond)
{
    private const string SqliteShape = """
        WITH tables AS (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('schema_migration', 'search_text'))
        SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END || coalesce(' default ' || c.dflt_value, '')
            || CASE WHEN c.hidden THEN ' hidden ' || c.hidden ELSE '' END
        FROM tables t, pragma_table_xinfo(t.name) c
        UNION ALL
        SELECT 'key ' || t.name || ' (' || (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk)) || ')' FROM tables t
        UNION ALL
        SELECT 'reference ' || name || ' (' || group_concat("from", ', ') || ') to ' || "table" || ' (' || group_concat("to", ', ') || ') on delete ' || on_delete || ' on update ' || on_update
        FROM (SELECT t.name, f.* FROM tables t, pragma_foreign_key_list(t.name) f ORDER BY t.name, f.id, f.seq) GROUP BY name, id
        UNION ALL
        SELECT 'index ' || t.name || ' ' || i.name || CASE i."unique" WHEN 1 THEN ' unique' ELSE '' END
            || ' (' || (SELECT group_concat(name || CASE "desc" WHEN 1 THEN ' desc' ELSE '' END || CASE coll WHEN 'BINARY' THEN '' ELSE ' ' || coll END, ', ')
                        FROM (SELECT * FROM pragma_index_xinfo(i.name) WHERE "key" ORDER BY seqno)) || ')'
            || coalesce((SELECT ' ' || substr(sql, instr(upper(sql), ' WHERE ') + 1) FROM sqlite_master m WHERE m.name = i.name AND i.partial), '')
        FROM tables t, pragma_index_list(t.name) i WHERE i.origin = 'c'
        """;

    private const string SqliteBeyond = """
        SELECT 'strict ' || name FROM pragma_table_list WHERE schema = 'main' AND strict
        UNION ALL SELECT 'without rowid ' || name FROM pragma_table_list WHERE schema = 'main' AND wr AND type <> 'shadow'
        UNION ALL SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view')
        UNION ALL SELECT 'table ' || name FROM sqlite_master WHERE name IN ('schema_migration', 'search_text', 'search_word')
        """;

    private const string PostgresShape = """
        WITH tables AS (SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname NOT IN ('schema_migration', 'search_text'))
        SELECT 'column ' || t.relname || '.' || c.attname || ' ' || format_type(c.atttypid, c.atttypmod) || CASE WHEN c.attnotnull THEN ' not null' ELSE '' END
            || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || CASE WHEN c.attidentity <> '' THEN ' identity' ELSE '' END
        FROM tables t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum
        UNION ALL
        SELECT CASE c.contype WHEN 'p' THEN 'key ' WHEN 'f' THEN 'reference ' ELSE 'constraint ' END || t.relname || ' ' || pg_get_constraintdef(c.oid)
        FROM tables t JOIN pg_constraint c ON c.conrelid = t.oid
        UNION ALL
        SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM tables t JOIN pg_index i ON i.indrelid = t.oid WHERE NOT i.indisprimary
        """;

    private const string PostgresBeyond = """
        SELECT 'row security ' || relname || CASE WHEN relforcerowsecurity THEN ' forced' ELSE '' END FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity
        UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || cmd || ' to ' || array_to_string(roles, ', ') || ' using ' || coalesce(qual, '-') || ' check ' || coalesce(with_check, '-')
        FROM pg_policies WHERE schemaname = 'public'
        UNION ALL SELECT 'trigger ' || t.tgrelid::regclass || ' ' || t.tgname FROM pg_trigger t WHERE NOT t.tgisinternal
        UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'grant ' || c.relname || ' to ' || a.grantee::regrole || ' ' || string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
        FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner GROUP BY c.relname, a.grantee
        UNION ALL SELECT 'table ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname IN ('schema_migration', 'search_text')
        UNION ALL SELECT 'view ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
        """;

    public static async Task<Catalogue> Of(DbConnection connection) => connection is Npgsql.NpgsqlConnection
        ? new(await Lines(connection, PostgresShape), await Lines(connection, PostgresBeyond))
        : new(await Lines(connection, SqliteShape), await Lines(connection, SqliteBeyond));

    private static async Task<IReadOnlyList<string>> Lines(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var row = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await row.ReadAsync())
            lines.Add(row.GetString(0).Replace('"', ' ').Replace("  ", " ", StringComparison.Ordinal).Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal));
        return [.. lines.Order(StringComparer.Ordinal)];
    }
}
