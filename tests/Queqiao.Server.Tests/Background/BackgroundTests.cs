using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Jobs.Recurring;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Jobs;
using Queqiao.Server.Tests.Listening;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Background;

/// <summary>Background work as an administrator sees and mends it.</summary>
public sealed class BackgroundTests
{
    private static readonly (string, string) InEnglish = ("Accept-Language", "en");

    private static Task<Site> Open(string engine, params IJobHandler[] handlers) => Site.Open(engine, also: services =>
    {
        foreach (var handler in handlers)
            services.AddSingleton(handler);
    });

    private static Task<IReadOnlyList<Guid>> Add(Site site, int count, string? lane = null, int ws = 1, long? at = null) => site.Storage.RunSystem((unit, ct) =>
        site.The<JobQueue>().Add(unit, [.. Enumerable.Range(1, count).Select(n => NewJob.Of(ws, "test", new Numbered(n)) with { Lane = lane, RunAt = at })], ct), CancellationToken.None);

    [Theory, OnSqlite, OnPostgres]
    public async Task Dead_jobs_are_shown_with_their_reason_and_run_again(string engine)
    {
        var broken = true;
        var handler = new Scripted(new JobKind("test") { MostTries = 1 }) { Act = (_, _) => broken ? throw new FormatException("林晓") : Task.FromResult<JobOutcome>(new JobOutcome.Done()) };
        await using var site = await Open(engine, handler);
        var ids = await Add(site, 3, lane: "a");
        await site.RunDueJobs();

        var page = (await site.Owner.Api.Get("/api/v1/jobs?state=dead&kind=test&limit=2", InEnglish)).Expect(HttpStatusCode.OK);
        Assert.Equal(2, page.Items().Count());
        var reason = page.Items().First().GetProperty("reason");
        Assert.Equal(("job_failed", "It failed unexpectedly (FormatException). The server's log says where."), (reason.Text("code"), reason.Text("text")));
        Assert.DoesNotContain("林晓", page.GetRawText(), StringComparison.Ordinal);
        var rest = (await site.Owner.Api.Get("/api/v1/jobs?state=dead&kind=test&limit=2&cursor=" + page.Text("nextCursor"))).Expect(HttpStatusCode.OK);
        Assert.Single(rest.Items());
        Assert.Equal(3, Counts(await Summary(site), "dead"));

        broken = false;
        Assert.Equal("waiting", (await site.Owner.Api.Post($"/api/v1/jobs/{ids[1]}/replay", new { })).Expect(HttpStatusCode.OK).Text("state"));
        Assert.Equal(HttpStatusCode.Conflict, (await site.Owner.Api.Post($"/api/v1/jobs/{ids[1]}/replay", new { })).Status);
        Assert.Equal("discarded", (await site.Owner.Api.Post($"/api/v1/jobs/{ids[2]}/discard", new { })).Expect(HttpStatusCode.OK).Text("state"));
        Assert.Equal(1, (await site.Owner.Api.Post("/api/v1/jobs/replay", new { kind = "test" })).Expect(HttpStatusCode.OK).GetProperty("count").GetInt32());
        Assert.Equal("behind", await State(site, ids[0])); // at the end of its lane
        await site.RunDueJobs();
        Assert.Equal(("done", "done", "discarded"), (await State(site, ids[0]), await State(site, ids[1]), await State(site, ids[2])));
        Assert.Equal([1, 2, 3, 2, 1], handler.Ran);

        await using var db = site.Storage.ReadSystem();
        var audited = await db.Table<AuditRow>().Where(row => row.Action.StartsWith("job")).OrderBy(row => row.At).Select(row => row.Action).ToListAsync();
        Assert.Equal(["job.discarded", "job.replayed", "jobs.replayed"], audited.Order(StringComparer.Ordinal));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task What_waits_is_cancelled_at_once_and_what_runs_is_asked_to_stop(string engine)
    {
        var handler = new Scripted(new JobKind("test")) { Act = (_, _) => Task.FromResult<JobOutcome>(new JobOutcome.TryLater("job_failed", Arg: "x")) };
        await using var site = await Open(engine, handler);
        var ids = await Add(site, 3, lane: "a");
        Assert.Equal("cancelled", (await site.Owner.Api.Post($"/api/v1/jobs/{ids[0]}/cancel", new { })).Expect(HttpStatusCode.OK).Text("state"));
        Assert.Equal("waiting", await State(site, ids[1])); // the lane goes on
        Assert.Equal("cancelled", (await site.Owner.Api.Post($"/api/v1/jobs/{ids[2]}/cancel", new { })).Expect(HttpStatusCode.OK).Text("state"));

        var held = Assert.Single((await site.The<JobStore>().Claim([(handler.Kind, 10)], CancellationToken.None)).Jobs);
        var asked = (await site.Owner.Api.Post($"/api/v1/jobs/{ids[1]}/cancel", new { })).Expect(HttpStatusCode.OK);
        Assert.Equal(("running", true), (asked.Text("state"), asked.GetProperty("cancelAsked").GetBoolean()));
        Assert.Equal([true], await site.The<JobStore>().Renew([held], CancellationToken.None));
        await site.Storage.RunSystem((unit, ct) => JobStore.End(unit, [new EndedTry(held, JobRules.HandBack(1, unit.Ids.Now()))], ct), CancellationToken.None);
        Assert.Equal("cancelled", await State(site, ids[1]));
        Assert.Empty(handler.Ran);
        Assert.Equal(HttpStatusCode.Conflict, (await site.Owner.Api.Post($"/api/v1/jobs/{ids[1]}/cancel", new { })).Status);
    }

    [Fact]
    public async Task Only_owners_and_administrators_see_it_and_nobody_sees_another_workspace()
    {
        await using var site = await Open(Engines.Sqlite, new Scripted(new JobKind("test")));
        await site.Workspace(2);
        var foreign = (await Add(site, 1, ws: 2))[0];
        foreach (var role in new[] { "supervisor", "agent", "viewer" })
            Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent(role)).Api.Get("/api/v1/jobs")).Status);
        var admin = await site.Agent("admin");
        Assert.Empty((await admin.Api.Get("/api/v1/jobs")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal(HttpStatusCode.NotFound, (await admin.Api.Get($"/api/v1/jobs/{foreign}")).Status);
        foreach (var act in new[] { "replay", "discard", "cancel" })
            Assert.Equal(HttpStatusCode.NotFound, (await admin.Api.Post($"/api/v1/jobs/{foreign}/{act}", new { })).Status);
        foreach (var wrong in new[] { "state=gone", "limit=0", "limit=101", "cursor=x", "order=up" })
            Assert.Equal(HttpStatusCode.BadRequest, (await admin.Api.Get("/api/v1/jobs?" + wrong)).Status);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Entries_that_a_listener_gave_up_are_told_again_or_left_alone(string engine)
    {
        var fails = true;
        var recorder = new Recorder(entry => fails && entry.Body is MessagePosted ? new FormatException() : null);
        await using var site = await Site.Open(engine, also: services => services.AddSingleton<ILogListener>(recorder));
        var visitor = await site.Visitor();
        var conversation = (await visitor.Say("您好")).Text("conversationId");
        await visitor.Say("在吗");
        await Until.True(async () =>
        {
            site.Time.Move(TimeSpan.FromMinutes(2));
            await site.The<Listeners>().RunOnce(CancellationToken.None);
            return (await Parked(site)).Count == 2;
        }, "both are parked");

        var listener = (await Summary(site)).GetProperty("listeners").EnumerateArray().Single(one => one.Text("name") == "test.recorder");
        Assert.Equal(2, listener.Long("parked"));
        var first = (await Parked(site))[^1];
        Assert.Equal((conversation, 2L), (first.Text("conversationId"), first.Long("seq")));
        var key = new { listener = "test.recorder", conversationId = conversation, seq = 2 };
        var again = await site.Owner.Api.Post("/api/v1/listeners/parked/replay", key, InEnglish);
        Assert.Equal((HttpStatusCode.Conflict, "listener_failed_again"), (again.Status, again.Code));
        Assert.Equal(2, (await Parked(site)).Count);

        fails = false;
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Post("/api/v1/listeners/parked/replay", key)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Post("/api/v1/listeners/parked/replay", key)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await site.Owner.Api.Post("/api/v1/listeners/parked/discard", new { listener = "test.recorder", conversationId = conversation, seq = (await Parked(site))[0].Long("seq") })).Status);
        Assert.Empty(await Parked(site));
        await using var db = site.Storage.ReadSystem();
        Assert.Contains($"{conversation}.2", await db.Table<AuditRow>().Where(row => row.Action == "test.digested").Select(row => row.ObjectId).ToListAsync());
        Assert.Equal(2, await db.Table<AuditRow>().CountAsync(row => row.Action == "listener.replayed" || row.Action == "listener.discarded"));
    }

    /// <summary>An administrator reads words, not names from the source.</summary>
    [Fact]
    public async Task Every_kind_listener_and_schedule_has_a_name_in_both_languages()
    {
        await using var site = await Site.Open();
        var codes = site.The<JobKinds>().All.Select(handler => "job_kind_" + handler.Kind.Name)
            .Concat(site.Services.GetServices<ILogListener>().Select(one => "listener_" + one.Name))
            .Concat(site.Services.GetServices<RecurringJob>().Select(one => "schedule_" + one.Name)).Select(code => code.Replace('.', '_'));
        Assert.DoesNotContain(codes, code => !Messages.Has(Locale.En, code) || !Messages.Has(Locale.ZhCn, code));
    }

    private static async Task<string> State(Site site, Guid id) => (await site.Owner.Api.Get($"/api/v1/jobs/{id}")).Expect(HttpStatusCode.OK).Text("state");

    private static async Task<System.Text.Json.JsonElement> Summary(Site site) => (await site.Owner.Api.Get("/api/v1/jobs/summary")).Expect(HttpStatusCode.OK);

    private static async Task<List<System.Text.Json.JsonElement>> Parked(Site site) => [.. (await site.Owner.Api.Get("/api/v1/listeners/parked")).Expect(HttpStatusCode.OK).Items()];

    private static long Counts(System.Text.Json.JsonElement summary, string state) =>
        summary.GetProperty("kinds").EnumerateArray().Single(kind => kind.Text("name") == "test").GetProperty("counts").Long(state);
}
