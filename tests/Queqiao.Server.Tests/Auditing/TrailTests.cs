using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Auditing;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Auditing;

/// <summary>The audit trail in its daily life: linked, anchored, verified, expired.</summary>
public sealed class TrailTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Two_sealers_at_once_make_one_chain_without_gaps(string engine)
    {
        await using var host = await ApiHost.On(engine);
        await host.SetUp();
        var sealers = new[] { new AuditSealer(host.Storage, NullLogger<AuditSealer>.Instance), new AuditSealer(host.Storage, NullLogger<AuditSealer>.Instance) };
        var writing = Enumerable.Range(0, 4).Select(_ => Deeds(host, 15)).ToArray();
        var linking = sealers.Select(async sealer =>
        {
            while (!Array.TrueForAll(writing, one => one.IsCompleted))
                await sealer.Turn(CancellationToken.None);
        });
        await Task.WhenAll([.. writing, .. linking]);
        await sealers[0].Turn(CancellationToken.None);

        var verdict = await AuditVerification.One(host.Storage, 1, [], CancellationToken.None);
        Assert.Equal((null, 61L, 61L, 0), (verdict.Bad, verdict.Rows, verdict.Head, verdict.Waiting));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Rows_expire_from_the_beginning_and_the_rest_stays_verifiable(string engine)
    {
        var clock = new HeldClock();
        clock.Move(TimeSpan.FromDays(-2000)); // the database's own guard looks at the real clock
        await using var host = await ApiHost.On(engine, clock);
        await host.SetUp();
        await Deeds(host, 3);
        var sealer = host.Services.GetRequiredService<AuditSealer>();
        await sealer.Turn(CancellationToken.None);
        var anchors = sealer.Heads.Select(head => new Anchor(head.Key, head.Value.No, head.Value.Hash, 0)).ToList();
        host.Clock.Move(TimeSpan.FromDays(150));
        await Deeds(host, 2);
        await sealer.Turn(CancellationToken.None);

        host.Clock.Move(TimeSpan.FromDays(49));
        await Run(host, ExpireAudit.Name);
        Assert.Equal(1, (await Verdict(host, anchors)).First); // 199 days: everything is there

        host.Clock.Move(TimeSpan.FromDays(2));
        await Run(host, ExpireAudit.Name);
        await sealer.Turn(CancellationToken.None);
        var verdict = await Verdict(host, anchors);
        Assert.Equal((null, 5L, 7L, 3L), (verdict.Bad, verdict.First, verdict.Head, verdict.Rows)); // two deeds and the note that four expired
        await using var db = host.Storage.Read(1);
        Assert.Equal(3, await db.Table<AuditRow>().CountAsync());
        Assert.Equal(1, await db.Table<AuditRow>().CountAsync(row => row.Action == "audit.expired"));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Rows_of_the_version_before_are_taken_once(string engine)
    {
        await using var host = await ApiHost.On(engine);
        await host.SetUp();
        await using var raw = await host.Raw();
        // As the version before left them.
        await raw.Run(raw is Npgsql.NpgsqlConnection ? "DROP TRIGGER audit_is_append_only ON audit" : "DROP TRIGGER audit_is_append_only_update");
        await raw.Run("UPDATE audit SET mac = NULL, via = NULL");
        var sealer = host.Services.GetRequiredService<AuditSealer>();
        Assert.Equal(1, await sealer.Turn(CancellationToken.None));
        Assert.Equal((null, 1L), ((await Verdict(host, [])).Bad, (await Verdict(host, [])).Head));
        host.Clock.Move(TimeSpan.FromHours(25));
        await Deeds(host, 1);
        await raw.Run("UPDATE audit SET mac = NULL WHERE id IN (SELECT id FROM audit_tail)");
        await sealer.Turn(CancellationToken.None);
        Assert.Equal("inserted", (await Verdict(host, [])).Bad?.Code);
    }

    [Fact]
    public async Task The_daily_verification_compares_with_the_servers_anchors_and_is_kept()
    {
        await using var host = await ApiHost.On(Engines.Sqlite);
        await host.SetUp();
        await Deeds(host, 3);
        var file = Path.Combine(host.Folder, "anchors.jsonl");
        var sealing = new AuditSealing(host.Services.GetRequiredService<AuditSealer>(), new AuditFiles(file), host.Clock, host.Services.GetRequiredService<Ids>(), NullLogger<AuditSealing>.Instance);
        await sealing.Step(CancellationToken.None);
        await Deeds(host, 1);
        await sealing.Step(CancellationToken.None); // it grew, but an hour has not passed
        Assert.Equal(4, Assert.Single(Anchors.Read(file)).No);
        host.Clock.Move(TimeSpan.FromHours(1));
        await sealing.Step(CancellationToken.None);
        Assert.Equal([4, 5], Anchors.Read(file).Select(anchor => anchor.No));
        File.Move(file, Anchors.Default(new Server.Platform.Storage.StorageOptions { DataFolder = host.Folder }));

        await Run(host, VerifyAudit.Name);
        Assert.Equal((null, 5L), await Kept(host));
        await using (var raw = await host.Raw())
            await raw.Run("DROP TRIGGER audit_is_append_only_delete; DROP TRIGGER audit_link_is_append_only_delete; DELETE FROM audit WHERE id IN (SELECT audit_id FROM audit_link WHERE no = 5); DELETE FROM audit_link WHERE no = 5");
        await Run(host, VerifyAudit.Name);
        Assert.Equal(("truncated", 4L), await Kept(host));
    }

    [Fact]
    public void A_line_of_anchors_that_a_crash_cut_off_does_not_count_and_any_other_is_named()
    {
        var file = Path.GetTempFileName();
        var good = Anchors.Line(new Anchor(1, 7, [1, 2], 1000));
        File.WriteAllText(file, $"{good}\n{good[..20]}");
        Assert.Equal(7, Assert.Single(Anchors.Read(file)).No);
        File.WriteAllText(file, $"{good[..20]}\n{good}\n");
        Assert.Contains(file + ":1", Assert.Throws<InvalidDataException>(() => Anchors.Read(file)).Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Rows_say_through_what_somebody_acted(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        await owner.Post("/api/v1/teams", new { name = "售后" });
        await using var db = host.Storage.Read(1);
        Assert.StartsWith("session:", (await db.Table<AuditRow>().SingleAsync(row => row.Action == "team.created")).Via, StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_command_verifies_beside_the_running_server_and_names_the_bad_row(string engine)
    {
        await using var host = await ApiHost.On(engine);
        await host.SetUp();
        await Deeds(host, 3);
        var sealer = host.Services.GetRequiredService<AuditSealer>();
        await sealer.Turn(CancellationToken.None);
        var (good, said) = await Verify(host);
        Assert.Equal(0, good);
        Assert.Contains("Workspace 1: 4 rows as they were written (numbers 1 to 4, head " + Convert.ToHexStringLower(sealer.Heads[1].Hash), said, StringComparison.Ordinal);

        var anchors = Path.Combine(host.Folder, "elsewhere.jsonl");
        await Anchors.Append(anchors, [new Anchor(1, 9, new byte[32], 0)], CancellationToken.None);
        var (bad, complaint) = await Verify(host, "--anchor", anchors);
        Assert.Equal((1, true), (bad, complaint.Contains("the end is MISSING, from number 5", StringComparison.Ordinal)));
        Assert.Equal(1, (await Verify(host, "--anchor", anchors + "x")).Exit);
    }

    private static async Task<(int Exit, string Said)> Verify(ApiHost host, params string[] more)
    {
        var (output, options) = (new StringWriter(), host.Services.GetRequiredService<Server.Platform.Storage.StorageOptions>());
        var command = Server.Cli.CommandLine.Parse(["audit", "verify", "--data", options.DataFolder, .. more], name => name == "QUEQIAO_DATABASE" ? options.Database : null);
        var exit = await Server.Cli.Commands.Run(command, new Server.Cli.Terminal(TextReader.Null, output, output, Server.Platform.I18n.Locale.En), _ => Task.CompletedTask, CancellationToken.None);
        return (exit, output.ToString());
    }

    private static Task<AuditVerdict> Verdict(ApiHost host, IReadOnlyList<Anchor> anchors) => AuditVerification.One(host.Storage, 1, anchors, CancellationToken.None);

    private static async Task<(string?, long)> Kept(ApiHost host)
    {
        await using var db = host.Storage.Read(1);
        var state = await db.Table<AuditState>().SingleAsync(state => state.Ws == 1);
        return (state.BadCode, state.CheckedRows);
    }

    private static async Task Run(ApiHost host, string kind)
    {
        await host.Storage.RunSystem(async (unit, stop) => await host.Services.GetRequiredService<JobQueue>().Add(unit, new NewJob(0, kind, "{}"u8.ToArray()), stop), CancellationToken.None);
        await host.RunDueJobs();
    }

    private static async Task Deeds(ApiHost host, int count)
    {
        for (var n = 0; n < count; n++)
        {
            await host.Storage.Run(1, async (unit, stop) =>
            {
                await Audit.Record(unit, AuditBy.System(1), "tag.created", "tag", unit.Ids.New().ToString(), new { n }, stop);
                return 0;
            }, CancellationToken.None);
        }
    }
}
