using System.Net;

namespace Queqiao.Server.Tests.Identity;

public sealed class SetupTests
{
    private static object Wish(string token, string email = "owner@example.com", string password = ApiHost.Password) =>
        new { token, workspaceName = "Shop", name = "Lin", email, password };

    [Fact]
    public async Task An_empty_store_prints_a_link_and_says_that_set_up_is_needed()
    {
        await using var host = await ApiHost.Start();
        using var anybody = host.Anonymous();
        Assert.StartsWith($"Set up Queqiao: {host.Address.ToString().TrimEnd('/')}/console/setup#token=", host.Printed.ToString(), StringComparison.Ordinal);
        Assert.True((await anybody.Get("/api/v1/setup")).Body.GetProperty("required").GetBoolean());
    }

    [Fact]
    public async Task The_link_uses_the_public_address_when_there_is_one()
    {
        await using var host = await ApiHost.Start(publicUrl: "https://chat.example.com");
        Assert.StartsWith("Set up Queqiao: https://chat.example.com/console/setup#token=", host.Printed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Set_up_makes_a_workspace_and_an_owner_who_is_signed_in()
    {
        await using var host = await ApiHost.Start();
        using var owner = host.Anonymous();
        var answer = await owner.Post("/api/v1/setup", Wish(host.SetupSecret), ("Accept-Language", "en"));
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal("owner", answer.Text("agent", "role"));
        Assert.Equal("en", answer.Text("agent", "locale"));
        Assert.Equal("Shop", answer.Text("workspace", "name"));
        Assert.Contains("channels.manage", answer.Body.GetProperty("permissions").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal(HttpStatusCode.OK, (await owner.Get("/api/v1/session")).Status);
        Assert.False((await owner.Get("/api/v1/setup")).Body.GetProperty("required").GetBoolean());
        var again = await owner.Post("/api/v1/setup", Wish(host.SetupSecret, "second@example.com"));
        Assert.Equal((HttpStatusCode.Conflict, "setup_done"), (again.Status, again.Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("not a token")]
    public async Task A_wrong_token_is_refused(string token)
    {
        await using var host = await ApiHost.Start();
        using var stranger = host.Anonymous();
        var answer = await stranger.Post("/api/v1/setup", Wish(token));
        Assert.Equal((HttpStatusCode.Forbidden, "setup_token_invalid"), (answer.Status, answer.Code));
        Assert.True((await stranger.Get("/api/v1/setup")).Body.GetProperty("required").GetBoolean());
    }

    [Fact]
    public async Task Each_start_of_an_empty_store_makes_the_earlier_link_worthless()
    {
        var folder = Directory.CreateTempSubdirectory("queqiao-setup").FullName;
        string earlier;
        await using (var first = await ApiHost.Start(folder))
            earlier = first.SetupSecret;
        await using (var second = await ApiHost.Start(folder))
        {
            using var owner = second.Anonymous();
            Assert.Equal("setup_token_invalid", (await owner.Post("/api/v1/setup", Wish(earlier))).Code);
            Assert.Equal(HttpStatusCode.Created, (await owner.Post("/api/v1/setup", Wish(second.SetupSecret))).Status);
        }
        await using (var third = await ApiHost.Start(folder))
        {
            Assert.Empty(third.Printed.ToString());
            using var anybody = third.Anonymous();
            Assert.False((await anybody.Get("/api/v1/setup")).Body.GetProperty("required").GetBoolean());
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Every_wrong_field_is_named()
    {
        await using var host = await ApiHost.Start();
        using var owner = host.Anonymous();
        var answer = await owner.Post("/api/v1/setup",
            new { token = host.SetupSecret, workspaceName = " ", name = "a\u202Eb", email = "nobody", password = "short", locale = "fr" });
        Assert.Equal((HttpStatusCode.BadRequest, "validation"), (answer.Status, answer.Code));
        Assert.Equal(["email", "locale", "name", "password", "workspaceName"], answer.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
    }
}
