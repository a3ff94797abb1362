using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Auditing;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Auditing;

/// <summary>Somebody with the database and without the keys: whatever they do to the audit trail, the verification names the first row they touched.</summary>
public sealed class AttackTests
{
    private const int Rows = 8;
    private const string Third = "(SELECT audit_id FROM audit_link WHERE ws = 1 AND no = 3)";

    [Theory]
    [OnSqlite("changed", 3L, "UPDATE audit SET detail = '{}' WHERE id = " + Third), OnPostgres("changed", 3L, "UPDATE audit SET detail = '{}' WHERE id = " + Third)]
    [OnSqlite("changed", 3L, "UPDATE audit SET at = at + 1 WHERE id = " + Third), OnPostgres("changed", 3L, "UPDATE audit SET at = at + 1 WHERE id = " + Third)]
    [OnSqlite("changed", 3L, "UPDATE audit SET via = NULL, mac = NULL WHERE id = " + Third), OnPostgres("changed", 3L, "UPDATE audit SET via = NULL, mac = NULL WHERE id = " + Third)]
    [OnSqlite("deleted", 3L, "DELETE FROM audit WHERE id = " + Third), OnPostgres("deleted", 3L, "DELETE FROM audit WHERE id = " + Third)]
    [OnSqlite("deleted", 3L, "DELETE FROM audit WHERE id = " + Third + "; DELETE FROM audit_link WHERE ws = 1 AND no = 3"), OnPostgres("deleted", 3L, "DELETE FROM audit WHERE id = " + Third + "; DELETE FROM audit_link WHERE ws = 1 AND no = 3")]
    [OnSqlite("deleted", 1L, "DELETE FROM audit_link WHERE ws = 1 AND no <= 2"), OnPostgres("deleted", 1L, "DELETE FROM audit_link WHERE ws = 1 AND no <= 2")]
    [OnSqlite("reordered", 3L, Closed), OnPostgres("reordered", 3L, Closed)]
    [OnSqlite("reordered", 3L, Swapped), OnPostgres("reordered", 3L, Swapped)]
    [OnSqlite("reordered", 4L, "UPDATE audit_link SET at = at - 1 WHERE ws = 1 AND no = 4"), OnPostgres("reordered", 4L, "UPDATE audit_link SET at = at - 1 WHERE ws = 1 AND no = 4")]
    [OnSqlite("truncated", 0L, "DELETE FROM audit_link WHERE ws = 1 AND no = 8"), OnPostgres("truncated", 0L, "DELETE FROM audit_link WHERE ws = 1 AND no = 8")]
    [OnSqlite("truncated", 7L, Truncated), OnPostgres("truncated", 7L, Truncated)]
    [OnSqlite("cut", 2L, Beheaded), OnPostgres("cut", 2L, Beheaded)]
    [OnSqlite("inserted", 0L, Inserted), OnPostgres("inserted", 0L, Inserted)]
    [OnSqlite("inserted", 0L, InsertedWithADigest), OnPostgres("inserted", 0L, InsertedWithADigest)]
    public async Task Rows_that_were_touched_are_named(string engine, string code, long no, string attack)
    {
        await using var trail = await Trail.Of(engine, Rows);
        var anchors = trail.Anchored();
        Assert.Null((await trail.Verdict(anchors)).Bad);

        await trail.Attack(attack);

        var bad = (await trail.Verdict(anchors)).Bad;
        Assert.Equal((code, no), (bad?.Code, bad?.No ?? 0)); // 0: a row outside of the chain
        // The server goes on over the damage and never mends it.
        await trail.Deeds(1);
        await trail.Sealer.Turn(CancellationToken.None);
        var after = (await trail.Verdict([])).Bad; // without anchors: what was cut off at the end is a gap now
        Assert.Equal(code == "truncated" ? new BadRow("deleted", no > 0 ? no : Rows, null) : bad, after);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_is_not_linked_yet_cannot_be_touched_either(string engine)
    {
        await using var trail = await Trail.Of(engine, Rows);
        await trail.Deeds(2);
        await trail.Attack("UPDATE audit SET address = '10.0.0.1' WHERE ws = 1 AND id = (SELECT id FROM audit_tail WHERE ws = 1 ORDER BY id DESC LIMIT 1)");
        Assert.Equal("inserted", (await trail.Verdict([])).Bad?.Code);
        await trail.Sealer.Turn(CancellationToken.None);
        var verdict = await trail.Verdict([]);
        Assert.Equal(("inserted", Rows + 1L, 0), (verdict.Bad?.Code, verdict.Head, verdict.Waiting)); // the good one is in the chain, the bad one is not
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_waiting_row_that_is_gone_is_missed(string engine)
    {
        await using var trail = await Trail.Of(engine, Rows);
        await trail.Deeds(1);
        await trail.Attack("DELETE FROM audit WHERE ws = 1 AND id IN (SELECT id FROM audit_tail)");
        Assert.Equal("deleted", (await trail.Verdict([])).Bad?.Code);
    }

    /// <summary>Whoever has the keys as well can write a chain of their own; an anchor elsewhere knows better.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task A_chain_written_anew_by_somebody_with_the_keys_does_not_fit_the_anchor(string engine)
    {
        await using var trail = await Trail.Of(engine, Rows);
        var anchors = trail.Anchored();
        await trail.Attack("DELETE FROM audit_link; DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT 1); INSERT INTO audit_tail (ws, id) SELECT ws, id FROM audit");
        await trail.Deeds(1);
        await new AuditSealer(trail.Host.Storage, NullLogger<AuditSealer>.Instance).Turn(CancellationToken.None); // the running one would remember
        Assert.Null((await trail.Verdict([])).Bad);
        Assert.Equal(new BadRow("replaced", 8, null), (await trail.Verdict(anchors)).Bad! with { Id = null });
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_database_itself_refuses_what_is_not_done_by_force(string engine)
    {
        await using var trail = await Trail.Of(engine, Rows);
        await using var raw = await trail.Host.Raw();
        string[] forbidden =
        [
            "UPDATE audit SET detail = '{}'", "DELETE FROM audit", "UPDATE audit_link SET no = no + 100", "DELETE FROM audit_link",
            // Behind a forged cut, but younger than half a year.
            "INSERT INTO audit_cut (ws, no, hash, at, mac) SELECT ws, no, hash, at, hash FROM audit_link WHERE ws = 1 AND no = 8; DELETE FROM audit",
        ];
        foreach (var sql in forbidden)
            Assert.Contains("audit rows cannot be", (await Assert.ThrowsAnyAsync<DbException>(() => raw.Run(sql))).Message, StringComparison.Ordinal);
    }

    private const string Closed = // the third row goes, and the numbers close up
        "DELETE FROM audit WHERE id = " + Third + "; DELETE FROM audit_link WHERE ws = 1 AND no = 3; UPDATE audit_link SET no = -no WHERE ws = 1 AND no > 3; UPDATE audit_link SET no = -no - 1 WHERE ws = 1 AND no < 0";

    private const string Swapped = "UPDATE audit_link SET no = -1 WHERE ws = 1 AND no = 3; UPDATE audit_link SET no = 3 WHERE ws = 1 AND no = 4; UPDATE audit_link SET no = 4 WHERE ws = 1 AND no = -1";

    private const string Truncated = "DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_link WHERE ws = 1 AND no >= 7); DELETE FROM audit_link WHERE ws = 1 AND no >= 7";

    private const string Beheaded = "INSERT INTO audit_cut (ws, no, hash, at, mac) SELECT ws, no, hash, at, hash FROM audit_link WHERE ws = 1 AND no = 2; " +
        "DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_link WHERE ws = 1 AND no <= 2); DELETE FROM audit_link WHERE ws = 1 AND no <= 2";

    private const string Inserted = "INSERT INTO audit (ws, id, at, actor_kind, action, object_kind) SELECT ws, NEWID, at, 'agent', 'agent.changed', 'agent' FROM audit WHERE id = " + Third;

    private const string InsertedWithADigest = "INSERT INTO audit (ws, id, at, actor_kind, action, object_kind, mac) SELECT ws, NEWID, at, actor_kind, action, object_kind, mac FROM audit WHERE id = " + Third;

    /// <summary>A server with a trail of so many linked rows, and somebody with raw hands on it.</summary>
    private sealed class Trail : IAsyncDisposable
    {
        public ApiHost Host { get; private init; } = null!;

        public AuditSealer Sealer => Host.Services.GetRequiredService<AuditSealer>();

        public static async Task<Trail> Of(string engine, int rows)
        {
            var trail = new Trail { Host = await ApiHost.On(engine) };
            await trail.Host.SetUp();
            await using (var db = trail.Host.Storage.ReadSystem())
                await trail.Deeds(rows - db.Table<Server.Identity.Storage.AuditRow>().Count());
            Assert.Equal(rows, await trail.Sealer.Turn(CancellationToken.None));
            return trail;
        }

        public async Task Deeds(int count)
        {
            for (var n = 0; n < count; n++)
            {
                Host.Clock.Move(TimeSpan.FromMinutes(1));
                await Host.Storage.Run(1, async (unit, stop) =>
                {
                    await Audit.Record(unit, AuditBy.System(1), "tag.created", "tag", unit.Ids.New().ToString(), new { n }, stop);
                    return 0;
                }, CancellationToken.None);
            }
        }

        public IReadOnlyList<Anchor> Anchored() => [.. Sealer.Heads.Select(head => new Anchor(head.Key, head.Value.No, head.Value.Hash, 0))];

        public Task<AuditVerdict> Verdict(IReadOnlyList<Anchor> anchors) => AuditVerification.One(Host.Storage, 1, anchors, CancellationToken.None);

        public async Task Attack(string sql)
        {
            await using var raw = await Host.Raw();
            string[] triggers = raw is NpgsqlConnection
                ? ["DROP TRIGGER audit_is_append_only ON audit", "DROP TRIGGER audit_expires ON audit", "DROP TRIGGER audit_link_is_append_only ON audit_link", "DROP TRIGGER audit_link_expires ON audit_link"]
                : ["DROP TRIGGER audit_is_append_only_update", "DROP TRIGGER audit_is_append_only_delete", "DROP TRIGGER audit_link_is_append_only_update", "DROP TRIGGER audit_link_is_append_only_delete"];
            foreach (var trigger in triggers)
                await raw.Run(trigger);
            var id = Guid.CreateVersion7();
            await raw.Run(sql.Replace("NEWID", raw is NpgsqlConnection ? $"'{id}'::uuid" : $"x'{Convert.ToHexString(id.ToByteArray(bigEndian: true))}'", StringComparison.Ordinal));
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
