using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Learning;
using Queqiao.Server.Bot.Ledger;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Turning;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Listening;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Bot;

/// <summary>The learning loop and the books, from a failed question to an answered one.</summary>
public sealed class LearningTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_failed_question_becomes_knowledge_in_two_clicks_and_is_answered_from_then_on(string engine)
    {
        await using var site = await Site.Open(engine);
        var owner = site.Owner;
        var bot = (await owner.Api.Post("/api/v1/bots", new { name = "小鹊", enabled = true, profile = new { patience = 1 } })).Expect(HttpStatusCode.Created);
        (await owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{bot.Text("id")}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        var kb = (await owner.Api.Post("/api/v1/knowledge/bases", new { name = "Shop", language = "zh-CN" })).Expect(HttpStatusCode.Created);
        Assert.NotEmpty(kb.Text("id"));

        var visitor = await site.Visitor();
        var id = (await visitor.Say("你们的羽绒服可以送到南极科考站吗，我的电话13812345678")).Text("conversationId");
        await Until.True(async () => (await owner.Row(id)).Text("status") == "queued", "handed over");
        await owner.Say(id, "可以的，南极科考站由远洋补给船每年十一月统一派送。");

        JsonElement list = default;
        // The listener follows by itself as well: what it is at just now, nobody else digests, and the case is not in the books yet.
        await Until.True(async () =>
        {
            await site.The<Listeners>().RunOnce(CancellationToken.None);
            (await owner.Api.Post("/api/v1/learning/look", new { })).Expect(HttpStatusCode.OK);
            return (list = (await owner.Api.Get("/api/v1/learning/clusters")).Expect(HttpStatusCode.OK)).Items().Any();
        }, "the question is in the books");
        var found = Assert.Single(list.Items());
        Assert.Equal(("new_faq", 1L, 1L), (found.Text("kind"), found.Long("size"), found.Long("recent")));
        Assert.Contains("远洋补给船", found.Text("answer"), StringComparison.Ordinal);
        Assert.DoesNotContain("13812345678", list.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, (await owner.Api.Post("/api/v1/learning/look", new { })).Expect(HttpStatusCode.OK).Long("questions")); // each question once

        (await owner.Api.Post($"/api/v1/learning/clusters/{found.Text("id")}/publish", new { question = "羽绒服可以送到南极科考站吗？", answer = found.Text("answer"), similar = new[] { "能寄到南极吗" } })).Expect(HttpStatusCode.NoContent);
        Assert.Equal("bot_suggestion_decided", (await owner.Api.Post($"/api/v1/learning/clusters/{found.Text("id")}/dismiss", new { })).Code);
        JsonElement answer = default;
        await Until.True(async () => (answer = (await owner.Api.Post($"/api/v1/bots/{bot.Text("id")}/ask", new { text = "羽绒服能送到南极科考站吗" })).Expect(HttpStatusCode.OK)).GetProperty("messages")[0].Text("kind") == "answer", "the new knowledge is learnt");
        Assert.Contains("远洋补给船", answer.GetProperty("messages")[0].Text("text"), StringComparison.Ordinal);

        (await owner.Api.Post($"/api/v1/learning/clusters/{found.Text("id")}/undo", new { })).Expect(HttpStatusCode.NoContent); // readers do not see it any more
        await Until.True(async () => (await owner.Api.Post($"/api/v1/bots/{bot.Text("id")}/ask", new { text = "羽绒服能送到南极科考站吗" })).Expect(HttpStatusCode.OK).GetProperty("messages")[0].Text("kind") != "answer", "it is forgotten");

        var score = (await owner.Api.Get("/api/v1/bots/scoreboard")).Expect(HttpStatusCode.OK);
        Assert.Equal((1L, 1L, 0L), (score.Long("received"), score.Long("handedOver"), score.Long("contained")));
        Assert.Equal(1, score.GetProperty("reasons").Long("failing"));
    }

    [Fact]
    public async Task Thumbs_solved_quiet_and_coming_again_are_counted_apart()
    {
        await using var site = await Site.Open(also: services => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Queqiao.Server.Bot.Knowing.IBotKnowledgeSource>(services, new Shop()));
        var owner = site.Owner;
        var bot = (await owner.Api.Post("/api/v1/bots", new { name = "小鹊", enabled = true })).Expect(HttpStatusCode.Created);
        (await owner.Api.Send(HttpMethod.Put, $"/api/v1/bots/{bot.Text("id")}/channels/{site.ChannelId}", new { enabled = true })).Expect(HttpStatusCode.OK);
        var (solved, quiet) = (await site.Visitor(), await site.Visitor());
        await Answered(solved, "怎么开发票");
        await Answered(quiet, "地址写错了怎么改");
        var seq = (await solved.Log()).First(item => item.TryGetProperty("bot", out _)).Long("seq");
        Assert.Equal(HttpStatusCode.NoContent, (await solved.Post("/widget/v1/events", new { type = "bot_rating", seq, helpful = true })).Status);
        Assert.Equal("validation", (await solved.Post("/widget/v1/events", new { type = "bot_rating", seq = 1, helpful = true })).Code);
        var useless = (await quiet.Log()).First(item => item.TryGetProperty("bot", out _)).Long("seq");
        Assert.Equal("validation", (await quiet.Post("/widget/v1/events", new { type = "bot_rating", seq = useless, helpful = false, reason = "because" })).Code);
        await solved.Say("解决了，谢谢");
        await Until.True(async () => (await owner.Row((await solved.Get("/widget/v1/unread")).Expect(HttpStatusCode.OK).Text("conversationId"))).Text("status") == "resolved", "solved");
        site.Time.Move(TimeSpan.FromMinutes(31));
        var id = (await quiet.Get("/widget/v1/unread")).Expect(HttpStatusCode.OK).Text("conversationId");
        Assert.Equal(1, await site.The<Queqiao.Server.Conversations.IBotConversations>().CloseQuiet(1, new(site.Time.GetUtcNow().AddMinutes(-30).ToUnixTimeMilliseconds(), [], 0), 100, CancellationToken.None));
        Assert.Equal("resolved", (await owner.Row(id)).Text("status"));
        site.Time.Move(TimeSpan.FromHours(1));
        await quiet.Say("地址还是没改成功");
        site.Time.Move(TimeSpan.FromMinutes(1));
        System.Text.Json.JsonElement score = default;
        // The listener follows by itself as well: whoever of the two is at it, the books are right in the end.
        await Until.True(async () => { await site.The<Listeners>().RunOnce(CancellationToken.None); return (score = (await owner.Api.Get("/api/v1/bots/scoreboard")).Expect(HttpStatusCode.OK)).Long("recontacted") == 1; }, "the books are kept");
        Assert.Equal((3L, 2L, 1L, 1L, 1L), (score.Long("received"), score.Long("contained"), score.Long("confirmed"), score.Long("assumed"), score.Long("recontacted")));
        Assert.Equal(1, score.Long("helpful"));

        async Task Answered(VisitorClient visitor, string text)
        {
            await visitor.Say(text);
            await Until.True(async () => (await visitor.Log()).Any(item => item.TryGetProperty("bot", out _)), "answered");
        }
    }

    [Fact]
    public void The_scoreboard_counts_only_what_it_says()
    {
        BotCaseRow Case(string outcome, int answers = 1, int? helpful = null, long? again = null) => new()
        {
            Ws = 1, ConversationId = Guid.NewGuid(), FromSeq = 1, ChannelId = Guid.Empty, ContactId = Guid.Empty, At = 0, Outcome = outcome, Answers = answers, Helpful = helpful, AgainAt = again, EndedAt = outcome == CaseOutcome.Open ? null : 10,
        };
        var score = Scoreboard.Of(
            [Case(CaseOutcome.Solved), Case(CaseOutcome.Quiet), Case(CaseOutcome.Quiet, helpful: 1), Case(CaseOutcome.Quiet, helpful: 0), Case(CaseOutcome.Quiet, answers: 0), Case(CaseOutcome.Quiet, again: 20), Case(CaseOutcome.HandedOver), Case(CaseOutcome.Taken), Case(CaseOutcome.Open)],
            [new("answer", "offline", null, null, 5), new("answer", "offline", 0, 0, 2, "wrong"), new("answer", "offline", 1, 1, 3), new("facts", "offline", 0, null, 1), new("refuse", "offline", null, null, 4)],
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), 1000);
        Assert.Equal((9, 4, 2, 2, 1, 1), (score.Received, score.Contained, score.Confirmed, score.Assumed, score.Recontacted, score.Observed)); // who said "no use", or got no answer, was not helped
        Assert.Equal((11, 4, 5, 2, 3), (score.Answers, score.Refused, score.Labelled, score.Wrong, score.Unhelpful));
        Assert.Equal(("wrong", 2), (Assert.Single(score.UnhelpfulReasons).Key, score.UnhelpfulReasons["wrong"])); // not everybody says why
    }

    [Fact]
    public void Questions_that_ask_for_the_same_come_together_and_near_ones_name_their_entry()
    {
        string[] texts = ["羽绒服能送到南极吗", "南极能送羽绒服吗", "可以把羽绒服送到南极吗", "退款的钱多久能退回来啊"];
        var heaps = Heaps.Of([.. texts.Select((text, i) => new BadQuestion(Guid.NewGuid(), i, i, text, "zh", i == 0 ? "南极由补给船派送" : null))], Shop.Brain, 0);
        var antarctic = Assert.Single(heaps, heap => heap.Questions.Count == 3);
        Assert.Equal("南极由补给船派送", antarctic.Text.Answer);
        Assert.Null(antarctic.Entry);
        Assert.Equal("q1/zh", Assert.Single(heaps, heap => heap.Questions.Count == 1).Entry);
    }

    [Theory]
    [InlineData("转人工", null), InlineData("谢谢", null), InlineData("?", null), InlineData("我的手机13812345678怎么改", "我的手机[phone]怎么改")]
    public void What_is_learnt_from_says_nothing_about_people(string text, string? clean) => Assert.Equal(clean, Heaps.Clean(text));

    /// <summary>A colleague who says something else than the bot had said to the same question is heard; one who says the same, or answers something else, is not.</summary>
    [Theory]
    [InlineData("其实要打客服热线登记，专票三天寄出", true), InlineData("发票在订单详情里点申请开票就可以了", false), InlineData("您好，很高兴为您服务", null), InlineData("您好|稍等，我帮您查一下|要打客服热线登记才行", true)]
    [InlineData("<运费险是谁出的|运费险由平台承担", false), InlineData("<我要转人工|要打客服热线登记才行的", true), InlineData("", null)]
    [InlineData("<不是这个意思|要打客服热线登记才行的", true), InlineData("<你答非所问吧|要打客服热线登记才行的", true), InlineData("<That’s not what I asked|要打客服热线登记才行的", true), InlineData("<收货地址搞错了能不能换|要打客服热线登记才行的", false)]
    public void A_colleague_who_answers_otherwise_is_heard(string after, bool? isOther)
    {
        var seq = 3L;
        BotHeard[] said = [new(1, 1, SenderKind.Contact, "怎么开发票", false), new(2, 2, SenderKind.Bot, "在订单详情里点“申请开票”。", false, new BotPart("answer", "offline")),
            .. after.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(text => new BotHeard(seq, seq++, text[0] == '<' ? SenderKind.Contact : SenderKind.Agent, text.TrimStart('<'), false))];
        Assert.Equal(isOther, ColleagueReply.IsOther(said, 2));
    }

    /// <summary>Where there is nothing to compare, nobody can say.</summary>
    [Fact]
    public void Texts_of_short_words_are_neither_alike_nor_different()
    {
        Assert.Null(Heaps.Alike("how do I do it", "why is it so"));
        Assert.Equal(1, Heaps.Alike("how do I do it", "how do I do it"));
        Assert.Equal(2, Heaps.Of([.. new[] { "how do I do it", "why is it so", "how do I do it" }.Select((text, i) => new BadQuestion(Guid.NewGuid(), i, i, text, "en", null))], Shop.Brain, 0).Count);
        Assert.Null(ColleagueReply.IsOther([new(1, 1, SenderKind.Contact, "how do I do it", false), new(2, 2, SenderKind.Bot, "In the app.", false, new BotPart("answer", "offline")), new(3, 3, SenderKind.Agent, "it is on us", false)], 2));
    }

    /// <summary>What was passed over once is not looked at again, but by whoever finds fault with it; what comes nearest and was the fault is no place for another way to ask.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task A_later_thumb_down_is_heard_and_the_entry_that_was_the_fault_is_not_asked_for_more(string engine)
    {
        await using var site = await Site.Open(engine);
        var (learn, now) = (site.The<Learn>(), site.Time.GetUtcNow().ToUnixTimeMilliseconds());
        var (thanks, seq) = await Said("谢谢");
        var (real, _) = await Said("羽绒服能送到南极吗");
        await Turn(thanks, "clarify", null);
        await Turn(real, "answer", 0);
        await site.Storage.Run(1, (unit, ct) =>
        {
            unit.Db.Table<BotQuestionPassedRow>().AddRange(new BotQuestionPassedRow { Ws = 1, ConversationId = real, Seq = seq, At = now }, new BotQuestionPassedRow { Ws = 1, ConversationId = real, Seq = 77, At = now - (31L * 86_400_000) });
            return unit.Db.SaveChangesAsync(ct);
        }, default);

        Assert.Equal(1, await learn.Look(1, default));
        Assert.Equal([(real, seq), (thanks, seq)], await Passed()); // and what is too old is gone
        await site.Storage.Run(1, (unit, ct) => unit.Db.Table<BotTurnRow>().Where(row => row.ConversationId == thanks).ExecuteUpdateAsync(set => set.SetProperty(row => row.Helpful, 0), ct), default);
        Assert.Equal(0, await learn.Look(1, default)); // nothing to learn, whoever says so
        var found = Assert.Single((await site.Owner.Api.Get("/api/v1/learning/clusters")).Expect(HttpStatusCode.OK).Items());
        Assert.Equal("new_faq", found.Text("kind"));

        // The same heap as another way to ask for what was answered.
        await site.Storage.Run(1, (unit, ct) => unit.Db.Table<BotSuggestionRow>().Where(row => row.Ws == 1).ExecuteUpdateAsync(set => set.SetProperty(row => row.Kind, "similar").SetProperty(row => row.Entry, "f1/en"), ct), default);
        await learn.Look(1, default);
        Assert.Equal("new_faq", Assert.Single((await site.Owner.Api.Get("/api/v1/learning/clusters")).Expect(HttpStatusCode.OK).Items()).Text("kind"));

        async Task<(Guid, long)> Said(string text)
        {
            var said = await (await site.Visitor()).Say(text);
            return (Guid.Parse(said.Text("conversationId")), said.Long("seq"));
        }
        Task Turn(Guid id, string kind, int? helpful) => site.Storage.Run(1, (unit, ct) =>
        {
            unit.Db.Table<BotTurnRow>().Add(new BotTurnRow { Ws = 1, ConversationId = id, Seq = 99, AskedSeq = seq, At = now, ChannelId = Guid.Empty, ContactId = Guid.Empty, Kind = kind, Brain = "offline", Entry = "f1/zh", Helpful = helpful });
            return unit.Db.SaveChangesAsync(ct);
        }, default);
        async Task<List<(Guid, long)>> Passed()
        {
            await using var db = site.Storage.Read(1);
            return [.. db.Table<BotQuestionPassedRow>().AsEnumerable().Select(row => (row.ConversationId, row.Seq)).OrderBy(row => row.ConversationId == real ? 0 : 1)];
        }
    }

    /// <summary>What another version has learnt of the same knowledge is of no use to this one: it is learnt anew once, not at every start.</summary>
    [Theory, OnSqlite, OnPostgres]
    public async Task What_does_not_fit_is_replaced_in_the_book(string engine)
    {
        await using var site = await Site.Open(engine);
        var book = new Queqiao.Server.Bot.Knowing.LearntBook(site.Storage);
        var fits = Queqiao.Text.Retrieving.FinderTrainer.Train([new("a", ["怎么退货"]), new("b", ["怎么开发票"])]).Learnt;
        await book.Keep(1, new Dictionary<string, Queqiao.Text.Retrieving.Learnt> { ["d"] = new([1, 2], [3]) }, default);
        Assert.Null((await book.Of(1, default))("d"));
        await book.Keep(1, new Dictionary<string, Queqiao.Text.Retrieving.Learnt> { ["d"] = fits }, default);
        Assert.Equal(fits.Decision, (await book.Of(1, default))("d")?.Decision);
    }
}
