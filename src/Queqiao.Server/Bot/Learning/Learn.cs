using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Knowing;
using Queqiao.Server.Bot.Ledger;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Turning;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Text.Extracting;

namespace Queqiao.Server.Bot.Learning;

/// <summary>
/// Looks for questions that were not answered well (refused, asked back, of no use, followed by a person or by the same person within a week,
/// answered otherwise by a colleague), puts those that ask for the same together, and suggests what to do. A question belongs to one suggestion; new ones join where they fit.
/// </summary>
[NoPurposeGate("improves answers from what was asked in service, without anything that identifies people; nothing is sent to them")]
internal sealed class Learn(BotBoard board, Brains brains, IBotConversations conversations, IStorageEngine storage, IVault vault, AutoPublish auto, TimeProvider clock) : IJobHandler
{
    public const string Name = "bot.learn";
    public const string Purpose = "bot suggestion";
    private const int MostQuestions = 500;
    private const int MostSaid = 40;
    /// <summary>For a colleague's answer, before there is nothing to learn.</summary>
    private static readonly TimeSpan Waits = TimeSpan.FromDays(3);

    private static readonly TimeSpan Back = TimeSpan.FromDays(30);

    public JobKind Kind { get; } = new(Name) { Concurrency = 1, MostTries = 3 };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        foreach (var ws in board.All.Select(one => one.Ws).Distinct().ToList())
            await Look(ws, ct);
        return new JobOutcome.Done();
    }

    /// <returns>How many questions were new.</returns>
    public async Task<int> Look(int ws, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (questions, passed) = await Questions(ws, now, ct);
        var brain = await brains.Of(ws);
        if (questions.Count + passed.Count > 0)
            await storage.Run(ws, async (unit, stop) =>
            {
                await Pass(unit, ws, passed, stop);
                return await Join(unit, ws, questions, brain, now, stop);
            }, ct);
        await storage.Run(ws, (unit, stop) => Count(unit, ws, now, stop), ct);
        await auto.Look(ws, ct);
        return questions.Count;
    }

    /// <returns>What there is to learn from, and what was looked at for nothing: else that would be all that is looked at one day.</returns>
    private async Task<(List<BadQuestion> Found, List<BotTurnRow> Passed)> Questions(int ws, long now, CancellationToken ct)
    {
        var turns = await Turns(ws, now, ct);
        var again = await CameAgain(ws, [.. turns.Select(turn => turn.ConversationId).Distinct()], ct);
        var (found, passed) = (new List<BadQuestion>(), new List<BotTurnRow>());
        foreach (var ofQuestion in turns.GroupBy(turn => (turn.ConversationId, turn.AskedSeq)))
        {
            var turn = ofQuestion.First();
            var said = await conversations.Said(ws, turn.ConversationId, turn.AskedSeq, MostSaid, ct);
            if (said.FirstOrDefault(one => one.Seq == turn.AskedSeq) is not { } asked || Heaps.Clean(asked.Text) is not { } text)
                passed.Add(turn);
            else if (ofQuestion.All(one => IsAnswered(one, said)) && !again.Contains(turn.ConversationId))
            {
                var verdicts = ofQuestion.Select(one => ColleagueReply.IsOther(said, one.Seq)).ToList();
                if (verdicts.Contains(true))
                    Add(turn, asked, text, said);
                else if (!verdicts.Contains(null) || turn.At < now - (long)Waits.TotalMilliseconds)
                    passed.Add(turn);
            }
            else
                Add(turn, asked, text, said);
        }
        return (found, passed);

        void Add(BotTurnRow turn, BotHeard asked, string text, IReadOnlyList<BotHeard> said) => found.Add(new BadQuestion(
            turn.ConversationId, turn.AskedSeq, asked.At, text, TurnTaking.LanguageOf(text, "zh"), ColleagueReply.In(said) is { } reply ? PersonalData.Mask(reply) : null));
    }

    /// <summary>
    /// What may have gone wrong, the oldest first. Answers that a person came after wait for what that person says: they have a limit of their
    /// own, or a busy desk's would keep everything else out. Who finds fault with what was passed over is heard all the same, after what is new.
    /// </summary>
    private async Task<List<BotTurnRow>> Turns(int ws, long now, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var since = now - (long)Back.TotalMilliseconds;
        var (cases, known, passed) = (db.Table<BotCaseRow>(), db.Table<BotQuestionRow>(), db.Table<BotQuestionPassedRow>());
        var recent = db.Table<BotTurnRow>().AsNoTracking().Where(row => row.Ws == ws && row.At >= since && !known.Any(one => one.Ws == ws && one.ConversationId == row.ConversationId && one.Seq == row.AskedSeq));
        var fresh = recent.Where(row => !passed.Any(one => one.Ws == ws && one.ConversationId == row.ConversationId && one.Seq == row.AskedSeq));
        var bad = await fresh
            .Where(row => row.Kind == BotSays.Refuse || row.Kind == BotSays.Clarify || row.Helpful == 0 || row.RightAnswer == 0
                || (row.Kind == BotSays.HandOver && cases.Any(one => one.Ws == ws && one.ConversationId == row.ConversationId && one.Reason == HandOverReason.Failing))
                || (row.Kind == BotSays.Answer && cases.Any(one => one.Ws == ws && one.ConversationId == row.ConversationId && one.AgainAt != null)))
            .OrderBy(row => row.At).Take(MostQuestions).ToListAsync(ct);
        var followed = await fresh
            .Where(row => row.Kind == BotSays.Answer && cases.Any(one => one.Ws == ws && one.ConversationId == row.ConversationId
                && one.EndedAt >= row.At && (one.Outcome == CaseOutcome.HandedOver || one.Outcome == CaseOutcome.Taken)))
            .OrderBy(row => row.At).Take(MostQuestions).ToListAsync(ct);
        // Newest first: of some there is nothing to learn whatever is said of them, and these stay.
        var again = await recent.Where(row => (row.Helpful == 0 || row.RightAnswer == 0) && passed.Any(one => one.Ws == ws && one.ConversationId == row.ConversationId && one.Seq == row.AskedSeq))
            .OrderByDescending(row => row.At).Take(MostQuestions).ToListAsync(ct);
        return [.. bad.Concat(followed).Concat(again).DistinctBy(row => (row.ConversationId, row.Seq)).OrderBy(row => row.At)];
    }

    /// <summary>What was looked at for nothing.</summary>
    private static async Task Pass(WriteUnit unit, int ws, List<BotTurnRow> turns, CancellationToken ct)
    {
        var conversations = turns.Select(turn => turn.ConversationId).Distinct().ToList();
        var there = (await unit.Db.Table<BotQuestionPassedRow>().AsNoTracking().Where(row => row.Ws == ws && conversations.Contains(row.ConversationId)).Select(row => new { row.ConversationId, row.Seq }).ToListAsync(ct))
            .Select(row => (row.ConversationId, row.Seq)).ToHashSet();
        unit.Db.Table<BotQuestionPassedRow>().AddRange(turns.Where(turn => there.Add((turn.ConversationId, turn.AskedSeq)))
            .Select(turn => new BotQuestionPassedRow { Ws = ws, ConversationId = turn.ConversationId, Seq = turn.AskedSeq, At = turn.At }));
    }

    /// <summary>It was answered, nobody found fault with it, and a person came into it afterwards: whether that person said something else decides.</summary>
    private static bool IsAnswered(BotTurnRow turn, IReadOnlyList<BotHeard> said) => turn is { Kind: BotSays.Answer, RightAnswer: not 0, Helpful: not 0 } && said.Any(one => one.Seq == turn.Seq);

    private async Task<HashSet<Guid>> CameAgain(int ws, List<Guid> conversations, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<BotCaseRow>().Where(one => one.Ws == ws && conversations.Contains(one.ConversationId) && one.AgainAt != null).Select(one => one.ConversationId).ToHashSetAsync(ct);
    }

    private async Task<bool> Join(WriteUnit unit, int ws, List<BadQuestion> questions, Brain brain, long now, CancellationToken ct)
    {
        var open = await unit.Db.Table<BotSuggestionRow>().Where(row => row.Ws == ws && row.State == SuggestionState.Open).ToListAsync(ct);
        var texts = open.ToDictionary(row => row.Id, row => SuggestionText.Of(vault.Open(ws, Purpose, row.Sealed, row.Id)));
        var rest = new List<BadQuestion>();
        foreach (var question in questions)
        {
            var fits = open.Select(row => (row, Score: Heaps.Alike(question.Text, texts[row.Id].Question))).Where(one => one.Score >= 0.5 && texts[one.row.Id].Language == question.Language).OrderByDescending(one => one.Score).FirstOrDefault().row;
            if (fits is null)
            {
                rest.Add(question);
                continue;
            }
            var text = texts[fits.Id];
            texts[fits.Id] = text = text with { Answer = text.Answer ?? question.Reply, Examples = text.Question == question.Text ? text.Examples : [.. text.Examples.Append(question.Text).Distinct().Take(8)] };
            (fits.Sealed, fits.ChangedAt) = (vault.Seal(ws, Purpose, text.Bytes(), fits.Id), now);
            Belongs(unit, ws, question, fits.Id);
        }
        foreach (var heap in Heaps.Of(rest, brain, now))
        {
            var id = unit.Ids.New();
            unit.Db.Table<BotSuggestionRow>().Add(new BotSuggestionRow
            {
                Ws = ws, Id = id, Kind = heap.Entry is null ? SuggestionKind.NewFaq : SuggestionKind.Similar, State = SuggestionState.Open, Sealed = vault.Seal(ws, Purpose, heap.Text.Bytes(), id),
                Entry = heap.Entry, Score = heap.Score, Size = heap.Questions.Count, Recent = 0, Earlier = 0, ByItself = false, CreatedAt = now, ChangedAt = now,
            });
            foreach (var question in heap.Questions)
                Belongs(unit, ws, question, id);
        }
        await unit.Db.SaveChangesAsync(ct);
        return true;
    }

    private static void Belongs(WriteUnit unit, int ws, BadQuestion question, Guid suggestion) =>
        unit.Db.Table<BotQuestionRow>().Add(new BotQuestionRow { Ws = ws, ConversationId = question.Conversation, Seq = question.Seq, At = question.At, SuggestionId = suggestion });

    /// <summary>How large each is, whether it grows, and whether what comes nearest was the fault: then it is a question of its own.</summary>
    private static async Task<bool> Count(WriteUnit unit, int ws, long now, CancellationToken ct)
    {
        var week = (long)KeepLedger.AgainWithin.TotalMilliseconds;
        var open = await unit.Db.Table<BotSuggestionRow>().Where(row => row.Ws == ws && row.State == SuggestionState.Open).ToListAsync(ct);
        var ids = open.ConvertAll(row => row.Id);
        var counts = await unit.Db.Table<BotQuestionRow>().Where(row => row.Ws == ws && ids.Contains(row.SuggestionId)).GroupBy(row => row.SuggestionId)
            .Select(group => new { group.Key, Size = group.Count(), Recent = group.Count(row => row.At >= now - week), Earlier = group.Count(row => row.At < now - week && row.At >= now - (2 * week)) }).ToListAsync(ct);
        var faults = await AtFault.Of(unit.Db, ws, ct);
        foreach (var row in open)
        {
            if (faults.Contains(row.Id))
                row.Kind = SuggestionKind.NewFaq;
            if (counts.FirstOrDefault(one => one.Key == row.Id) is { } count)
                (row.Size, row.Recent, row.Earlier) = (count.Size, count.Recent, count.Earlier);
        }
        var since = now - (long)Back.TotalMilliseconds;
        await unit.Db.Table<BotQuestionPassedRow>().Where(row => row.Ws == ws && row.At < since).ExecuteDeleteAsync(ct);
        await unit.Db.SaveChangesAsync(ct);
        return true;
    }
}

internal static class SuggestionKind
{
    public const string NewFaq = "new_faq";
    public const string Similar = "similar";
}

internal static class SuggestionState
{
    public const string Open = "open";
    public const string Published = "published";
    public const string Dismissed = "dismissed";
    public const string Undone = "undone";

    public static readonly IReadOnlyList<string> All = [Open, Published, Dismissed, Undone];
}
