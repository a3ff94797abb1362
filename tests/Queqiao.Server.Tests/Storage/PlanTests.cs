using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Platform.Storage.Sqlite;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Storage;

/// <summary>Plans that were wrong once, or would be if nobody told the planner: work that grows with the whole store is done for one row.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task A_column_behind_the_workspace_is_looked_up_by_its_index()
    {
        await using var store = await EmptyStore.Make(Engines.Sqlite);
        await using (var engine = store.NewEngine())
            await engine.Start(CancellationToken.None);
        await using var connection = (SqliteConnection)await store.Open();
        var indexes = await Rows(connection,
            """
            SELECT DISTINCT t.name, c.name FROM pragma_table_list t, pragma_index_list(t.name) i, pragma_index_info(i.name) first, pragma_index_info(i.name) c
            WHERE t.schema = 'main' AND t.type = 'table' AND NOT i.partial AND first.seqno = 0 AND first.name = 'ws' AND c.seqno = 1
            """);
        Assert.True(indexes.Count > 200, "The indexes are hardly read at all.");
        var walks = new List<string>();
        foreach (var (table, column) in indexes)
        {
            var plan = await Plan(connection, $"SELECT * FROM \"{table}\" WHERE ws = 1 AND {column} = 1");
            if (!plan.Contains($"{column}=?", StringComparison.Ordinal) && !plan.Contains("INTEGER PRIMARY KEY", StringComparison.Ordinal))
                walks.Add($"{table}.{column}: {plan}");
        }
        Assert.Empty(walks);
    }

    [Fact]
    public async Task A_customers_newest_conversation_is_found_without_walking_through_the_others()
    {
        await using var store = await EmptyStore.Make(Engines.Sqlite);
        await using (var engine = store.NewEngine())
            await engine.Start(CancellationToken.None);
        await using var connection = (SqliteConnection)await store.Open();
        Assert.Contains("ix_conversation_identity (ws=? AND channel_id=? AND identity_tag=?)", await Plan(connection,
            "SELECT c.id FROM conversation c WHERE c.ws = 1 AND c.channel_id = 1 AND c.identity_tag = 1 ORDER BY c.status = 'resolved', c.created_at DESC, c.id DESC LIMIT 1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM conversation WHERE ws = 1 ORDER BY last_activity_at DESC, id DESC LIMIT 51")]
    [InlineData("SELECT count(*) FROM conversation WHERE ws = 1 AND (assignee_id = 1 OR instr(mentioned, 'a') > 0)")]
    public async Task All_of_a_workspace_is_read_from_the_table_itself(string sql)
    {
        await using var store = await EmptyStore.Make(Engines.Sqlite);
        await using (var engine = store.NewEngine())
            await engine.Start(CancellationToken.None);
        await using var connection = (SqliteConnection)await store.Open();
        Assert.StartsWith("SEARCH conversation USING PRIMARY KEY (ws=?)", await Plan(connection, sql), StringComparison.Ordinal);
    }

    /// <summary>Numbers that lie about a store that has grown old are as good as on its first day: they are not measured.</summary>
    [Fact]
    public async Task What_somebody_measured_is_corrected_at_the_next_start()
    {
        await using var store = await EmptyStore.Make(Engines.Sqlite);
        await using (var engine = store.NewEngine())
            await engine.Start(CancellationToken.None);
        await store.Run("ANALYZE");
        await using (var engine = store.NewEngine())
            await engine.Start(CancellationToken.None);
        Assert.Equal("1048576 524288 1", await store.Run("SELECT stat FROM sqlite_stat1 WHERE tbl = 'conversation' AND idx = 'conversation'"));
    }

    [Theory]
    [InlineData("ws id", true, false, "1048576 1048576 1")]
    [InlineData("ws id", true, false, "1048576 524288 1", "t")]
    [InlineData("ws contact_id", false, false, "1048576 1048576 10")]
    [InlineData("ws status last_activity_at id", false, false, "1048576 1048576 65536 10 9")]
    [InlineData("ws assignee_id status last_activity_at id", false, false, "1048576 1048576 10 2 2 2")]
    [InlineData("slot position", true, false, "1048576 65536 1")]
    [InlineData("snoozed_until", false, true, "65536 10")]
    public void An_index_is_described(string columns, bool unique, bool partial, string numbers, string name = "i") =>
        Assert.Equal(numbers, PlannerNumbers.Describe(new("t", name, unique, partial, [.. columns.Split(' ')])));

    /// <summary>PostgreSQL would rather merge cursors with entries and read half of all entries, for one message: it took 0.5 s at a million.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task Listeners_read_what_is_new_slot_by_slot(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        await using (var running = store.NewEngine())
            await running.Start(CancellationToken.None);
        await using var connection = await store.Open();
        await using var db = EmptyStore.Model(connection);
        var sql = ListenerTurn.Next(db, engine == Engines.Postgres, "search.texts", null).ToQueryString();
        if (engine == Engines.Postgres)
            Assert.Contains("LATERAL", sql, StringComparison.Ordinal);
        else
            Assert.Contains("ux_entry_position (slot=? AND position>? AND position<?)", await Plan((SqliteConnection)connection, sql[sql.IndexOf("SELECT", StringComparison.Ordinal)..].Replace("@", ":", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private static async Task<string> Plan(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        foreach (System.Text.RegularExpressions.Match name in System.Text.RegularExpressions.Regex.Matches(sql, ":\\w+"))
            command.Parameters.AddWithValue(name.Value, 1);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(3));
        return string.Join("; ", plan);
    }

    private static async Task<List<(string, string)>> Rows(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync())
            rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }
}
