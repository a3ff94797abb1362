using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Keys.Storage;

namespace Queqiao.Server.Platform.Storage.Migrations;

/// <summary>
/// Seals what the first version stored in clear, in place: names, identities, heads, entries. In batches, each a transaction that
/// seals and takes the clear text away at once, so that a kill half-way loses nothing and the next start goes on. At the end the
/// files are written anew, because a deleted page still has its old content. Runs before migration 4; as frozen as the SQL.
/// </summary>
/// <param name="most">Rows in one transaction.</param>
/// <param name="afterBatch">For tests that stop half-way.</param>
internal sealed class SealClearText(int most = 1000, Action? afterBatch = null)
{
    public async Task Run(MigrationWork work, CancellationToken ct)
    {
        var store = new RawStore(work.Connection);
        if (!store.IsPostgres)
            await store.Execute("PRAGMA secure_delete=ON", ct);
        var seal = new Sealing(store, await WorkspaceKeysOf(store, work, ct), work.Ids.Now());
        await Each(store, "SELECT ws, id FROM contact p WHERE NOT EXISTS (SELECT 1 FROM contact_key k WHERE k.ws = p.ws AND k.contact_id = p.id)", seal.AddKey, ct);
        await Each(store, "SELECT ws, id, name FROM contact WHERE name IS NOT NULL", seal.Name, ct);
        await Each(store, "SELECT ws, channel_id, identity, contact_id FROM contact_identity WHERE tag IS NULL", seal.Identity, ct);
        await Each(store, "SELECT ws, id, contact_id, identity, contact_name, last_sender_name, last_preview FROM conversation WHERE identity_tag IS NULL", seal.Head, ct);
        await Entries(store, seal, ct);
        if (await store.Any("SELECT 1 FROM contact", ct))
            await store.WriteAnew(["contact", "contact_identity", "conversation", "entry"], ct);
    }

    private async Task Each(RawStore store, string sql, Func<RawRow, CancellationToken, Task> act, CancellationToken ct)
    {
        while (await store.Batch($"{sql} LIMIT {most}", act, ct) > 0)
            afterBatch?.Invoke();
    }

    // By key, not by "what is left": looking at every body again for each batch would take the square of the time.
    private async Task Entries(RawStore store, Sealing seal, CancellationToken ct)
    {
        var sql = $"""
            SELECT e.ws, e.conversation_id, e.seq, e.type, e.body, c.contact_id FROM entry e JOIN conversation c ON c.ws = e.ws AND c.id = e.conversation_id
            WHERE (e.ws, e.conversation_id, e.seq) > (@ws, @conversation, @seq) ORDER BY e.ws, e.conversation_id, e.seq LIMIT {most}
            """;
        var (from, changed) = ((Ws: 0, Conversation: Guid.Empty, Seq: 0L), false);
        while (await store.Batch(sql, One, ct, ("ws", from.Ws), ("conversation", from.Conversation), ("seq", from.Seq)) > 0)
        {
            if (changed)
                afterBatch?.Invoke();
            changed = false;
        }

        async Task One(RawRow row, CancellationToken stop)
        {
            from = (row.Int(0), row.Id(1), row.Long(2));
            changed |= await seal.Entry(row, stop);
        }
    }

    private static async Task<Dictionary<int, WorkspaceKeys>> WorkspaceKeysOf(RawStore store, MigrationWork work, CancellationToken ct)
    {
        var rows = new List<WorkspaceKeyRow>();
        await store.Batch("SELECT w.ws, k.id, k.kind, k.state, k.root_id, k.wrapped FROM workspace w LEFT JOIN workspace_key k ON k.ws = w.ws", async (row, stop) =>
        {
            if (!row.IsNull(1))
            {
                rows.Add(new() { Ws = row.Int(0), Id = row.Int(1), Kind = row.Text(2)!, State = row.Text(3)!, RootId = row.Text(4)!, Wrapped = row.Bytes(5), CreatedAt = 0 });
                return;
            }
            foreach (var key in WorkspaceKeys.New(row.Int(0), work.Roots, work.Ids.Now()))
            {
                rows.Add(key);
                await store.Write("INSERT INTO workspace_key (ws, id, kind, state, root_id, wrapped, created_at) VALUES (@ws, @id, @kind, @state, @root, @wrapped, @at)", stop,
                    ("ws", key.Ws), ("id", key.Id), ("kind", key.Kind), ("state", key.State), ("root", key.RootId), ("wrapped", key.Wrapped), ("at", key.CreatedAt));
            }
        }, ct);
        return rows.GroupBy(row => row.Ws).ToDictionary(group => group.Key, group => new WorkspaceKeys(group.Key, group, work.Roots));
    }

    /// <summary>What is written for one row. The names of places and purposes are those of the running server.</summary>
    private sealed class Sealing(RawStore store, Dictionary<int, WorkspaceKeys> workspaces, long now)
    {
        private readonly Dictionary<(int Ws, Guid Contact), ContactKey> _keys = [];

        public Task AddKey(RawRow row, CancellationToken ct)
        {
            var (keys, id) = (workspaces[row.Int(0)], row.Id(1));
            return store.Write("INSERT INTO contact_key (ws, contact_id, key_id, wrapped, created_at) VALUES (@ws, @id, @key, @wrapped, @at)", ct,
                ("ws", keys.Ws), ("id", id), ("key", keys.Current), ("wrapped", keys.Seal("contact key v1", DataKey.New().Raw, id)), ("at", now));
        }

        public async Task Name(RawRow row, CancellationToken ct)
        {
            var id = row.Id(1);
            var name = (await KeyOf(row.Int(0), id, ct)).Seal(new SealedPlace("contact.name", id), row.Text(2)!);
            await store.Write("UPDATE contact SET name = NULL, sealed_name = @sealed WHERE ws = @ws AND id = @id", ct, ("ws", row.Int(0)), ("id", id), ("sealed", name));
        }

        public async Task Identity(RawRow row, CancellationToken ct)
        {
            var (ws, channel, identity) = (row.Int(0), row.Id(1), row.Text(2)!);
            var tag = workspaces[ws].Tag("channel identity", identity);
            var sealedIdentity = (await KeyOf(ws, row.Id(3), ct)).Seal(new SealedPlace("contact_identity", channel), identity);
            await store.Write("UPDATE contact_identity SET identity = @gone, tag = @tag, sealed = @sealed WHERE ws = @ws AND channel_id = @channel AND identity = @identity", ct,
                ("ws", ws), ("channel", channel), ("identity", identity), ("gone", tag.ToString("N")), ("tag", tag), ("sealed", sealedIdentity));
        }

        public async Task Head(RawRow row, CancellationToken ct)
        {
            var (ws, id, identity) = (row.Int(0), row.Id(1), row.Text(3)!);
            var personal = PackedTexts.Write(identity, row.Text(4), row.Text(5), row.Text(6));
            await store.Write("""
                UPDATE conversation SET identity = '', contact_name = NULL, last_sender_name = NULL, last_preview = NULL, identity_tag = @tag, sealed = @sealed
                WHERE ws = @ws AND id = @id
                """, ct,
                ("ws", ws), ("id", id), ("tag", workspaces[ws].Tag("channel identity", identity)),
                ("sealed", (await KeyOf(ws, row.Id(2), ct)).Seal(new SealedPlace("conversation", id), personal)));
        }

        /// <summary>False: it was sealed before a kill.</summary>
        public async Task<bool> Entry(RawRow row, CancellationToken ct)
        {
            var (ws, conversation, seq, body) = (row.Int(0), row.Id(1), row.Long(2), row.Bytes(4));
            if (body is not [(byte)'{', ..])
                return false;
            var place = new SealedPlace("entry." + row.Text(3), conversation, seq);
            await store.Write("UPDATE entry SET body = @sealed WHERE ws = @ws AND conversation_id = @conversation AND seq = @seq", ct,
                ("ws", ws), ("conversation", conversation), ("seq", seq), ("sealed", (await KeyOf(ws, row.Id(5), ct)).Seal(place, body)));
            return true;
        }

        private async ValueTask<ContactKey> KeyOf(int ws, Guid contact, CancellationToken ct)
        {
            if (_keys.TryGetValue((ws, contact), out var known))
                return known;
            if (_keys.Count >= 20_000)
                _keys.Clear();
            var wrapped = (byte[])(await store.Scalar("SELECT wrapped FROM contact_key WHERE ws = @ws AND contact_id = @id", ct, ("ws", ws), ("id", contact)))!;
            return _keys[(ws, contact)] = new ContactKey(ws, contact, new DataKey(workspaces[ws].Open("contact key v1", wrapped, contact)));
        }
    }
}
