using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Inbox;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Conversations;

/// <summary>Lists filtered by tag, field and mention use an index, and the index says what the heads say.</summary>
public sealed class MarkTests
{
    private const int Many = 3000;

    [Theory, OnSqlite, OnPostgres]
    public async Task Marks_follow_the_log(string engine)
    {
        await using var store = await Store.Open(engine);
        var node = store.Node;
        var id = ((Server.Conversations.Log.LogOutcome.Stored)await node.CustomerSays("a", "hello", "1")).ConversationId;
        var (vip, late) = (store.Ids.New(), store.Ids.New());
        await node.Do(id, _ => new Tagged(vip, "VIP"));
        await node.Do(id, _ => Decision.Of(new Tagged(late, "late"), new FieldsChanged("""{"region":"华 \"东\" \\n, ,","level":["1","2"]}""", null)));
        Assert.Equal(5, await Compare(node.Engine));
        await node.Do(id, _ => Decision.Of(new Untagged(vip, "VIP"), new FieldsChanged("""{"region":"west"}""", null)));
        Assert.Equal(4, await Compare(node.Engine)); // late, region and two levels
    }

    /// <summary>What an earlier version stored is found as well.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task An_upgraded_store_has_the_marks_of_its_conversations(string engine)
    {
        await using var store = await EmptyStore.Make(engine);
        var known = Migration.Of(engine);
        foreach (var migration in known.TakeWhile(one => one.Version < 33))
        {
            await store.Migrate([.. known.TakeWhile(one => one.Version <= migration.Version)]);
            if (migration.Version == 1)
                await store.Run(UpgradeTests.Fixture(engine, 1));
        }
        await store.Run("UPDATE conversation SET tags = ',00000000000000000000000000001101,00000000000000000000000000001102,', mentioned = ',00000000000000000000000000000002,', facets = "
            + (engine == Engines.Sqlite ? "char(10) || 'a=1' || char(10) || 'b=\"x, y\"' || char(10)" : "E'\\na=1\\nb=\"x, y\"\\n'"));
        await store.Migrate(known);
        await using var read = store.NewEngine();
        await read.Start(CancellationToken.None);
        Assert.True(await Compare(read) >= 5);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_list_by_tag_field_or_mention_reads_the_index(string engine)
    {
        await using var store = await Store.Open(engine);
        var id = ((Server.Conversations.Log.LogOutcome.Stored)await store.Node.CustomerSays("a", "hello", "1")).ConversationId;
        var tag = store.Ids.New();
        await store.Node.Do(id, _ => Decision.Of(new Tagged(tag, "rare"), new FieldsChanged("""{"region":"west"}""", null)));
        await Multiply(store);

        await using var db = store.Node.Engine.Read(1);
        await db.Database.OpenConnectionAsync();
        foreach (var condition in (Condition[])[new("tag", Condition.In, [tag.ToString()]), new("field.region", Condition.In, ["west"]), new("mentioned", Condition.In, ["me"])])
        {
            var rows = db.Visible(Scope<ConversationHead>.Workspace(1)).Having(db, 1, ConditionRules.Rule([condition], store.Lin.Id, TimeProvider.System)).OrderByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id).Take(51);
            Assert.Equal(condition.Field == "mentioned" ? 0 : 1, (await rows.ToListAsync()).Count);
            var plan = await Plan(rows, engine);
            Assert.True(engine == Engines.Sqlite
                ? plan.Contains("SEARCH conversation_mark", StringComparison.OrdinalIgnoreCase) || plan.Contains("SEARCH c0 USING PRIMARY KEY", StringComparison.Ordinal)
                : plan.Contains("conversation_mark_pkey", StringComparison.Ordinal), plan);
            Assert.DoesNotContain(engine == Engines.Sqlite ? "SCAN c\n" : "Seq Scan", plan + "\n", StringComparison.Ordinal);
        }
    }

    /// <summary>In memory the same rule is asked of the head itself.</summary>
    [Fact]
    public void What_asks_for_something_else_stays_as_it_is()
    {
        System.Linq.Expressions.Expression<Func<ConversationHead, bool>> rule = head => head.AssigneeName != null && head.AssigneeName.Contains('x');
        Assert.Equal(rule.ToString(), MarkLookup.In(null!, 1, rule).ToString());
    }

    /// <summary>Three thousand more like the first, each with another mark.</summary>
    private static async Task Multiply(Store store)
    {
        await using DbConnection connection = store.Engine == Engines.Sqlite
            ? new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={store.Options.SqliteFile};Pooling=false") : new Npgsql.NpgsqlConnection(store.Database.Owner);
        await connection.OpenAsync();
        var columns = string.Join(", ", Server.Conversations.Log.HeadColumns.All.Where(name => name is not ("ws" or "id" or "tags" or "facets" or "identity_tag" or "last_activity_at")));
        var (many, id) = store.Engine == Engines.Sqlite
            ? ($"(WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {Many}) SELECT n FROM n) n", "randomblob(16)")
            : ($"generate_series(1, {Many}) n", "gen_random_uuid()");
        await connection.Run($"INSERT INTO conversation (ws, id, last_activity_at, {columns}) SELECT 1, {id}, c.last_activity_at + n.n, {string.Join(", ", columns.Split(", ").Select(name => "c." + name))} FROM conversation c, {many}");
        await connection.Run($"INSERT INTO conversation_mark (ws, kind, mark, conversation_id) SELECT 1, 1, {(store.Engine == Engines.Sqlite ? "',' || hex(randomblob(16)) || ','" : "',' || gen_random_uuid() || ','")}, id FROM conversation WHERE tags IS NULL");
        await connection.Run("ANALYZE");
    }

    private static async Task<string> Plan(IQueryable<ConversationHead> rows, string engine)
    {
        await using var command = rows.CreateDbCommand();
        command.CommandText = (engine == Engines.Sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ") + command.CommandText;
        await using var row = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await row.ReadAsync())
            plan.Add(row.GetString(engine == Engines.Sqlite ? 3 : 0));
        return string.Join('\n', plan);
    }

    private static async Task<int> Compare(IStorageEngine engine)
    {
        await using var db = engine.ReadSystem();
        var heads = await db.Visible(Scope<ConversationHead>.Everything("a test compares")).AsNoTracking().ToListAsync();
        var expected = heads.SelectMany(head => ConversationMark.Of(head).Select(mark => (head.Id, mark.Kind, mark.Mark))).Order().ToList();
        var stored = (await db.Table<ConversationMark>().AsNoTracking().ToListAsync()).Select(mark => (mark.ConversationId, mark.Kind, mark.Mark)).Order().ToList();
        Assert.Equal(expected, stored);
        return stored.Count;
    }
}
