using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Server.Channels;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.Server.Tests.Channels;

public sealed class ChannelTests
{
    [Fact]
    public async Task A_channel_starts_with_the_defaults_and_a_snippet_to_copy()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var made = await owner.Post("/api/v1/channels", new { kind = "web", name = " 官网 " });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Equal("官网", made.Text("name"));
        Assert.Equal("""{"title":"","greeting":"","color":"#1f5fd1","locale":"auto","position":"right","allowedOrigins":[],"notice":"off","pages":"shown","userAudience":null,"userIssuer":null}""", made.Body.GetProperty("settings").GetRawText());
        Assert.Equal($"<script src=\"{host.Address.ToString().TrimEnd('/')}/widget.js\" data-channel=\"{made.Text("id")}\" async></script>", made.Text("snippet"));
        Assert.Equal(made.Body.GetRawText(), (await owner.Get("/api/v1/channels/" + made.Text("id"))).Body.GetRawText());
        Assert.Equal(made.Body.GetRawText(), (await owner.Get("/api/v1/channels")).Body.GetProperty("items")[0].GetRawText());
    }

    [Fact]
    public async Task The_snippet_names_the_public_address_and_never_a_host_that_somebody_sent()
    {
        await using var host = await ApiHost.Start(publicUrl: "https://chat.example.com");
        using var owner = await host.SetUp();
        await owner.Post("/api/v1/channels", new { kind = "web", name = "A" });
        Assert.Contains("https://chat.example.com/widget.js", (await owner.Get("/api/v1/channels")).Body.GetRawText(), StringComparison.Ordinal);

        await using var other = await ApiHost.Start();
        using var admin = await other.SetUp();
        await admin.Post("/api/v1/channels", new { kind = "web", name = "A" });
        var answer = await admin.Get("/api/v1/channels", ("Host", "evil.example"));
        Assert.Contains("https://YOUR-SERVER/widget.js", answer.Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_are_put_into_their_one_form()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var made = await owner.Post("/api/v1/channels", new
        {
            kind = "web", name = "A",
            settings = new { color = "#ABCDEF", locale = "en", position = "left", allowedOrigins = new[] { "HTTPS://Www.Example.com:443/", "https://www.example.com", "http://例子.中国:8080" } },
        });
        var settings = made.Body.GetProperty("settings");
        Assert.Equal("#abcdef", settings.GetProperty("color").GetString());
        Assert.Equal(["https://www.example.com", "http://xn--fsqu00a.xn--fiqs8s:8080"], settings.GetProperty("allowedOrigins").EnumerateArray().Select(o => o.GetString()));
    }

    [Theory]
    [InlineData("""{"colour":"#ffffff"}""", "settings.colour")]
    [InlineData("""{"color":"red"}""", "settings.color")]
    [InlineData("""{"color":"#ffffff;}"}""", "settings.color")]
    [InlineData("""{"locale":"fr"}""", "settings.locale")]
    [InlineData("""{"position":"top"}""", "settings.position")]
    [InlineData("""{"title":7}""", "settings.title")]
    [InlineData("""{"title":null}""", "settings.title")]
    [InlineData("""{"allowedOrigins":["https://example.com/path"]}""", "settings.allowedOrigins")]
    [InlineData("""{"allowedOrigins":["*"]}""", "settings.allowedOrigins")]
    [InlineData("""{"allowedOrigins":[null]}""", "settings.allowedOrigins")]
    [InlineData("""{"allowedOrigins":["https://user@example.com"]}""", "settings.allowedOrigins")]
    [InlineData("""[]""", "settings")]
    [InlineData("\"x\"", "settings")]
    public async Task Settings_that_cannot_be_meant_are_refused_by_name(string settings, string field)
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var answer = await owner.Post("/api/v1/channels", $$"""{"kind":"web","name":"A","settings":{{settings}}}""");
        Assert.Equal((HttpStatusCode.BadRequest, "validation"), (answer.Status, answer.Code));
        Assert.Equal(field, answer.Body.GetProperty("errors").EnumerateObject().Single().Name);
    }

    [Fact]
    public async Task A_change_replaces_the_settings_as_a_whole_and_shows_at_once()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var id = Guid.Parse((await owner.Post("/api/v1/channels", new { kind = "web", name = "A", settings = new { title = "Hello", color = "#000000" } })).Text("id"));
        var channels = host.Services.GetRequiredService<IChannels>();
        Assert.Equal("Hello", (await channels.Find(id, CancellationToken.None))!.Web!.Title);

        var changed = await owner.Patch("/api/v1/channels/" + id, new { name = "B", enabled = false, settings = new { greeting = "Hi\nthere" } });
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        var view = (await channels.Find(id, CancellationToken.None))!;
        Assert.Equal(("B", false, "", "Hi\nthere", "#1f5fd1"), (view.Name, view.Enabled, view.Web!.Title, view.Web.Greeting, view.Web.Color));
        await using var db = host.Storage.Read(1);
        var row = await db.Table<AuditRow>().SingleAsync(row => row.Action == "channel.changed");
        Assert.Contains("\"name\":{\"from\":\"A\",\"to\":\"B\"}", row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_leaves_no_row()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var id = (await owner.Post("/api/v1/channels", new { kind = "web", name = "A" })).Text("id");
        Assert.Equal(HttpStatusCode.OK, (await owner.Patch("/api/v1/channels/" + id, new { name = "A", enabled = true, settings = new { } })).Status);
        await using var db = host.Storage.Read(1);
        Assert.Equal(0, await db.Table<AuditRow>().CountAsync(row => row.Action == "channel.changed"));
    }

    [Fact]
    public async Task Only_those_who_may_change_channels_do()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var id = (await owner.Post("/api/v1/channels", new { kind = "web", name = "A" })).Text("id");
        using var agent = await host.Colleague(owner, "agent");
        Assert.Equal(HttpStatusCode.OK, (await agent.Get("/api/v1/channels")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Post("/api/v1/channels", new { kind = "web", name = "B" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await agent.Patch("/api/v1/channels/" + id, new { name = "B" })).Status);
        using var stranger = host.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.Get("/api/v1/channels/" + id)).Status);
    }

    [Fact]
    public async Task A_channel_that_is_not_there_is_not_found()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var id = Guid.CreateVersion7();
        Assert.Equal("not_found", (await owner.Get($"/api/v1/channels/{id}")).Code);
        Assert.Equal("not_found", (await owner.Patch($"/api/v1/channels/{id}", new { name = "B" })).Code);
        Assert.Equal("not_found", (await owner.Get("/api/v1/channels/7")).Code);
        Assert.Null(await host.Services.GetRequiredService<IChannels>().Find(id, CancellationToken.None));
    }

    [Fact]
    public async Task The_kinds_come_with_a_schema_in_the_readers_language()
    {
        await using var host = await ApiHost.Start();
        using var owner = await host.SetUp();
        var english = (await owner.Get("/api/v1/channel-kinds", ("Accept-Language", "en"))).Body.GetProperty("items")[0];
        Assert.Equal(("web", "Website chat"), (english.GetProperty("kind").GetString(), english.GetProperty("name").GetString()));
        Assert.Equal(["title", "greeting", "color", "locale", "position", "notice", "pages", "userAudience", "userIssuer", "allowedOrigins"], english.GetProperty("settings").GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal("网站聊天", (await owner.Get("/api/v1/channel-kinds", ("Accept-Language", "zh-CN"))).Body.GetProperty("items")[0].GetProperty("name").GetString());
    }
}
