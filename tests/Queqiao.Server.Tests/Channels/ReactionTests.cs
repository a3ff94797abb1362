using System.Net;
using System.Text.Json;
using Queqiao.Server.Conversations;
using Queqiao.Server.Demo.Platforms;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>Signs that agents put to messages stand at the customer's message on the platform; where that cannot be, nobody is offered any.</summary>
public sealed class ReactionTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_sign_is_put_replaced_and_taken_away_at_the_platform(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "telegram");
        var (site, telegram) = (played.Site, played.Platform);
        await played.Deliver(telegram.Says(telegram.Person("Max"), "Thank you!"));
        var conversation = await played.Conversation();
        var offered = (await site.Owner.Row(conversation)).GetProperty("channel").GetProperty("reacts").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Contains("❤️", offered);
        var seq = await First(played, conversation);
        Assert.True((await played.Message(conversation, seq)).GetProperty("outside").GetBoolean());
        var at = $"/api/v1/conversations/{conversation}/messages/{seq}/reaction";

        (await site.Owner.Api.Put(at, new { emoji = "👍" })).Expect(HttpStatusCode.OK);
        (await site.Owner.Api.Put(at, new { emoji = "👍" })).Expect(HttpStatusCode.OK); // once more says nothing new
        await played.Settle(() => telegram.Signals.Any(one => one.EndsWith("👍", StringComparison.Ordinal)), "the sign is with Telegram");
        (await site.Owner.Api.Put(at, new { emoji = "❤️" })).Expect(HttpStatusCode.OK);
        await played.Settle(() => telegram.Signals.Any(one => one.EndsWith(" ❤", StringComparison.Ordinal)), "the other one is, as Telegram writes it");
        Assert.Equal(HttpStatusCode.OK, (await site.Owner.Api.Delete(at)).Status);
        await played.Settle(() => telegram.Signals.Count(one => one.StartsWith("react ", StringComparison.Ordinal)) == 4, "it is taken away");
        Assert.EndsWith(" ", telegram.Signals.Last(one => one.StartsWith("react ", StringComparison.Ordinal)));
        Assert.Equal(["+👍", "-👍", "+❤️", "-❤️"], await Signs(played, conversation));

        // A message of our own gets one by the name that its delivery has.
        var own = await played.Say(conversation, "You are welcome");
        await played.Settle(() => telegram.Sent.Count == 1, "the answer is with Telegram");
        (await site.Owner.Api.Put($"/api/v1/conversations/{conversation}/messages/{own}/reaction", new { emoji = "🎉" })).Expect(HttpStatusCode.OK);
        await played.Settle(() => telegram.Signals.Contains($"react {telegram.Sent[0].Id} 🎉"), "at the answer, too");
        Assert.Empty(site.Troubles);
    }

    [Theory, OnSqlite]
    public async Task What_the_platform_refuses_is_said_and_undone(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "whatsapp");
        var (site, whatsapp) = (played.Site, played.Platform);
        await played.Deliver(whatsapp.Says(whatsapp.Person("Emma"), "Hi"));
        var conversation = await played.Conversation();
        var at = $"/api/v1/conversations/{conversation}/messages/{await First(played, conversation)}/reaction";
        Assert.Equal("validation", (await site.Owner.Api.Put(at, new { emoji = "🦄" })).Code);

        whatsapp.Person("Emma").LastWrote = null; // WhatsApp holds the window for closed; we do not know yet
        (await site.Owner.Api.Put(at, new { emoji = "🙏" })).Expect(HttpStatusCode.OK);
        await Until.True(async () =>
        {
            await site.RunDueJobs();
            return (await Reacted(played, conversation)).Count == 2;
        }, "it is said");
        var undone = (await Reacted(played, conversation))[1];
        Assert.True(undone.GetProperty("removed").GetBoolean());
        Assert.Equal("131047", undone.Text("code"));
        Assert.NotEqual("", undone.GetProperty("reason").Text("zh"));

        site.Time.Move(TimeSpan.FromHours(25));
        Assert.Equal("window_closed", (await site.Owner.Api.Put(at, new { emoji = "🙏" })).Code);
        Assert.DoesNotContain(whatsapp.Signals, one => one.StartsWith("react", StringComparison.Ordinal));
    }

    [Theory, OnSqlite]
    public async Task Answers_name_what_they_answer_and_where_there_are_no_signs_none_are_offered(string engine)
    {
        await using var played = await PlayedSite.Open(engine, "line");
        var (site, line) = (played.Site, played.Platform);
        await played.Deliver(line.Says(line.Person("Yuki"), "こんにちは"));
        var conversation = await played.Conversation();
        Assert.False((await site.Owner.Row(conversation)).GetProperty("channel").TryGetProperty("reacts", out _));
        Assert.Equal("channel_no_reactions", (await site.Owner.Api.Put($"/api/v1/conversations/{conversation}/messages/{await First(played, conversation)}/reaction", new { emoji = "👍" })).Code);

        var channel = await site.Connect("whatsapp");
        var whatsapp = site.The<PlayedPlatforms>().Find("whatsapp")!;
        await site.Deliver(channel, whatsapp.Says(whatsapp.Person("Emma"), "Is it in stock?"));
        await site.RunDueJobs();
        var other = (await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(HttpStatusCode.OK).Items().Single(row => row.GetProperty("channel").Text("id") == channel).Text("id");
        (await site.Owner.Api.Post($"/api/v1/conversations/{other}/messages", new { clientId = "answer", text = "It is", replyTo = await First(played, other) })).Expect(HttpStatusCode.Created);
        await played.Settle(() => whatsapp.Sent.Count == 1, "the answer is with WhatsApp");
        using var raw = JsonDocument.Parse(whatsapp.Sent[0].Raw);
        Assert.StartsWith("wamid.in", raw.RootElement.GetProperty("context").Text("message_id"));
    }

    [Fact]
    public void Ours_is_one_sign_whoever_puts_it()
    {
        static LogEntry Entry(long seq, string by, EntryBody body) => new(1, Guid.Empty, seq, 0, seq, new Sender(by, null, null), body, 0, seq);
        Assert.Equal("🎉", ReactionRules.Ours(
        [
            Entry(2, SenderKind.Agent, new Reacted(1, "👍", false)), Entry(3, SenderKind.Contact, new Reacted(1, "😢", false)), Entry(4, SenderKind.Agent, new Reacted(1, "👍", true)),
            Entry(5, SenderKind.Agent, new Reacted(1, "🎉", false)), Entry(6, SenderKind.System, new Reacted(1, "👍", true) { Code = "late" }), Entry(7, SenderKind.Agent, new Reacted(9, "❤️", false)),
        ], 1));
    }

    private static async Task<long> First(PlayedSite played, string conversation) => (await played.Site.Owner.Api.Get($"/api/v1/conversations/{conversation}/messages?limit=100"))
        .Expect(HttpStatusCode.OK).Items().First(one => one.Text("kind") == "message").GetProperty("seq").GetInt64();

    private static async Task<List<JsonElement>> Reacted(PlayedSite played, string conversation) => [.. (await played.Site.Owner.Api.Get($"/api/v1/conversations/{conversation}/messages?limit=100"))
        .Expect(HttpStatusCode.OK).Items().Where(one => one.Text("kind") == "event").Select(one => one.GetProperty("event")).Where(one => one.Text("type") == "reacted")];

    private static async Task<List<string>> Signs(PlayedSite played, string conversation) => [.. (await Reacted(played, conversation)).Select(one => (one.GetProperty("removed").GetBoolean() ? "-" : "+") + one.Text("emoji"))];
}
