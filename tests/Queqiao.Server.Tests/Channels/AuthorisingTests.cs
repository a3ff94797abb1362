using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Queqiao.Server.Channels;
using Queqiao.Server.Channels.Configuring;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Channels.Sending;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;
using Queqiao.Server.Tests.Support;
using Queqiao.Simulators;
using Queqiao.Simulators.Workplaces;

namespace Queqiao.Server.Tests.Channels;

/// <summary>An administrator consents at a platform, and the channel works from then on; nobody else can finish what they began.</summary>
public sealed class AuthorisingTests
{
    private static Task<Site> Open() => Site.Open(Engines.Sqlite, also: services => services.AddPlayedPlatforms());

    /// <summary>A channel that knows its app and nobody's consent.</summary>
    private static async Task<string> Channel(Site site, string kind, params string[] without)
    {
        var settings = new Dictionary<string, string>(site.The<PlayedPlatforms>().SettingsOf(kind));
        foreach (var field in without)
            settings.Remove(field);
        if (kind == "slack")
            (settings["clientId"], settings["clientSecret"]) = ("slack-client", "slack-client-secret");
        if (kind is "messenger" or "instagram" or "whatsapp")
            settings["appId"] = "4242424242";
        if (kind == "weibo")
            settings["appKey"] = "4242";
        return (await site.Owner.Api.Post("/api/v1/channels", new { kind, name = kind, settings })).Expect(HttpStatusCode.Created).Text("id");
    }

    private static async Task<JsonElement> Begin(Site site, string channel) => (await site.Owner.Api.Post($"/api/v1/channels/{channel}/authorise", new { })).Expect(HttpStatusCode.OK);

    /// <summary>The browser at the platform: consents, and is sent back with these.</summary>
    private static Dictionary<string, string> Consent(Site site, string kind, string url)
    {
        var at = new Uri(url);
        var answer = site.The<PlayedPlatforms>().Find(kind)!.Answer(new SimRequest("GET", at.AbsolutePath[(kind.Length + 1)..], Pairs(at.Query), new Dictionary<string, string>(), []));
        Assert.True(answer.Status == 302, answer.Text);
        Assert.StartsWith(site.Address + "console/settings/channels/authorised?", answer.Location!, StringComparison.Ordinal);
        return Pairs(new Uri(answer.Location!).Query);
    }

    private static Dictionary<string, string> Pairs(string query) => query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));

    [Theory]
    [InlineData("x", "queqiao", "refreshToken", "userId")]
    [InlineData("zalo", null, "refreshToken")]
    [InlineData("douyin", null, "refreshToken")]
    [InlineData("slack", "Queqiao", "botToken")]
    [InlineData("messenger", "鹊桥优选", "accessToken", "pageId")]
    [InlineData("instagram", "queqiao", "accessToken", "accountId")]
    [InlineData("whatsapp", "鹊桥优选", "accessToken", "phoneNumberId")]
    [InlineData("weibo", "1902538057", "accessToken")]
    public async Task A_channel_without_consent_works_after_it(string kind, string? account, params string[] granted)
    {
        await using var site = await Open();
        var channel = await Channel(site, kind, granted);
        Assert.False((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
        var begun = await Begin(site, channel);
        var back = Consent(site, kind, begun.Text("url"));
        var done = (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], code = back["code"] })).Expect(HttpStatusCode.OK);
        Assert.True(done.GetProperty("ok").GetBoolean(), done.GetRawText());
        if (account is not null)
            Assert.Equal(account, done.Text("account"));
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
        // A code is good once, and what the platform says to it is told in words.
        var again = (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], code = back["code"] })).Expect(HttpStatusCode.OK);
        Assert.False(again.GetProperty("ok").GetBoolean());
        Assert.NotEmpty(again.Text("reason"));
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean()); // what worked is not lost by it
    }

    /// <summary>The bot's own token is known before; consent adds it to a server.</summary>
    [Fact]
    public async Task Discords_bot_is_added_to_a_server()
    {
        await using var site = await Open();
        var settings = new Dictionary<string, string>(site.The<PlayedPlatforms>().SettingsOf("discord")) { ["clientSecret"] = DiscordSimulator.ClientSecret };
        var channel = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "discord", name = "discord", settings })).Expect(HttpStatusCode.Created).Text("id");
        var back = Consent(site, "discord", (await Begin(site, channel)).Text("url"));
        Assert.Equal("鹊桥优选", (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], code = back["code"] })).Expect(HttpStatusCode.OK).Text("account"));
        Assert.False((await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], code = back["code"] })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
    }

    [Fact]
    public async Task Only_who_began_it_in_this_session_finishes_it_and_not_too_late()
    {
        await using var site = await Open();
        var channel = await Channel(site, "x", "refreshToken", "userId");
        var back = Consent(site, "x", (await Begin(site, channel)).Text("url"));
        var body = new { state = back["state"], code = back["code"] };
        Assert.Equal("authorisation_over", (await (await site.Agent("admin")).Api.Post("/api/v1/channels/authorised", body)).Code);
        Assert.Equal(HttpStatusCode.Forbidden, (await (await site.Agent("agent")).Api.Post("/api/v1/channels/authorised", body)).Status);
        using var elsewhere = new ApiClient(site.Address); // the same person, signed in once more
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.Post("/api/v1/session", new { email = "owner@example.com", password = ApiHost.Password })).Status);
        Assert.Equal("authorisation_over", (await elsewhere.Post("/api/v1/channels/authorised", body)).Code);
        Assert.Equal("authorisation_over", (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"][..^2] + "xx", code = back["code"] })).Code);
        var declined = (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], error = "access_denied" })).Expect(HttpStatusCode.OK);
        Assert.Equal((false, "access_denied"), (declined.GetProperty("ok").GetBoolean(), declined.Text("code")));
        site.Time.Move(TimeSpan.FromMinutes(16));
        Assert.Equal("authorisation_over", (await site.Owner.Api.Post("/api/v1/channels/authorised", body)).Code);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Owner.Api.Post($"/api/v1/channels/{site.ChannelId}/authorise", new { })).Status); // a kind without
    }

    /// <summary>What ends is renewed although nobody writes; until when it is good stands in the channel's health, and in time what to do.</summary>
    [Fact]
    public async Task A_consent_that_ends_is_renewed_and_its_end_is_told()
    {
        await using var site = await Open();
        var channel = await Channel(site, "instagram", "accessToken", "accountId");
        var back = Consent(site, "instagram", (await Begin(site, channel)).Text("url"));
        (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], code = back["code"] })).Expect(HttpStatusCode.OK);
        var api = site.Owner.Api;
        async Task<(DateTimeOffset? Until, bool IsTold)> Health()
        {
            var health = (await api.Get($"/api/v1/channels/{channel}/health")).Expect(HttpStatusCode.OK);
            return (health.TryGetProperty("consentUntil", out var until) && until.ValueKind == JsonValueKind.String ? until.GetDateTimeOffset() : null, health.GetProperty("todo").EnumerateArray().Any(step => step.Text("code") == "authorise_soon"));
        }
        var start = site.Time.GetUtcNow();
        Assert.InRange((await Health()).Until!.Value, start.AddDays(59), start.AddDays(61));

        site.Time.Move(TimeSpan.FromDays(50));
        api = (await site.Agent("admin")).Api; // the owner's session is over by then
        Assert.True((await Health()).IsTold);
        await Renew(site);
        var (until, isTold) = await Health();
        Assert.InRange(until!.Value, start.AddDays(109), start.AddDays(111));
        Assert.False(isTold);

        // Who enters another token by hand does not keep the old one's end.
        (await api.Patch($"/api/v1/channels/{channel}", new { settings = new Dictionary<string, string> { ["accessToken"] = "IGAAother" } })).Expect(HttpStatusCode.OK);
        Assert.Null((await Health()).Until);
    }

    [Fact]
    public async Task The_end_of_an_older_consent_is_not_written_over_a_newer_ones()
    {
        await using var site = await Open();
        var channel = await Channel(site, "instagram", "accessToken", "accountId");
        var back = Consent(site, "instagram", (await Begin(site, channel)).Text("url"));
        (await site.Owner.Api.Post("/api/v1/channels/authorised", new { state = back["state"], code = back["code"] })).Expect(HttpStatusCode.OK);
        site.Time.Move(TimeSpan.FromDays(50));
        var api = (await site.Agent("admin")).Api;
        var found = new FoundBefore(site.The<IChannels>(), (await site.The<IChannels>().Find(Guid.Parse(channel), default))!);
        (await api.Patch($"/api/v1/channels/{channel}", new { settings = new Dictionary<string, string> { ["accessToken"] = "IGAAother" } })).Expect(HttpStatusCode.OK); // while the old one is renewed
        await new RenewConsents(site.Storage, found, site.The<ChannelDirectory>(), site.The<KindRegistry>(), site.The<AdapterServices>(), site.The<ChannelHealth>(), site.The<Ids>(), NullLogger<RenewConsents>.Instance).Run(null!, default);
        Assert.Equal(JsonValueKind.Null, (await api.Get($"/api/v1/channels/{channel}/health")).Expect(HttpStatusCode.OK).TryGetProperty("consentUntil", out var until) ? until.ValueKind : JsonValueKind.Null);
    }

    private sealed class FoundBefore(IChannels channels, ChannelView view) : IChannels
    {
        public ValueTask<ChannelView?> Find(Guid id, CancellationToken ct) => id == view.Id ? new(view) : channels.Find(id, ct);

        public Task<Guid> OpenWeb(WriteUnit unit, AuditBy by, string name, WebSettings settings, CancellationToken ct) => throw new NotSupportedException();

        public Task AddUserKey(WriteUnit unit, AuditBy by, Guid channel, Secret secret, CancellationToken ct) => throw new NotSupportedException();

        public Task AddPush(WriteUnit unit, AuditBy by, Guid channel, string url, Secret secret, CancellationToken ct) => throw new NotSupportedException();

        public Task<Guid> Open(WriteUnit unit, AuditBy by, string kind, string name, IReadOnlyDictionary<string, string> settings, CancellationToken ct) => throw new NotSupportedException();
    }

    /// <summary>A refresh token that is good once is not lost because another secret of the channel changes.</summary>
    [Fact]
    public async Task Another_secret_changes_nothing_of_the_consent()
    {
        await using var site = await Open();
        var channel = await Channel(site, "zalo");
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean()); // the first refresh token is used up by it
        var settings = new Dictionary<string, string>(site.The<PlayedPlatforms>().SettingsOf("zalo")) { ["oaSecret"] = "another-secret" };
        settings.Remove("refreshToken");
        (await site.Owner.Api.Patch($"/api/v1/channels/{channel}", new { settings })).Expect(HttpStatusCode.OK);
        Assert.True((await site.Owner.Api.Post($"/api/v1/channels/{channel}/test", new { })).Expect(HttpStatusCode.OK).GetProperty("ok").GetBoolean());
    }

    private static async Task Renew(Site site) => Assert.IsType<JobOutcome.Done>(await site.The<IEnumerable<IJobHandler>>().OfType<RenewConsents>().Single().Run(null!, default));
}
