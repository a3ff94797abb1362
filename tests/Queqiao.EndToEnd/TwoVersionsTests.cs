using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.EndToEnd.Support;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Storage.Postgres;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.EndToEnd;

/// <summary>A test that needs the build of an earlier version: <c>./test --long</c> makes one and says where it lies.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OlderVersionFactAttribute : FactAttribute
{
    public OlderVersionFactAttribute() => Skip = PostgresCluster.Missing
        ?? (Folder is null ? "QUEQIAO_OLDER_BUILD names no build of an earlier version (./test --long makes one)." : null);

    public static string? Folder { get; } = Environment.GetEnvironmentVariable("QUEQIAO_OLDER_BUILD") is { Length: > 0 } folder ? folder : null;
}

/// <summary>The first node of a rolling upgrade: the new version upgrades the store while the version before serves on, and both serve together.</summary>
public sealed class TwoVersionsTests
{
    [OlderVersionFact]
    public async Task A_node_of_the_version_before_serves_on_beside_the_new_one()
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-versions-").FullName;
        await using var database = await (await PostgresCluster.Shared()).Create();
        var place = new ServerPlace { Folder = folder, Database = database.Owner, Build = OlderVersionFactAttribute.Folder };
        try
        {
            await using var old = await ServerProcess.Start(place, "--limits", "off", "--node-name", "old");
            var (owner, channel) = await SetUp(old);
            var (early, late) = (await VisitorClient.Open(old.Address, channel), await VisitorClient.Open(old.Address, channel));
            await using var widget = await early.Socket();
            var conversation = (await early.Say("before the upgrade")).Text("conversationId");

            await using var fresh = await ServerProcess.Start(place with { Build = null }, "--limits", "off", "--node-name", "new"); // upgrades the store
            await using var console = await owner.On(fresh.Address).Socket();
            await console.Send(new { op = "watch", conversation, after = 0 });
            await console.Next(frame => frame.IsEvent("message.created"), "the past came");
            for (var n = 0; n < 20; n++)
            {
                await widget.Send(new { op = "send", clientId = "q" + n, text = "question " + n });
                await console.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "question " + n, "the new version hears the old one");
                await console.Send(new { op = "send", conversation, clientId = "a" + n, text = "answer " + n });
                await widget.Next(frame => frame.IsEvent("message.created") && frame.GetProperty("data").Text("text") == "answer " + n, "the old version hears the new one");
            }
            var begun = (await late.Say("begun at the old one")).Text("conversationId");
            await owner.On(fresh.Address).Say(begun, "answered at the new one");
            await (await VisitorClient.Open(fresh.Address, channel)).Say("begun at the new one");
            using (var again = new ApiClient(old.Address))
                (await again.Post("/api/v1/session", new { email = Support.Owner.Email, password = Support.Owner.Password })).Expect(HttpStatusCode.OK);
            using (var again = new ApiClient(fresh.Address))
                (await again.Post("/api/v1/session", new { email = Support.Owner.Email, password = Support.Owner.Password })).Expect(HttpStatusCode.OK);
            (await owner.Api.Post($"/api/v1/conversations/{begun}/status", new { status = "resolved" })).Expect(HttpStatusCode.OK); // at the old one
            Assert.Equal("resolved", (await owner.On(fresh.Address).Row(begun)).Text("status"));

            Assert.Equal(0, await old.Stop());
            Assert.Equal(41, (await owner.On(fresh.Address).Log(conversation)).Count(item => item.Text("kind") == "message"));
            await CheckLog(folder, database);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(AgentClient Owner, Guid Channel)> SetUp(ServerProcess node)
    {
        using var first = new ApiClient(node.Address);
        var token = (await node.SetupLink).Fragment["#token=".Length..];
        var session = await first.Post("/api/v1/setup", new { token, workspaceName = "鹊桥小店", name = "林晓", email = Support.Owner.Email, password = Support.Owner.Password, locale = "zh-CN" });
        Assert.Equal(HttpStatusCode.Created, session.Status);
        var owner = new AgentClient(node.Address, 1, Guid.Parse(session.Text("agent", "id")), "林晓", "owner", first.Token!);
        return (owner, (await owner.Api.Post("/api/v1/channels", new { kind = "web", name = "官网" })).Expect(HttpStatusCode.Created).GetProperty("id").GetGuid());
    }

    private static async Task CheckLog(string folder, PostgresDatabase database)
    {
        await using var db = new QueqiaoDb(new DbContextOptionsBuilder<QueqiaoDb>().UseNpgsql(database.Owner).Options, canWrite: false);
        await using var engine = new PostgresEngine(new StorageOptions { DataFolder = folder, Database = database.Owner }, new Ids(TimeProvider.System), NullLoggerFactory.Instance);
        await LogInvariants.Check(db, engine);
    }
}
