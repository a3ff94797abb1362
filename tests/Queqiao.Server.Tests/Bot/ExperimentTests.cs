using System.Net;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Comparing;
using Queqiao.Server.Bot.Ledger;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Knowledge;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>Answers side by side: who gets which, what is counted, when it may be said that one is better.</summary>
public sealed class ExperimentTests
{
    private const string Root = "/api/v1/bots/experiments";
    private static readonly Variant[] Two = [new("A", 70), new("B", 30, "退款三天内到账，查进度请看“我的订单”。")];

    [Fact]
    public void A_person_gets_the_same_answer_always_and_shares_are_kept()
    {
        var (one, other) = (new Guid("0199aaaa-0000-7000-8000-000000000001"), new Guid("0199aaaa-0000-7000-8000-000000000002"));
        var people = Enumerable.Range(0, 10_000).Select(i => new Guid(i, 7, 0, new byte[8])).ToList();
        var drawn = people.ConvertAll(person => Variants.For(Two, one, person).Key);
        Assert.Equal(drawn, people.ConvertAll(person => Variants.For(Two, one, person).Key));
        Assert.InRange(drawn.Count(key => key == "B"), 2_850, 3_150);
        var elsewhere = people.ConvertAll(person => Variants.For(Two, other, person).Key);
        Assert.InRange(drawn.Zip(elsewhere).Count(pair => pair is { First: "B", Second: "B" }), 800, 1_000); // 30 % of 30 %: unrelated
    }

    [Fact]
    public void Nothing_is_said_of_few_and_no_difference_is_made_of_noise()
    {
        Assert.Equal((0.0, 1.0), Comparison.Wilson(0, 0));
        var (low, high) = Comparison.Wilson(8, 10);
        Assert.Equal((0.490, 0.943), (Math.Round(low, 3), Math.Round(high, 3))); // as published for 8 of 10
        Assert.Equal(Comparison.NotEnough, Comparison.Verdict([Held("A", 29, 29), Held("B", 0, 400)]));
        Assert.Equal(Comparison.NoDifference, Comparison.Verdict([Held("A", 30, 60), Held("B", 36, 60)]));
        Assert.Equal("B", Comparison.Verdict([Held("A", 30, 60), Held("B", 50, 60)]));
        Assert.Equal(Comparison.NoDifference, Comparison.Verdict([Held("A", 30, 60), Held("B", 50, 60), Held("C", 49, 60)])); // better than one is not better than all

        static VariantResult Held(string key, int held, int of)
        {
            var (from, to) = Comparison.Wilson(held, of);
            return new VariantResult(key, of, 0, 0, 0, 0, of - held, 0, 0, held, from, to);
        }
    }

    [Fact]
    public void Who_came_again_or_found_no_use_was_not_helped()
    {
        static BotCaseRow Case(string outcome, int? helpful = null, long? again = null) => new()
        {
            Ws = 1, ConversationId = Guid.NewGuid(), FromSeq = 1, ChannelId = Guid.Empty, ContactId = Guid.Empty, At = 0, Outcome = outcome, Answers = 1, Helpful = helpful, AgainAt = again, EndedAt = outcome == CaseOutcome.Open ? null : 10,
        };
        var result = Comparison.Of("B", [Case(CaseOutcome.Solved), Case(CaseOutcome.Quiet), Case(CaseOutcome.Quiet, helpful: 0), Case(CaseOutcome.Quiet, again: 20), Case(CaseOutcome.HandedOver), Case(CaseOutcome.Taken), Case(CaseOutcome.Open)], 1000);
        Assert.Equal((5, 1, 1, 0, 1, 1, 1, 1, 2), (result.Cases, result.Open, result.Confirmed, result.Helpful, result.Unhelpful, result.HandedOver, result.Recontacted, result.Observed, result.Held));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Customers_hear_their_variant_the_books_say_what_came_of_it_and_the_winner_is_published(string engine)
    {
        await using var site = await Site.Open(engine);
        var owner = site.Owner;
        var bot = (await owner.Api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created);
        (await owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{bot.Text("id")}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        const string published = "退款 1 到 3 个工作日到账。";
        var faq = (await owner.Api.Post("/api/v1/knowledge/faqs", new { question = "退款多久到账？", answer = published, similar = new[] { "退的钱几天能到", "什么时候能收到退款" } })).Expect(HttpStatusCode.Created).GetProperty("item").Text("id");
        (await owner.Api.Post($"/api/v1/knowledge/items/{faq}/publish", new { })).Expect(HttpStatusCode.OK);

        object Wanted(int shareOfB, string? zh) => new { name = "退款的说法", itemId = faq, variants = new object[] { new { key = "A", share = 70 }, new { key = "B", share = shareOfB, zh } } };
        Assert.Equal("validation", (await owner.Api.Post(Root, Wanted(20, "x"))).Code);
        Assert.Equal("validation", (await owner.Api.Post(Root, Wanted(30, " "))).Code);
        var experiment = (await owner.Api.Post(Root, Wanted(30, Two[1].Zh))).Expect(HttpStatusCode.Created).GetProperty("id").GetGuid();
        Assert.Equal("bot_experiment_runs", (await owner.Api.Post(Root, Wanted(30, "another"))).Code);

        var heard = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var visitor = await site.Visitor();
            var id = (await visitor.Say("退款多久到账")).Text("conversationId");
            System.Text.Json.JsonElement answer = default;
            await Until.True(async () => (answer = (await visitor.Log()).FirstOrDefault(item => item.TryGetProperty("bot", out _))).ValueKind != System.Text.Json.JsonValueKind.Undefined, "answered");
            var key = Variants.For(Two, experiment, await Contact(site, Guid.Parse(id))).Key;
            Assert.Equal(key == "B" ? Two[1].Zh : published, answer.Text("text"));
            heard.Add(key);
            if (i == 0)
            {
                await visitor.Say("解决了，谢谢");
                await Until.True(async () => (await owner.Row(id)).Text("status") == "resolved", "solved");
            }
        }
        System.Text.Json.JsonElement shown = default;
        await Until.True(async () =>
        {
            await site.The<Listeners>().RunOnce(CancellationToken.None);
            shown = (await owner.Api.Get(Root)).Expect(HttpStatusCode.OK).Items().Single();
            return shown.GetProperty("results").EnumerateArray().Sum(one => one.Long("cases") + one.Long("open")) == 3;
        }, "the books are kept");
        Assert.Equal("not_enough", shown.Text("verdict"));
        foreach (var result in shown.GetProperty("results").EnumerateArray())
            Assert.Equal((heard.Count(key => key == result.Text("key")), result.Text("key") == heard[0] ? 1L : 0L), (result.Long("cases") + result.Long("open"), result.Long("confirmed")));

        (await owner.Api.Post($"{Root}/{experiment}/end", new { winner = "B" })).Expect(HttpStatusCode.NoContent);
        await Until.True(async () => (await site.The<IKnowledge>().Published(1, null, default)).Faqs.Single().Content.Answers.Single().Text == Two[1].Zh, "published");
        Assert.Equal("bot_experiment_over", (await owner.Api.Post($"{Root}/{experiment}/end", new { })).Code);
        Assert.Empty(site.The<Experiments>().For(1, Guid.NewGuid()));
    }

    private static async Task<Guid> Contact(Site site, Guid conversation)
    {
        await using var db = site.The<IStorageEngine>().Read(1);
        return await db.Visible(Scope<ConversationHead>.Workspace(1)).Where(head => head.Id == conversation).Select(head => head.ContactId).SingleAsync();
    }
}
