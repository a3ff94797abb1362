using System.Data.Common;
using System.Text;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage.Migrations;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Sealing;

/// <summary>A store of the first version, in which everything stood in clear, is sealed in place when a newer server starts.</summary>
public sealed class SealClearTextTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Old_clear_text_is_gone_from_the_files_and_reads_as_before(string engine)
    {
        await using var old = await OldStore.Make(engine);
        Assert.NotEmpty(await RawBytes.Find(old.Canaries, await old.Folders()));

        await old.Store.Migrate(Migration.Of(engine));

        await old.CheckNames();
        var left = await RawBytes.Find(old.Canaries, await old.Folders());
        Assert.True(left.Count == 0, "Still in clear: " + string.Join("; ", left)); // whole: which file it is says why
    }

    /// <summary>Killed after every batch, for ever shorter ways to go: each start goes on where the last one was.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task A_start_that_is_killed_is_gone_on_with(string engine)
    {
        await using var old = await OldStore.Make(engine);
        var kills = 0;
        while (await Killed(old, engine))
            Assert.InRange(++kills, 1, 200);
        Assert.True(kills > 10, $"It was only killed {kills} times.");
        await old.CheckNames();
        if (engine == Engines.Sqlite) // PostgreSQL's log goes back to before the upgrade until it is recycled
            Assert.Empty(await RawBytes.Find(old.Canaries, await old.Folders()));
    }

    private static async Task<bool> Killed(OldStore old, string engine)
    {
        var seal = new SealClearText(2, static () => throw new OperationCanceledException("killed"));
        var sealing = Migration.Of(engine).Select(one => one.Version == 4 ? one with { Before = seal.Run } : one).ToList();
        try
        {
            await old.Store.Migrate(sealing);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}

/// <summary>A store as version 1 wrote it: ten people, each with a conversation of three entries, all in clear.</summary>
internal sealed class OldStore : IAsyncDisposable
{
    private const int People = 10;

    private OldStore(EmptyStore store) => Store = store;

    public EmptyStore Store { get; }

    public List<Canary> Canaries { get; } = [new("names", "金丝雀"), new("identities", "visitor-"), new("messages", "我的消息 canary "), new("notes", "备注")];

    public static async Task<OldStore> Make(string engine)
    {
        var old = new OldStore(await EmptyStore.Make(engine));
        await old.Store.Migrate([.. Migration.Of(engine).Where(one => one.Version == 1)]);
        await using var connection = await old.Store.Open();
        await old.Fill(connection, engine == Engines.Postgres);
        return old;
    }

    public async Task<string[]> Folders() => Store.Engine == Engines.Postgres
        ? (await RawBytes.FoldersOf(Store.Database))[..1] // not the log: it remembers until it is recycled (docs/operations.md)
        : [Store.Options.DataFolder];

    /// <summary>Everything reads as it was written.</summary>
    public async Task CheckNames()
    {
        await using var engine = Store.NewEngine();
        await using var connection = await Store.Open();
        await using var db = EmptyStore.Model(connection);
        var log = await LogSnapshot.Of(db, engine);
        Assert.Equal(People, log.Heads.Count);
        foreach (var head in log.Heads.Values)
            Assert.Equal((Canaries[0].Text, Canaries[3].Text), (head.ContactName, head.LastPreview));
        Assert.Equal(People, log.Heads.Values.Select(head => head.Identity).Distinct().Count(identity => identity.StartsWith(Canaries[1].Text, StringComparison.Ordinal)));
        Assert.All(log.Heads.Values, head => Assert.Equal(engine.Vault.Tag(1, "channel identity", head.Identity), head.IdentityTag));
        Assert.Equal(People, log.Messages.Count(message => message.Message.Text == Canaries[2].Text));
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private async Task Fill(DbConnection connection, bool postgres)
    {
        string Id(int n) => postgres ? $"'{new Guid(n, 0, 0, new byte[8])}'" : $"x'{n:x8}{new string('0', 24)}'";
        string Body(string json) => postgres ? $"'\\x{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(json))}'" : $"x'{Convert.ToHexStringLower(Encoding.UTF8.GetBytes(json))}'";
        await connection.Run($"""
            INSERT INTO workspace (ws, id, name, created_at) VALUES (1, {Id(1)}, 'Shop', 1);
            INSERT INTO channel (ws, id, kind, name, settings, enabled, created_at) VALUES (1, {Id(2)}, 'web', 'Web', '{"{}"}', true, 1);
            """);
        var (name, identity, text, note) = (Canaries[0].Text, Canaries[1].Text, Canaries[2].Text, Canaries[3].Text);
        for (var n = 0; n < People; n++)
        {
            var (contact, conversation, seen) = (Id(100 + n), Id(200 + n), 1000 + n);
            await connection.Run($"""
                INSERT INTO contact (ws, id, name, created_at, last_seen_at) VALUES (1, {contact}, '{name}', {seen}, {seen});
                INSERT INTO contact_identity (ws, channel_id, identity, contact_id, created_at) VALUES (1, {Id(2)}, '{identity}-{n}', {contact}, {seen});
                INSERT INTO conversation (ws, id, channel_id, identity, contact_id, contact_name, seq, public_seq, status, priority, unread, contact_unread, contact_read_seq,
                    agent_read_seq, last_in_seq, last_out_seq, last_message_seq, last_message_at, last_message_type, last_sender_kind, last_sender_name, last_preview,
                    created_at, last_activity_at, last_entry_at)
                VALUES (1, {conversation}, {Id(2)}, '{identity}-{n}', {contact}, '{name}', 3, 2, 'queued', 'none', 1, 0, 0, 0, 2, 0, 3, {seen}, 'note', 'agent', '林晓', '{note}', {seen}, {seen}, {seen});
                INSERT INTO entry (ws, conversation_id, seq, public_prev, at, type, sender_kind, sender_id, body, slot, position) VALUES
                    (1, {conversation}, 1, 0, {seen}, 'started', 'contact', NULL, {Body("""{"b":{}}""")}, {n}, 1),
                    (1, {conversation}, 2, 1, {seen}, 'message', 'contact', NULL, {Body($$$"""{"b":{"direction":"in","text":"{{{text}}}","clientId":"c1"}}""")}, {n}, 2),
                    (1, {conversation}, 3, NULL, {seen}, 'note', 'agent', NULL, {Body($$$"""{"b":{"text":"{{{note}}}","clientId":"n1"},"n":"林晓"}""")}, {n}, 3);
                UPDATE slot SET position = 3 WHERE slot = {n};
                """);
        }
    }
}
