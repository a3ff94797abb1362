using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity.Approving;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Identity;

/// <summary>Deeds that need a second person: held, approved by somebody else, carried out once with what the requester may do then.</summary>
public sealed class ApprovalTests
{
    private static readonly (string, string) Why = (SecondPerson.Header, Uri.EscapeDataString("客户要求"));

    [Theory, OnSqlite, OnPostgres]
    public async Task A_deed_waits_for_somebody_else_and_is_done_once(string engine)
    {
        await using var office = await Office.Open(engine);
        Assert.Equal((HttpStatusCode.Forbidden, "approval_needed"), StatusAndCode(await office.Keep(365)));
        var asked = await office.Keep(365, Why);
        Assert.Equal((HttpStatusCode.Accepted, "approval_requested"), StatusAndCode(asked));
        var place = asked.Raw.Headers.Location!.ToString();
        Assert.Equal(200, await office.KeptDays());

        Assert.Equal("approval_own", (await office.Owner.Post(place + "/decision", new { approve = true })).Code);
        var seen = await office.Second.Get(place);
        Assert.Equal(("客户要求", "retention.change", "waiting", 365), (seen.Text("reason"), seen.Text("act"), seen.Text("state"), seen.Body.GetProperty("body").GetProperty("keepDays").GetInt32()));
        Assert.True(seen.Body.GetProperty("mayDecide").GetBoolean());
        Assert.Equal(1, (await office.Second.Get("/api/v1/approvals/counts")).Body.GetProperty("toDecide").GetInt32());
        foreach (var approver in new[] { office.Second, office.Third })
            Assert.Equal(("approval.asked", place.Split('/')[^1], "retention.change"), await Newest(approver)); // told, whether they look at the page or not
        office.Host.Clock.Move(TimeSpan.FromMilliseconds(2));
        Assert.Equal(HttpStatusCode.NoContent, (await office.Second.Post(place + "/decision", new { approve = true, note = "已核对" })).Status);
        Assert.Equal(("approval.decided", place.Split('/')[^1], "retention.change"), await Newest(office.Owner));
        office.Host.Clock.Move(TimeSpan.FromMilliseconds(2));
        Assert.Equal("approval_over", (await office.Second.Post(place + "/decision", new { approve = true })).Code);

        await office.Host.RunDueJobs();
        Assert.Equal(365, await office.KeptDays());
        var done = await office.Owner.Get(place);
        Assert.Equal(("done", "已核对", 200), (done.Text("state"), done.Text("note"), done.Body.GetProperty("outcome").GetInt32()));
        Assert.False(done.Body.TryGetProperty("body", out var body) && body.ValueKind != System.Text.Json.JsonValueKind.Null); // what was asked is not kept longer than needed
        await using var db = office.Host.Storage.Read(1);
        var deed = await db.Table<AuditRow>().SingleAsync(row => row.Action == "audit_settings.changed");
        Assert.Equal($"approval:{place.Split('/')[^1]}", deed.Via);
        Assert.Equal(["approval.requested", "approval.approved", "approval.executed"],
            await db.Table<AuditRow>().Where(row => row.ObjectKind == "approval").OrderBy(row => row.Id).Select(row => row.Action).ToListAsync());
    }

    private static async Task<(string, string, string)> Newest(ApiClient who)
    {
        var notice = (await who.Get("/api/v1/me/notices")).Body.GetProperty("items")[0];
        return (notice.GetProperty("kind").GetString()!, notice.GetProperty("about").GetString()!, notice.GetProperty("detail").GetProperty("act").GetString()!);
    }

    /// <summary>A server that dies after the deed and before it has said so: the job is begun again, and finds the approval spent by the deed itself.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task A_deed_that_is_begun_again_is_not_done_twice(string engine)
    {
        await using var office = await Office.Open(engine);
        var place = (await office.Owner.Post("/api/v1/keys/rotation", new { }, Why)).Raw.Headers.Location!.ToString();
        await office.Second.Post(place + "/decision", new { approve = true });
        await using var db = office.Host.Storage.Read(1);
        var row = await db.Table<ApprovalRow>().AsNoTracking().SingleAsync();
        var requests = office.Host.Services.GetRequiredService<ApprovedRequests>();
        Assert.Equal(new ApprovedRequests.Outcome(200, null), await requests.Run(row, CancellationToken.None));
        Assert.Equal(new ApprovedRequests.Outcome(409, "approval_over"), await requests.Run(row, CancellationToken.None));
        await office.Host.RunDueJobs();
        Assert.Equal((1, "done"), (await db.Table<AuditRow>().CountAsync(one => one.Action == "keys.rotated"), (await office.Owner.Get(place)).Text("state")));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_deed_is_done_with_the_rights_that_the_requester_has_then(string engine)
    {
        await using var office = await Office.Open(engine);
        var asked = await office.Keep(365, Why, by: office.Third);
        var place = asked.Raw.Headers.Location!.ToString();
        await office.SwitchOff();
        Assert.Equal(HttpStatusCode.OK, (await office.Owner.Patch($"/api/v1/agents/{office.ThirdId}", new { role = "viewer" })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await office.Second.Post(place + "/decision", new { approve = true })).Status);
        await office.Host.RunDueJobs();
        var end = await office.Owner.Get(place);
        Assert.Equal(("failed", "forbidden", 200), (end.Text("state"), end.Text("outcomeCode"), await office.KeptDays()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Exports_are_fetched_once_by_who_asked(string engine)
    {
        await using var office = await Office.Open(engine);
        Assert.Equal("approval_needed", (await office.Owner.Get("/api/v1/audit/export?format=jsonl")).Code);
        var place = (await office.Owner.Get("/api/v1/audit/export?format=jsonl&action=workspace", Why)).Raw.Headers.Location!.ToString();
        Assert.Equal("approval_over", (await office.Owner.Post(place + "/fetching", new { })).Code);
        await office.Second.Post(place + "/decision", new { approve = true });
        Assert.Equal(HttpStatusCode.NotFound, (await office.Second.Post(place + "/fetching", new { })).Status);
        using var file = await office.Owner.Raw(HttpMethod.Post, place + "/fetching");
        Assert.Equal((HttpStatusCode.OK, "application/jsonl"), (file.StatusCode, file.Content.Headers.ContentType!.MediaType));
        Assert.All((await file.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains("\"workspace.created\"", line, StringComparison.Ordinal));
        Assert.Equal("approval_over", (await office.Owner.Post(place + "/fetching", new { })).Code);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Requests_are_refused_with_a_reason_withdrawn_and_expire(string engine)
    {
        await using var office = await Office.Open(engine);
        var places = new List<string>();
        for (var days = 300; days < 303; days++)
            places.Add((await office.Keep(days, Why)).Raw.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.BadRequest, (await office.Second.Post(places[0] + "/decision", new { approve = false })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await office.Second.Post(places[0] + "/decision", new { approve = false, note = "没有依据" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await office.Second.Post(places[1] + "/withdrawal", new { })).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await office.Owner.Post(places[1] + "/withdrawal", new { })).Status);
        office.Host.Clock.Move(TimeSpan.FromHours(73));
        await office.SignInAgain();
        Assert.Equal("approval_over", (await office.Second.Post(places[2] + "/decision", new { approve = true })).Code);
        var states = (await office.Owner.Get("/api/v1/approvals")).Body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("state").GetString());
        Assert.Equal(["expired", "withdrawn", "refused"], states);
        await office.Host.Storage.RunSystem((unit, stop) => office.Host.Services.GetRequiredService<JobQueue>().Add(unit, new NewJob(0, ExpireApprovals.Name, "{}"u8.ToArray()), stop), CancellationToken.None);
        await office.Host.RunDueJobs();
        await using var db = office.Host.Storage.Read(1);
        Assert.Equal(1, await db.Table<ApprovalRow>().CountAsync(row => row.State == ApprovalState.Expired && row.Request == null));
        Assert.Equal(200, await office.KeptDays());
    }

    [Fact]
    public async Task Nobody_approves_with_an_account_that_may_be_the_requesters_own()
    {
        await using var office = await Office.Open(Engines.Sqlite);
        var place = (await office.Keep(365, Why)).Raw.Headers.Location!.ToString();
        await office.SwitchOff();
        using var late = await office.Host.Colleague(office.Owner, "admin"); // younger than the request
        Assert.Equal("approval_not_independent", (await late.Post(place + "/decision", new { approve = true })).Code);
        // Opened by the requester: a new password for the second person.
        var second = (await office.Second.Get("/api/v1/session")).Text("agent", "id");
        Assert.Equal(HttpStatusCode.OK, (await office.Owner.Post($"/api/v1/agents/{second}/password-reset", new { })).Status);
        Assert.Equal("approval_not_independent", (await office.Second.Post(place + "/decision", new { approve = true })).Code);
        Assert.Equal("lin@shop.example", DecideApproval.Mailbox("lin+2@shop.example"));
    }

    [Fact]
    public async Task Rules_cannot_lock_a_firm_of_one_out_and_are_guarded_by_themselves()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal("nobody_may_approve", (await owner.Send(HttpMethod.Put, "/api/v1/approvals/rules", new { acts = new[] { "contacts.erase" } })).Code);
        using var viewer = await host.Colleague(owner, "viewer");
        Assert.Equal("nobody_may_approve", (await owner.Send(HttpMethod.Put, "/api/v1/approvals/rules", new { acts = new[] { "contacts.erase" } })).Code);
        using var admin = await host.Colleague(owner, "admin");
        Assert.Equal(HttpStatusCode.OK, (await owner.Send(HttpMethod.Put, "/api/v1/approvals/rules", new { acts = new[] { "contacts.erase" } })).Status);
        Assert.Equal("approval_needed", (await owner.Send(HttpMethod.Put, "/api/v1/approvals/rules", new { acts = Array.Empty<string>() })).Code);
    }

    [Fact]
    public async Task Only_what_touches_roles_of_a_colleague_waits()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var admin = await host.Colleague(owner, "admin");
        using var agent = await host.Colleague(owner, "agent");
        var id = (await agent.Get("/api/v1/session")).Text("agent", "id");
        await owner.Send(HttpMethod.Put, "/api/v1/approvals/rules", new { acts = new[] { "roles.change" } });
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch($"/api/v1/agents/{id}", new { name = "小王" })).Status);
        Assert.Equal("approval_needed", (await owner.Patch($"/api/v1/agents/{id}", new { role = "supervisor" })).Code);
    }

    private static (HttpStatusCode, string) StatusAndCode(ApiAnswer answer) => (answer.Status, answer.Code);

    /// <summary>An owner, an administrator and another one; deeds about retention and audit exports need a second person.</summary>
    private sealed class Office : IAsyncDisposable
    {
        private static readonly string[] Rules = ["retention.change", "audit.export", "keys.rotate"];

        public ApiHost Host { get; private init; } = null!;
        public ApiClient Owner { get; private init; } = null!;
        public ApiClient Second { get; private init; } = null!;
        public ApiClient Third { get; private init; } = null!;
        public string ThirdId { get; private set; } = "";
        private string _secondEmail = "";

        public static async Task<Office> Open(string engine)
        {
            var host = await ApiHost.On(engine);
            var owner = await host.SetUp();
            var office = new Office { Host = host, Owner = owner, Second = await host.Colleague(owner, "admin"), Third = await host.Colleague(owner, "admin") };
            office.ThirdId = (await office.Third.Get("/api/v1/session")).Text("agent", "id");
            office._secondEmail = (await office.Second.Get("/api/v1/session")).Text("agent", "email");
            host.Clock.Move(TimeSpan.FromHours(25)); // the colleagues were made by the owner, but not lately
            await office.SignInAgain();
            Assert.Equal(HttpStatusCode.OK, (await owner.Send(HttpMethod.Put, "/api/v1/approvals/rules", new { acts = Rules })).Status);
            return office;
        }

        public async Task SignInAgain()
        {
            var third = (await Third.Get("/api/v1/session")).Status == HttpStatusCode.OK;
            await Owner.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password });
            await Second.Post("/api/v1/session", new { email = _secondEmail, password = ApiHost.Password });
            if (!third)
                await Third.Post("/api/v1/session", new { email = await EmailOf(ThirdId), password = ApiHost.Password });
        }

        private async Task<string> EmailOf(string id) => (await Owner.Get($"/api/v1/agents/{id}")).Text("email");

        public Task<ApiAnswer> Keep(int days, (string, string)? why = null, ApiClient? by = null)
        {
            Host.Clock.Move(TimeSpan.FromMilliseconds(2)); // what happens within a millisecond has no order
            return (by ?? Owner).Send(HttpMethod.Put, "/api/v1/audit/settings", new { keepDays = days }, why is { } header ? [header] : []);
        }

        /// <summary>The rules alone, past the door, so that a test can go on about something else.</summary>
        public async Task SwitchOff()
        {
            await Host.Storage.Run(1, (unit, stop) => unit.Db.Table<ApprovalRule>().Where(rule => rule.Ws == 1).ExecuteDeleteAsync(stop), CancellationToken.None);
            Host.Services.GetRequiredService<SecondPerson>().RulesChanged(1);
        }

        public async Task<int> KeptDays() => (await Owner.Get("/api/v1/audit/integrity")).Body.GetProperty("keepDays").GetInt32();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
