using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Identity;
using Queqiao.Server.Identity.Storage;

namespace Queqiao.Server.Tests.Identity;

public sealed class AgentTests
{
    private static object New(string role, string email = "new@example.com") => new { name = "新同事", email, role, password = ApiHost.Password };

    [Fact]
    public async Task An_owner_adds_colleagues_and_everybody_sees_them()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        host.Clock.Move(TimeSpan.FromMilliseconds(1));
        var added = await owner.Post("/api/v1/agents", New("agent"));
        Assert.Equal(HttpStatusCode.Created, added.Status);
        Assert.Equal("新同事", added.Text("name"));
        using var viewer = await host.Colleague(owner, "viewer");
        var items = (await viewer.Get("/api/v1/agents")).Body.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["owner", "agent", "viewer"], items.Select(item => item.GetProperty("role").GetString()));
        Assert.All(items, item => Assert.False(item.GetProperty("online").GetBoolean() || item.GetProperty("disabled").GetBoolean()));
    }

    [Theory]
    [InlineData("owner", "owner", HttpStatusCode.Created)]
    [InlineData("owner", "viewer", HttpStatusCode.Created)]
    [InlineData("admin", "admin", HttpStatusCode.Created)]
    [InlineData("admin", "owner", HttpStatusCode.Forbidden)]
    [InlineData("supervisor", "viewer", HttpStatusCode.Forbidden)]
    [InlineData("agent", "viewer", HttpStatusCode.Forbidden)]
    [InlineData("viewer", "viewer", HttpStatusCode.Forbidden)]
    public async Task Nobody_creates_a_role_above_their_own(string own, string wished, HttpStatusCode expected)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var asker = own == "owner" ? null : await host.Colleague(owner, own);
        Assert.Equal(expected, (await (asker ?? owner).Post("/api/v1/agents", New(wished))).Status);
    }

    [Theory]
    [InlineData("owner@example.com")]
    [InlineData("  OWNER@EXAMPLE.COM ")]
    public async Task An_address_has_one_account(string email)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var answer = await owner.Post("/api/v1/agents", New("agent", email));
        Assert.Equal((HttpStatusCode.Conflict, "email_taken"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("two@at@example.com")]
    [InlineData("spa ce@example.com")]
    [InlineData("a@-example.com")]
    [InlineData("a@example..com")]
    [InlineData("<a@example.com>")]
    public async Task What_is_no_address_is_refused(string email)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var answer = await owner.Post("/api/v1/agents", New("agent", email));
        Assert.Equal("validation", answer.Code);
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty("email", out _));
    }

    [Theory]
    [InlineData("林@例子.中国")]
    [InlineData("o'neil+tag@mail.example.co.uk")]
    [InlineData("me@intranet")]
    public async Task Addresses_of_all_scripts_are_welcome(string email)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal(HttpStatusCode.Created, (await owner.Post("/api/v1/agents", New("agent", email))).Status);
    }

    [Theory]
    [InlineData("/api/v1/agents?rol=owner", "unknown_parameter")]
    public async Task Parameters_that_nobody_reads_are_refused(string path, string code)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        Assert.Equal(code, (await owner.Get(path)).Code);
    }

    [Fact]
    public async Task Other_modules_find_an_agent_of_the_same_workspace_only()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var id = Guid.Parse((await owner.Post("/api/v1/agents", New("supervisor"))).Text("id"));
        var agents = host.Services.GetRequiredService<IAgents>();
        Assert.Equal(new AgentView(1, id, "新同事", "supervisor", Disabled: false), await agents.Find(1, id, CancellationToken.None));
        Assert.Null(await agents.Find(2, id, CancellationToken.None));
    }

    [Fact]
    public async Task Every_deed_leaves_its_row()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        using var agent = await host.Colleague(owner, "agent");
        host.Clock.Move(TimeSpan.FromMilliseconds(1));
        await agent.Delete("/api/v1/session");
        await using var db = host.Storage.Read(1);
        var rows = await db.Table<AuditRow>().OrderBy(row => row.At).ThenBy(row => row.Id).ToListAsync();
        Assert.Equal(["workspace.created", "agent.created", "session.started", "session.ended"], rows.Select(row => row.Action));
        Assert.All(rows, row => Assert.Equal("127.0.0.1", row.Address));
        Assert.All(rows.Where(row => row.Detail is not null), row => Assert.DoesNotContain("@", row.Detail, StringComparison.Ordinal));
    }
}
