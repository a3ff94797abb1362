using Queqiao.Server.Conversations;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Log;

/// <summary>The checker that other tests lean on notices each kind of harm.</summary>
public sealed class InvariantTests
{
    [Theory]
    [InlineData("DELETE FROM entry WHERE seq = 3", "follows seq")]
    [InlineData("DELETE FROM entry", "without entries")]
    [InlineData("UPDATE entry SET public_prev = 1 WHERE seq = 3", "the chain says")]
    [InlineData("UPDATE entry SET public_prev = 2 WHERE type = 'note'", "the chain says")]
    [InlineData("UPDATE conversation SET unread = 5", "not what its log makes")]
    [InlineData("UPDATE conversation SET sealed = NULL", "not what its log makes")]
    [InlineData("UPDATE entry SET at = at + 1 WHERE seq = 2", "before the entry it follows")]
    [InlineData("UPDATE slot SET position = position + 1", "but holds positions")]
    [InlineData("UPDATE entry SET position = position + 100 WHERE seq > 3", "but holds positions")]
    [InlineData("UPDATE entry SET slot = (slot + 1) % 64", "in slot")]
    [InlineData("UPDATE entry_key SET seq = 99", "is not there")]
    [InlineData("UPDATE entry_key SET at = 1", "remembers")]
    [InlineData("INSERT INTO entry_key SELECT ws, randomblob(16), conversation_id, seq, at FROM entry_key", "2 keys")]
    [InlineData("UPDATE contact_identity SET tag = randomblob(16)", "belongs to another")]
    [InlineData("DELETE FROM contact_identity", "nobody's")]
    [InlineData("INSERT INTO contact (ws, id, created_at, last_seen_at) SELECT ws, randomblob(16), created_at, last_seen_at FROM contact", "never said anything")]
    [InlineData("DROP INDEX ux_conversation_unresolved; CREATE TEMP TABLE c AS SELECT * FROM conversation; UPDATE c SET id = randomblob(16), sealed = NULL; INSERT INTO conversation SELECT * FROM c", "unresolved conversations")]
    [InlineData("DELETE FROM conversation", "entries without a conversation")]
    public async Task The_checker_notices(string harm, string complaint)
    {
        await using var store = await Store.Open(Engines.Sqlite);
        var conversation = (await store.Node.CustomerSays("v", "one", "c1")).ConversationOf();
        await store.Node.AgentSays(conversation, "two", "a1");
        await store.Node.Do(conversation, head => head.AddNote("three", "n1"));
        await store.CheckLog();

        await using (var raw = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={store.Options.SqliteFile};Pooling=false;Foreign Keys=false"))
        {
            await raw.OpenAsync();
            await raw.Run(harm);
        }

        await using var db = store.Node.Engine.ReadSystem();
        Assert.Contains(LogInvariants.Violations(await LogSnapshot.Of(db, store.Node.Engine)), violation => violation.Contains(complaint, StringComparison.Ordinal));
    }
}
