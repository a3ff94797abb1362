using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>What the databases could do differently: races, keys, roles, row-level security.</summary>
public sealed class BothEnginesTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Of_many_set_ups_at_once_exactly_one_wins(string engine)
    {
        await using var host = await ApiHost.On(engine);
        var secret = host.SetupSecret;
        var clients = Enumerable.Range(0, 8).Select(_ => host.Anonymous()).ToList();
        var answers = await Task.WhenAll(clients.Select((client, i) => client.Post("/api/v1/setup",
            new { token = secret, workspaceName = "Shop", name = "Lin", email = $"lin{i}@example.com", password = ApiHost.Password })));
        var winner = clients[Array.FindIndex(answers, answer => answer.Status == HttpStatusCode.Created)];
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => Assert.Contains(answer.Code, new[] { "setup_done", "setup_token_invalid" }));
        Assert.Equal(HttpStatusCode.OK, (await winner.Get("/api/v1/session")).Status);
        await using var db = host.Storage.ReadSystem();
        Assert.Equal((1, 1, 1), (await db.Table<Workspace>().CountAsync(), await db.Table<Agent>().CountAsync(), await db.Table<AuditRow>().CountAsync()));
        clients.ForEach(client => client.Dispose());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_day_at_work(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        using var admin = await host.Colleague(owner, "admin");
        Assert.Equal("email_taken", (await admin.Post("/api/v1/agents", new { name = "x", email = "OWNER@example.com", role = "agent", password = ApiHost.Password })).Code);
        host.Clock.Move(TimeSpan.FromMilliseconds(1));
        var channel = await admin.Post("/api/v1/channels", new { kind = "web", name = "A" });
        Assert.Equal(HttpStatusCode.Created, channel.Status);
        host.Clock.Move(TimeSpan.FromMilliseconds(1));
        Assert.Equal("B", (await admin.Patch("/api/v1/channels/" + channel.Text("id"), new { name = "B" })).Text("name"));
        using var stranger = host.Anonymous();
        Assert.Equal("invalid_credentials", (await stranger.Post("/api/v1/session", new { email = "nobody@example.com", password = ApiHost.Password })).Code);
        host.Clock.Move(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
        await Until.True(async () => await LastSeen(host) == host.Clock.Now, "the use of the session is noted");
        Assert.Equal(HttpStatusCode.NoContent, (await owner.Delete("/api/v1/session")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await owner.Get("/api/v1/session")).Status);

        await using var db = host.Storage.ReadSystem();
        Assert.Equal(
            ["workspace.created", "agent.created", "session.started", "channel.created", "channel.changed", "session.refused", "session.ended"],
            await db.Table<AuditRow>().OrderBy(row => row.At).ThenBy(row => row.Ws == 0).Select(row => row.Action).ToListAsync());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_audit_row_and_the_deed_are_kept_together_or_not_at_all(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Rename("agent.changed", thenFail: true));
        // the audit row cannot be written (its action is missing), and takes the deed with it
        await Assert.ThrowsAsync<DbUpdateException>(() => Rename(null!, thenFail: false));
        await using var db = host.Storage.ReadSystem();
        Assert.Equal("林晓", (await db.Table<Agent>().SingleAsync()).Name);
        Assert.Equal(["workspace.created"], await db.Table<AuditRow>().Select(row => row.Action).ToListAsync());

        Task<bool> Rename(string action, bool thenFail) => host.Storage.Run(1, async (unit, ct) =>
        {
            await unit.Db.Table<Agent>().ExecuteUpdateAsync(set => set.SetProperty(agent => agent.Name, "changed"), ct);
            await Audit.Record(unit, AuditBy.System(1), action, "agent", null, null, ct);
            return thenFail ? throw new InvalidOperationException("after both") : true;
        }, CancellationToken.None);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Audit_rows_cannot_be_changed_nor_removed(string engine)
    {
        await using var host = await ApiHost.On(engine);
        using var owner = await host.SetUp();
        await Assert.ThrowsAnyAsync<Exception>(() => host.Storage.Run(1, (unit, ct) =>
            unit.Db.Table<AuditRow>().ExecuteUpdateAsync(set => set.SetProperty(row => row.Action, "nothing.happened"), ct), CancellationToken.None));
        await Assert.ThrowsAnyAsync<Exception>(() => host.Storage.Run(1, (unit, ct) => unit.Db.Table<AuditRow>().ExecuteDeleteAsync(ct), CancellationToken.None));
    }

    private static async Task<long> LastSeen(ApiHost host)
    {
        await using var db = host.Storage.ReadSystem();
        return await db.Table<Session>().MaxAsync(session => session.LastSeenAt);
    }
}
